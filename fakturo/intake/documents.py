"""Read a file of whole orders: UBL, e-mail, text, JSON."""

from collections.abc import Iterator
from contextlib import contextmanager

from fakturo.intake.reading import Reading, Request, SeenBefore


@contextmanager
def read(request: Request, seen_before: SeenBefore) -> Iterator[Reading]:
    yield Reading("x", None)

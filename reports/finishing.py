"""The last hand on a PDF before its bytes are written. The only place that imports pydyf.

WeasyPrint 70 lists an attachment of the document twice in /AF, and pydyf 0.13 works out every object twice,
for the file's identifier and for the file: a tenth of a document's time went into compressing again what
was just compressed.
"""

import zlib
from typing import Any

import pydyf

LEVEL = 6
"""Of compression: 1 % more bytes than with 9, in half of the time."""


def finish(_: Any, pdf: Any) -> None:
    """Name each associated file once, and settle the bytes of each object; WeasyPrint calls it."""
    files = pdf.catalog.get("AF")
    if files:
        files[:] = list(dict.fromkeys(files))
    pdf.objects[:] = [each if each.free == "f" else _Settled(each) for each in pdf.objects]


class _Settled(pydyf.Object):  # type: ignore[misc]  # pydyf has no types
    """An object whose bytes are known."""

    data = b""
    compressible = False

    def __init__(self, plain: Any) -> None:
        super().__init__()
        self.number, self.generation = plain.number, plain.generation
        self.compressible = plain.compressible
        if isinstance(plain, pydyf.Stream) and plain.compress:
            _compress(plain)
        self.data = plain.data


def _compress(stream: Any) -> None:
    parts = [each.encode("ascii") if isinstance(each, str) else each for each in stream.stream]
    if all(isinstance(each, bytes) for each in parts):  # else pydyf knows how to write it
        stream.stream, stream.compress = [zlib.compress(b"\n".join(parts), LEVEL)], False
        stream.extra["Filter"] = "/FlateDecode"

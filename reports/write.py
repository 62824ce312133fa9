"""Documents of issued invoices on disk: rendered, written whole or not at all, hashed in the ledger.

The bytes depend on the invoice (and the logo) alone, so whoever dies between rename and record, or races
another process, only does the same work again.
"""

import hashlib
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from fakturo.errors import NotFound, RenderError
from fakturo.invoice import Invoice
from fakturo.ledger.documents import Made, Unrendered, find, record, unrendered
from fakturo.settings import Settings
from reports.pdf import Logo, make, read_logo
from reports.pool import Job, RenderPool

AT_A_TIME = 200
"""Invoices read from the ledger at once."""
RECORD_EVERY = 20
"""Documents a transaction: a kill repeats at most so many renders."""
FEW = 8
"""Up to so many documents one process is quicker than starting a second."""


@dataclass(frozen=True)
class WriteOutcome:
    """What a round of rendering did."""

    written: int = 0
    pages: int = 0
    failed: tuple[tuple[str, str], ...] = ()
    """(number, reason) of invoices that have no document yet."""


def write_pending(
    engine: Engine,
    settings: Settings,
    *,
    now: datetime,
    run_id: str | None = None,
    limit: int | None = None,
    on_progress: Callable[[int], None] = lambda _: None,
    pool: RenderPool | None = None,
) -> WriteOutcome:
    """Render every issued invoice that has no document.

    Args:
        limit: at most so many.
        on_progress: told how many are done.
        pool: children that outlive this call; else some are started for it.

    Raises:
        RenderError: the logo cannot be read.
    """
    first = unrendered(engine, limit=min(limit or AT_A_TIME, AT_A_TIME))
    if not first:
        return WriteOutcome()
    own = None if pool else RenderPool(1 if len(first) <= FEW else settings.render.processes, _logo(settings))
    written = pages = 0
    failed: list[tuple[str, str]] = []
    unrecorded: list[Made] = []
    years: dict[int, str] = {}
    try:
        for job, document, reason in (pool or own or RenderPool(1)).render(
            _jobs(engine, first, limit, years)
        ):
            if document is None:
                failed.append((job.number, reason))
            else:
                path = _path(job.number, years[job.key])
                _keep(settings.documents / path, document.data)
                sha256 = hashlib.sha256(document.data).hexdigest()
                unrecorded.append(Made(job.key, path, sha256, len(document.data), document.pages))
                written, pages = written + 1, pages + document.pages
            if len(unrecorded) >= RECORD_EVERY:
                record(engine, unrecorded, now=now, run_id=run_id)
                unrecorded.clear()
            on_progress(written + len(failed))
        record(engine, unrecorded, now=now, run_id=run_id)
    finally:
        if own:
            own.__exit__(None, None, None)
    return WriteOutcome(written, pages, tuple(failed))


def render_again(engine: Engine, settings: Settings, number: str, content: str) -> str:
    """Render an invoice once more and hold it against the ledger and its file.

    Returns:
        The SHA-256, hex, that all three share.

    Raises:
        NotFound: it has no document yet.
        RenderError: the file is gone or was changed, or the bytes differ (another logo, fonts or version).
    """
    made = find(engine, number)
    if made is None:
        raise NotFound(f"Invoice {number} has no document yet; `fakturo render` makes it.")
    file = settings.documents / made.path
    if not file.exists():
        raise RenderError(f"{file} is gone; its SHA-256 was {made.sha256}.")
    if hashlib.sha256(file.read_bytes()).hexdigest() != made.sha256:
        raise RenderError(f"{file} was changed after it was written; its SHA-256 was {made.sha256}.")
    sha256 = hashlib.sha256(make(Invoice.model_validate_json(content), _logo(settings)).data).hexdigest()
    if sha256 != made.sha256:
        raise RenderError(
            f"Invoice {number} renders to other bytes today ({sha256}) than when it was written "
            f"({made.sha256}): the logo, a font or WeasyPrint has changed since."
        )
    return sha256


def _jobs(engine: Engine, first: list[Unrendered], limit: int | None, years: dict[int, str]) -> Iterator[Job]:
    """All invoices that wait, read a page at a time, so that 100,000 of them need no memory."""
    given, page = 0, first
    while page:
        for each in page:
            if limit is not None and given >= limit:
                return
            given += 1
            years[each.invoice_id] = str(each.issue_date.year)
            yield Job(each.invoice_id, each.number, each.content)
        page = unrendered(engine, limit=AT_A_TIME, after_id=page[-1].invoice_id)


def _path(number: str, year: str) -> str:
    """Where the document stands: 2026/INV-2026-000042.pdf. A number can never lead out of the folder."""
    return f"{year}/{re.sub(r'[^A-Za-z0-9_-]', '_', number)}.pdf"


def _keep(file: Path, data: bytes) -> None:
    """Write a file whole or not at all, and be sure that it is on the disk."""
    file.parent.mkdir(parents=True, exist_ok=True)
    half = file.with_suffix(f".{os.getpid()}.half")
    with half.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    half.replace(file)


def _logo(settings: Settings) -> Logo | None:
    return read_logo(settings.seller.logo)

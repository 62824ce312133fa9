"""Documents of issued invoices on disk: rendered, written whole or not at all, hashed in the ledger.

The bytes depend on the invoice and its look (logo, design, templates) alone, so whoever dies between rename
and record, or races another process, only does the same work again.
"""

import hashlib
import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from fakturo import worker
from fakturo.einvoice.writing.terms import hindrance
from fakturo.einvoice.writing.xml import write
from fakturo.errors import NotFound, RenderError
from fakturo.invoice import Invoice
from fakturo.ledger.issuing.accepting import refusals
from fakturo.ledger.issuing.documents import Made, Unrendered, find, record, unrendered
from fakturo.settings import Settings
from reports.look import read_look
from reports.pdf import make
from reports.pool import Job, RenderPool

AT_A_TIME = 200
"""Invoices read from the ledger at once."""
RECORD_EVERY = 20
"""Documents a transaction: a kill repeats at most so many renders."""
LONGEST_NAME = 100
OTHER_BYTES = (
    "Another process recorded other bytes of this document at the same time; are two versions of Fakturo or "
    "its fonts at work? Compare: fakturo render --again."
)
FEW = 8
"""Up to so many documents one process is quicker than starting a second."""


@dataclass(frozen=True)
class WriteOutcome:
    """What a round of rendering did."""

    written: int = 0
    pages: int = 0
    failed: tuple[tuple[str, str], ...] = ()
    """(number, reason) of invoices that have no document yet."""
    complaints: tuple[str, ...] = ()
    """What is wrong with this machine though documents can be made: a library that makes it slow."""


def write_pending(
    engine: Engine,
    settings: Settings,
    *,
    now: datetime,
    run_id: str | None = None,
    limit: int | None = None,
    numbers: Sequence[str] | None = None,
    on_progress: Callable[[int], None] = lambda _: None,
    pool: RenderPool | None = None,
) -> WriteOutcome:
    """Render every issued invoice that has no document.

    Args:
        limit: at most so many.
        numbers: of these invoices only.
        on_progress: told how many are done.
        pool: children that outlive this call; else some are started for it.

    Raises:
        RenderError: logo or template cannot be read, the folder cannot be written, or this machine cannot
            make any document; what is written by then stands.
    """
    first = unrendered(engine, limit=min(limit or AT_A_TIME, AT_A_TIME), numbers=numbers)
    if not first:
        return WriteOutcome()
    _sweep(settings.documents)
    if pool is None:
        with RenderPool(1 if len(first) <= FEW else settings.render.processes, read_look(settings)) as own:
            return _write(
                engine, settings, _jobs(engine, first, limit, numbers, now), own, now, run_id, on_progress
            )
    return _write(engine, settings, _jobs(engine, first, limit, numbers, now), pool, now, run_id, on_progress)


def _write(
    engine: Engine,
    settings: Settings,
    jobs: Iterator[Job],
    pool: RenderPool,
    now: datetime,
    run_id: str | None,
    on_progress: Callable[[int], None],
) -> WriteOutcome:
    written = pages = 0
    failed: list[tuple[str, str]] = []
    unrecorded: list[Made] = []

    def note() -> None:
        for folder in {(settings.documents / each.path).parent for each in unrecorded}:
            _settle(folder)
        differing = record(engine, unrecorded, now=now, run_id=run_id)
        failed.extend((number, OTHER_BYTES) for number in differing)
        unrecorded.clear()

    for job, document, reason in pool.render(jobs):
        if document is None:
            failed.append((job.number, reason))
        else:
            path = _path(job.number, job.year)
            _keep(settings.documents / path, document.data)
            sha256 = hashlib.sha256(document.data).hexdigest()
            unrecorded.append(Made(job.key, path, sha256, len(document.data), document.pages))
            written, pages = written + 1, pages + document.pages
        if len(unrecorded) >= RECORD_EVERY:
            note()
        on_progress(written + len(failed))
    note()
    return WriteOutcome(written, pages, tuple(failed), tuple(pool.complaints))


def render_again(engine: Engine, settings: Settings, number: str, content: str) -> str:
    """Render an invoice once more and hold it against the ledger and its file; a lost file is put back.

    Returns:
        The SHA-256, hex, that all three share.

    Raises:
        NotFound: it has no document yet.
        RenderError: the file was changed, or the bytes differ (another look, fonts or version).
    """
    made = find(engine, number)
    if made is None:
        raise NotFound(f"Invoice {number} has no document yet; `fakturo render` makes it.")
    file = settings.documents / made.path
    is_there = file.exists()
    if is_there and hashlib.sha256(file.read_bytes()).hexdigest() != made.sha256:
        raise RenderError(
            f"{file} was changed after it was written; its SHA-256 was {made.sha256}. "
            "Move it away and run this again to put the true one back."
        )
    xml = embedded(engine, content, now=None)
    data = make(Invoice.model_validate_json(content), read_look(settings), xml).data
    sha256 = hashlib.sha256(data).hexdigest()
    if sha256 != made.sha256:
        raise RenderError(
            f"Invoice {number} renders to other bytes today ({sha256}) than when it was written "
            f"({made.sha256}): logo, design, colour, template, a font or WeasyPrint has changed since"
            + ("." if is_there else f", and {file} is gone; take it from a backup.")
        )
    if not is_there:
        _keep(file, data)
    return sha256


def _jobs(
    engine: Engine, first: list[Unrendered], limit: int | None, numbers: Sequence[str] | None, now: datetime
) -> Iterator[Job]:
    """All invoices that wait, read a page at a time, so that 100,000 of them need no memory."""
    given, page = 0, first
    while page:
        for each in page:
            if limit is not None and given >= limit:
                return
            given += 1
            xml = embedded(engine, each.content, now=now)
            yield Job(each.invoice_id, each.number, each.content, each.issue_date.year, xml)
        page = unrendered(engine, limit=AT_A_TIME, after_id=page[-1].invoice_id, numbers=numbers)


def embedded(engine: Engine, content: str, *, now: datetime | None) -> bytes | None:
    """The CII that goes into the PDF of an issued invoice.

    Returns:
        None where the currency allows none, and of what was issued before the rules were asked and would
        not pass them: then the PDF alone is the invoice, as it was.
    """
    invoice = Invoice.model_validate_json(content)
    if hindrance(invoice) or refusals(engine, [invoice], now=now)[0]:
        return None
    return write(invoice, "cii")


def _path(number: str, year: int) -> str:
    """Where the document stands: 2026/INV-2026-000042.pdf. A number can never lead out of the folder."""
    name = re.sub(r"[^A-Za-z0-9_-]", "_", number)[:LONGEST_NAME]
    if name != number:  # A/1 and A_1 are two invoices
        name += "-" + hashlib.sha256(number.encode()).hexdigest()[:8]
    return f"{year}/{name}.pdf"


def _keep(file: Path, data: bytes) -> None:
    """Write a file whole or not at all, and be sure that its bytes are on the disk."""
    half = file.with_name(f"{file.stem}.{_me()}.half")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with half.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        half.replace(file)
    except OSError as error:
        half.unlink(missing_ok=True)
        raise RenderError(
            f"{file} cannot be written: {error.strerror}. Make room or check the rights of the folder; "
            "what is written by now stands."
        ) from None


def _settle(folder: Path) -> None:
    """Be sure that the names in a folder are on the disk before the ledger says so."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _me() -> str:
    """Host and process, as in the name of a half-written file."""
    return worker.host().replace(":", "-").replace(".", "-") + str(os.getpid())


def _sweep(folder: Path) -> None:
    """Remove what processes of this machine that are dead left half-written."""
    host, _, _ = _me().rpartition("-")
    for half in folder.glob(f"*/*.{host}-*.half"):
        try:
            os.kill(int(half.suffixes[-2].rpartition("-")[2]), 0)
        except (ProcessLookupError, ValueError):
            half.unlink(missing_ok=True)
        except PermissionError:
            continue  # another user's process, and alive

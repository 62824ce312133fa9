"""Read a file of whole documents: XML, PDF, e-mail, text, or JSON of orders and texts. Each is one row."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from typing import Any

from fakturo.errors import BadInput
from fakturo.intake import json_documents
from fakturo.intake.electronic import document as electronic
from fakturo.intake.letters import mail, texts
from fakturo.intake.letters.mail import Mail
from fakturo.intake.reading import Reading, Request, SeenBefore, one
from fakturo.intake.rows.json_rows import Value, is_row, values, write_rows
from fakturo.intake.rows.mapping import Mapping
from fakturo.intake.rows.table_file import read_records
from fakturo.intake.spool import Spool
from fakturo.ledger.landing.arrivals import Landed, Landing, Refused

EMAIL = "email"
"""Source of orders that somebody wrote."""


@contextmanager
def read(request: Request, seen_before: SeenBefore) -> Iterator[Reading]:
    """Read a file of documents; JSON whose records are flat is read as a table.

    Raises:
        BadInput: the file as a whole cannot be read.
    """
    if request.format in {"json", "jsonl"}:
        with _read_json(request, seen_before) as reading:
            yield reading
        return
    _check_is_wanted(request)
    if request.format in {"ubl", "pdf"}:
        yield electronic.read(request, _data(request), seen_before)
        return
    message = mail.read(_data(request)) if request.format == "eml" else None
    found = electronic.read_carried(request, message, seen_before) if message else None
    if found:
        yield found
        return
    source = request.source or EMAIL
    before = seen_before(source, None)
    if before:
        yield Reading(source, None, before=before)
        return
    yield one(source, _letter(request, message))


def _check_is_wanted(request: Request) -> None:
    if request.against is not None:
        raise BadInput(
            f"This is no table of invoices but {request.format}; give a CSV, XLSX, Parquet, SQLite file, or "
            "JSON with one flat object per row."
        )


def _data(request: Request) -> bytes:
    most = request.settings.intake.max_document_mb * 1_000_000
    if request.taken.size > most:
        raise BadInput(
            f"The document has {request.taken.size / 1e6:,.0f} MB, more than the {most / 1e6:,.0f} MB that "
            "FAKTURO_INTAKE_MAX_DOCUMENT_MB allows."
        )
    return request.taken.path.read_bytes()


def _letter(request: Request, message: Mail | None) -> Landing | Refused:
    seller_currency = request.settings.seller.currency
    if message:
        return texts.read_mail(message, seller_currency=seller_currency, today=request.now.date())
    text = texts.decoded(_data(request))
    return texts.read_text(text, seller_currency=seller_currency, today=request.now.date())


@contextmanager
def _read_json(request: Request, seen_before: SeenBefore) -> Iterator[Reading]:
    """JSON and JSON Lines: the first record says whether they are rows of a table or documents."""
    found = values(
        request.taken.path,
        most_line_bytes=request.settings.intake.max_line_mb << 20,
        on_bytes=lambda done: request.told("part", done, request.taken.size),
    )
    first = next(found, None)
    if first is None:
        raise BadInput("The file holds no records.")
    everything = chain([first], found)
    if first.problem is None and is_row(first.value):
        records = write_rows(everything, request.folder / "records")
        with read_records(records, request, seen_before) as reading:
            yield reading
        return
    _check_is_wanted(request)
    before = _documents_before(request, first, seen_before)
    yield before or _documents(request, everything, _source(request, first))


def _source(request: Request, first: Value) -> str:
    is_text = isinstance(first.value, dict) and "text" in first.value and "lines" not in first.value
    return request.source or (EMAIL if is_text else _mapping_name(request.mapping))


def _mapping_name(mapping: Mapping | None) -> str:
    return mapping.name if mapping else "generic"


def _documents_before(request: Request, first: Value, seen_before: SeenBefore) -> Reading | None:
    source = _source(request, first)
    landed: Landed | None = seen_before(source, None)
    return Reading(source, None, before=landed) if landed else None


def _documents(request: Request, found: Iterator[Value], source: str) -> Reading:
    spool = Spool(request.folder)
    refused: list[Refused] = []
    rows = 0
    for value in found:
        rows += 1
        document: Any = json_documents.read(
            value, seller_currency=request.settings.seller.currency, today=request.now.date()
        )
        if isinstance(document, Refused):
            refused.append(document)
        else:
            spool.add(document)
    return Reading(source, None, rows_in=rows, landings=spool.landings, refused=lambda: refused)

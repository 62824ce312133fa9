"""Walk one invoice back to where it came from, and hold every hash on the way against what it names.

published row -> invoice -> audit entry -> document -> draft -> answers of the model -> order -> file
"""

import hashlib
import json
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, select

from fakturo.errors import WarehouseError
from fakturo.invoice import content_sha256
from fakturo.ledger.open import open_ledger, reading
from fakturo.ledger.orders.stories import find_invoice
from fakturo.ledger.tables import ai_answers, ai_calls, audit, documents, drafts, files, orders
from fakturo.money import exponent, to_major
from fakturo.settings import Settings


class Step(NamedTuple):
    """One station of the way, outermost first."""

    what: str
    facts: tuple[str, ...]
    problem: str | None = None
    """Why this station does not hold; None: it does, or there is nothing to hold it against."""


def trace(settings: Settings, number: str) -> list[Step]:
    """All stations of an invoice's way, from what analysts read back to the file.

    Raises:
        NotFound: no such number was issued.
    """
    with reading(open_ledger(settings)) as connection:
        invoice = find_invoice(connection, number)
        order = connection.execute(select(orders).where(orders.c.id == invoice.order_id)).one()
        draft = connection.execute(select(drafts).where(drafts.c.id == invoice.draft_id)).one()
        return [
            _published(settings, invoice),
            _invoice(invoice),
            _audited(connection, invoice),
            *_documents(connection, settings, invoice),
            _draft(draft),
            *_calls(connection, order, draft),
            _order(order),
            *_file(connection, settings, order),
        ]


def _published(settings: Settings, invoice: Row[Any]) -> Step:
    from fakturo.warehouse.reading import ask, open_published

    what = "published row"
    try:
        with open_published(settings) as published:
            made = ask(published, "select publish_id from publish_info").fetchone()
            query = (
                "select total_amount, currency, content_sha256 from fct_invoices where invoice_number = $1"
            )
            row = published.execute(query, [invoice.number]).fetchone()
    except WarehouseError as error:
        return Step(what, (str(error),))
    if row is None:
        return Step(what, (f"not in publish {made[0] if made else '?'} yet",))
    facts = (
        f"fct_invoices, publish {made[0] if made else '?'}",
        f"total {row[0]:.{exponent(row[1])}f} {row[1]}",
    )
    told = Decimal(to_major(invoice.total_minor, invoice.currency))
    signed = -told if invoice.kind == "credit_note" else told
    if Decimal(row[0]) not in {told, signed} or row[2] != invoice.content_sha256:
        return Step(what, facts, f"the ledger says {told} {invoice.currency}; run `fakturo build`")
    return Step(what, facts)


def _invoice(invoice: Row[Any]) -> Step:
    total = f"{to_major(invoice.total_minor, invoice.currency)} {invoice.currency}"
    facts = (
        f"{invoice.kind} {invoice.number} of {invoice.issue_date}, total {total}",
        f"issued at {_at(invoice.issued_at)} by run {invoice.run_id or 'none'}",
        f"content SHA-256 {invoice.content_sha256}",
    )
    is_same = content_sha256(invoice.content) == invoice.content_sha256
    return Step("invoice", facts, None if is_same else "its content is not what was hashed at issue")


def _audited(connection: Connection, invoice: Row[Any]) -> Step:
    query = select(audit).where(audit.c.subject == f"invoice:{invoice.number}").order_by(audit.c.seq)
    entries = connection.execute(query).all()
    facts = tuple(f"{each.action}, entry {each.seq} at {_at(each.at)} by {each.actor}" for each in entries)
    issued = [json.loads(each.details) for each in entries if each.action == "invoice.issued"]
    if invoice.series == "imported":
        return Step("audit", facts or ("imported: one entry for its whole file",))
    if len(issued) != 1:
        return Step("audit", facts, f"{len(issued)} entries say that it was issued")
    is_same = issued[0]["content_sha256"] == invoice.content_sha256
    return Step("audit", facts, None if is_same else "the entry names another content")


def _documents(connection: Connection, settings: Settings, invoice: Row[Any]) -> Iterator[Step]:
    for each in connection.execute(select(documents).where(documents.c.invoice_id == invoice.id)):
        facts = (f"{each.path}, {each.pages} pages, {_at(each.created_at)}", f"SHA-256 {each.sha256}")
        yield Step(f"document ({each.kind})", facts, _differs(settings.documents / each.path, each.sha256))


def _draft(draft: Row[Any]) -> Step:
    by = {"rules": "code", "person": "a person", "import": "another system"}.get(draft.drafter, draft.drafter)
    facts = [f"draft {draft.id} by {draft.model or by}: {draft.outcome}, {_at(draft.created_at)}"]
    if draft.prompt_version:
        facts += [f"prompt {draft.prompt_version}, asked again {draft.reasks} times"]
    if draft.answer_sha256:
        facts += [f"answer SHA-256 {draft.answer_sha256}"]
    return Step("draft", tuple(facts))


def _calls(connection: Connection, order: Row[Any], draft: Row[Any]) -> Iterator[Step]:
    query = select(ai_calls).where(ai_calls.c.order_id == order.id).order_by(ai_calls.c.id)
    for call in connection.execute(query).all():
        facts = [
            f"{call.outcome} after {call.duration_ms} ms, {call.model} at {call.endpoint}",
            f"request SHA-256 {call.request_sha256}",
        ]
        problem = None
        kept = connection.execute(
            select(ai_answers.c.answer).where(ai_answers.c.request_sha256 == call.request_sha256)
        ).scalar()
        if kept is not None and call.answer_sha256:
            is_same = hashlib.sha256(kept.encode()).hexdigest() == call.answer_sha256
            facts += ["the answer is kept" + (", the draft is made of it" if _made(draft, call) else "")]
            problem = None if is_same else "the kept answer is not the one that was hashed"
        yield Step("request to the model", tuple(facts), problem)


def _made(draft: Row[Any], call: Row[Any]) -> bool:
    return bool(draft.answer_sha256) and draft.answer_sha256 == call.answer_sha256


def _order(order: Row[Any]) -> Step:
    facts = [
        f"order {order.id}, {order.external_id} of {order.source}, {order.line_count} lines",
        f"received at {_at(order.received_at)}",
        f"content SHA-256 {order.content_sha256}",
    ]
    return Step("order", tuple(facts))


def _file(connection: Connection, settings: Settings, order: Row[Any]) -> Iterator[Step]:
    file = connection.execute(select(files).where(files.c.id == order.file_id)).first()
    if file is None:
        yield Step("file", ("none: the order did not come in a file",))
        return
    line = f", first line {order.first_line}" if order.first_line else ""
    facts = (f"{file.name}{line}, mapping {file.mapping or 'none'}", f"SHA-256 {file.sha256}")
    if not file.archived_as:
        yield Step("file", (*facts, "not kept in the archive"))
        return
    yield Step("file", facts, _differs(settings.archive / file.archived_as, file.sha256))


def _differs(path: Path, sha256: str) -> str | None:
    """Why a file is not what was recorded of it; None where it is."""
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        return f"{path} cannot be read: {error.strerror}"
    return None if found == sha256 else f"{path} has another SHA-256: {found}"


def _at(moment: datetime | date) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"

"""Land the invoices of another system: orders that are issued already, and one invoice or credit note each.

All of a file stands or nothing does. Numbers are kept; the series 'imported' counts them only. The audit log
gets one entry a file, with a digest over all numbers and content hashes, so that a change is found.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, Engine, insert, select, update

from fakturo.check import Finding
from fakturo.history import SERIES, issued_elsewhere
from fakturo.invoice import content, content_sha256
from fakturo.ledger import audit_chain, findings
from fakturo.ledger.arrivals import FileFacts, Landed, Landing, Refused
from fakturo.ledger.bulk import insert_rows
from fakturo.ledger.landing import land
from fakturo.ledger.numbering import take
from fakturo.ledger.tables import drafts, files, invoices, orders
from fakturo.order import Order
from fakturo.settings import Seller

LANE = "history"
"""Of orders that no worker ever takes."""
LONGEST_NUMBER = 60
"""Letters of an invoice number."""
BATCH = 1_000
"""Invoices at a time: memory holds so many, with their lines."""


def land_invoices(
    engine: Engine,
    facts: FileFacts,
    *,
    rows_in: int,
    rows_duplicate: int,
    landings: Callable[[], Iterable[Landing]],
    refused: Callable[[], Iterable[Refused]],
    now: datetime,
    run_id: str | None = None,
    dry_run: bool = False,
    seller: Seller,
    prefix: str = "",
) -> Landed:
    """As `fakturo.ledger.landing.land`, and every order becomes the invoice that it was.

    A number that is taken, by us or by another import, is not overwritten: its order is rejected and says so.

    Args:
        prefix: put before each number, where two systems used the same ones.
    """

    def invoiced(connection: Connection, file_id: int) -> None:
        _invoice_all(connection, file_id, seller=seller, prefix=prefix, now=now, run_id=run_id)

    return land(
        engine,
        facts,
        rows_in=rows_in,
        rows_duplicate=rows_duplicate,
        landings=lambda: map(_done, landings()),
        refused=refused,
        now=now,
        run_id=run_id,
        dry_run=dry_run,
        and_then=invoiced,
    )


def lander(seller: Seller, prefix: str) -> Callable[..., Landed]:
    """`land_invoices` for one seller and prefix."""
    return partial(land_invoices, seller=seller, prefix=prefix)


def digest_line(number: str, sha256: str) -> bytes:
    """What one invoice adds to the digest of its file."""
    return f"{number}:{sha256}\n".encode()


def _done(landing: Landing) -> Landing:
    return landing._replace(lane=LANE, status="issued")


def _invoice_all(
    connection: Connection, file_id: int, *, seller: Seller, prefix: str, now: datetime, run_id: str | None
) -> None:
    """Draft and invoice of every new order of the file; invoices first, so that credit notes find them."""
    connection.execute(update(files).where(files.c.id == file_id).values(kind="invoices"))
    digest, counts = hashlib.sha256(), dict.fromkeys(("invoice", "credit_note", "taken"), 0)
    for kind in ("order", "cancellation"):
        for batch in _batches(connection, file_id, kind):
            free, taken = _sorted_out(connection, batch, prefix)
            counts["taken"] += len(taken)
            _reject(connection, taken, prefix, now, run_id)
            if free:
                rows = _rows(connection, free, seller=seller, prefix=prefix, now=now, run_id=run_id)
                insert_rows(connection, invoices, list(rows[0]), [tuple(row.values()) for row in rows])
                counts[rows[0]["kind"]] += len(rows)
                for row in rows:
                    digest.update(digest_line(row["number"], row["content_sha256"]))
    told = {"invoices": counts["invoice"], "credit_notes": counts["credit_note"], "taken": counts["taken"]}
    entry = ("invoices.imported", f"file:{file_id}", told | {"digest": digest.hexdigest()})
    audit_chain.append(connection, at=now, actor="import", entries=[entry])


def _batches(connection: Connection, file_id: int, kind: str) -> Iterator[list[Any]]:
    """New orders of the file that have no draft yet."""
    last = 0
    while True:
        query = (
            select(orders.c.id, orders.c.external_id, orders.c.source, orders.c.content, orders.c.cancels)
            .outerjoin(drafts, drafts.c.order_id == orders.c.id)
            .where(
                orders.c.file_id == file_id,
                orders.c.lane == LANE,
                orders.c.kind == kind,
                orders.c.status == "issued",
                drafts.c.id.is_(None),
                orders.c.id > last,
            )
            .order_by(orders.c.id)
            .limit(BATCH)
        )
        rows = list(connection.execute(query))
        if not rows:
            return
        yield rows
        last = rows[-1].id


def _sorted_out(connection: Connection, batch: list[Any], prefix: str) -> tuple[list[Any], list[Any]]:
    """Orders whose numbers are free, and those whose numbers are taken."""
    numbers = [prefix + row.external_id for row in batch]
    query = select(invoices.c.number).where(invoices.c.number.in_(numbers))
    used = set(connection.execute(query).scalars())
    free: list[Any] = []
    taken: list[Any] = []
    for row in batch:
        number = prefix + row.external_id
        (taken if number in used or len(number) > LONGEST_NUMBER else free).append(row)
    return free, taken


def _reject(connection: Connection, taken: list[Any], prefix: str, now: datetime, run_id: str | None) -> None:
    found = []
    for row in taken:
        number = prefix + row.external_id
        message = (
            f"Number {number[:60]}… has {len(number)} letters; an invoice number has up to {LONGEST_NUMBER}."
            if len(number) > LONGEST_NUMBER
            else f"Number {number} belongs to another invoice already; import the file with "
            "--source OTHER --prefix OLD- to keep both apart."
        )
        found.append((row.id, None, Finding(code="number_taken", message=message)))
        values = {"status": "rejected", "status_reason": message, "updated_at": now}
        connection.execute(update(orders).where(orders.c.id == row.id).values(**values))
    if found:
        findings.record(connection, found, stage="intake", now=now, run_id=run_id)


def _rows(
    connection: Connection,
    batch: list[Any],
    *,
    seller: Seller,
    prefix: str,
    now: datetime,
    run_id: str | None,
) -> list[dict[str, Any]]:
    """Rows of `invoices`, each with a draft that says who drafted it: another system."""
    ids = [row.id for row in batch]
    made = [
        {"order_id": each, "drafter": "import", "outcome": "proved", "created_at": now, "run_id": run_id}
        for each in ids
    ]
    drafted = dict(
        connection.execute(insert(drafts).returning(drafts.c.order_id, drafts.c.id), made).tuples().all()
    )
    originals = _originals(connection, batch)
    rows = []
    for row, seq in zip(batch, take(connection, SERIES, len(batch)), strict=True):
        order = Order.model_validate_json(row.content)
        invoice = issued_elsewhere(order, number=prefix + row.external_id, seller=seller)
        text = content(invoice)
        rows.append(
            {
                "number": invoice.number,
                "series": SERIES,
                "seq": seq,
                "kind": invoice.kind,
                "order_id": row.id,
                "draft_id": drafted[row.id],
                "customer_id": invoice.buyer.id,
                "currency": invoice.currency,
                "issue_date": invoice.issue_date,
                "due_date": invoice.due_date,
                "tax_point_date": invoice.tax_point_date,
                "net_minor": invoice.net_minor,
                "tax_minor": invoice.tax_minor,
                "total_minor": invoice.total_minor,
                "content": text,
                "content_sha256": content_sha256(text),
                "issued_at": now,
                "run_id": run_id,
                "corrects_id": originals.get(row.cancels),
            }
        )
    return rows


def _originals(connection: Connection, batch: list[Any]) -> dict[str, int]:
    """Invoice that each cancelled order became: its external id -> the invoice's id."""
    named = sorted({row.cancels for row in batch if row.cancels})
    if not named:
        return {}
    query = (
        select(orders.c.external_id, invoices.c.id)
        .join(invoices, invoices.c.order_id == orders.c.id)
        .where(orders.c.source == batch[0].source, orders.c.external_id.in_(named))
    )
    return dict(connection.execute(query).tuples().all())

"""Credit notes of cancellations: which invoice each takes back, and that nobody takes it back twice.

A cancellation names the order that it takes back. Its credit note is worked out before the transaction, from
the invoice and the credit notes it has; inside, the invoice is locked and must have the same ones still.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine, func, select, update

from fakturo.credit import Correction, propose_credit
from fakturo.finding import Finding
from fakturo.invoice import Invoice
from fakturo.issue import issue_day
from fakturo.ledger.issuing.accepting import refusals
from fakturo.ledger.issuing.deposit_order import deducted_by
from fakturo.ledger.issuing.preparing import Corrects, Prepared
from fakturo.ledger.open import reading
from fakturo.ledger.tables import invoices, orders
from fakturo.seller import Seller

CREDITED = "credited"
"""Status of an invoice that is taken back whole."""


def with_credits(
    engine: Engine, prepared: Sequence[Prepared], seller: Seller, now: datetime
) -> list[Prepared]:
    """Each cancellation of a known invoice with its credit note, or with what speaks against it.

    Returns:
        All that were given, in their order; of several that take back the same invoice, only the first has
        a credit note: the others wait until it is issued.
    """
    day, answers, busy = issue_day(now, seller), [], set[int]()
    with reading(engine) as connection:
        for each in prepared:
            corrects = _corrects(connection, each)
            if corrects is None or each.order is None:
                answers.append(each)
            elif corrects.invoice_id in busy:
                answers.append(each._replace(corrects=corrects, waits=True))
            else:
                busy.add(corrects.invoice_id)
                proposal = propose_credit(each.order, _correction(connection, corrects), issue_date=day)
                answers.append(
                    each._replace(invoice=proposal.invoice, findings=proposal.findings, corrects=corrects)
                )
    notes = [each.invoice for each in answers if _is_proved_note(each)]
    refused = iter(refusals(engine, [note for note in notes if note], now=now))
    return [each._replace(findings=next(refused)) if _is_proved_note(each) else each for each in answers]


def still_right(connection: Connection, prepared: Sequence[Prepared]) -> list[Prepared]:
    """With every invoice that is to be credited locked; who was overtaken by another credit note waits."""
    answers = []
    for each in prepared:
        if each.corrects is None or each.waits:
            answers.append(each)
        elif _overtaken(connection, each.corrects):
            answers.append(each._replace(waits=True))
        elif final := deducted_by(connection, each.corrects.invoice_id):
            message = (
                f"This deposit is deducted by invoice {final}; credit that one first, then approve this."
            )
            deducted = Finding(code="credit_of_deducted", message=message)
            answers.append(each._replace(findings=[*each.findings, deducted]))
        else:
            answers.append(each)
    return answers


def close(connection: Connection, invoice_ids: Sequence[int]) -> None:
    """Mark the invoices that their credit notes take back whole."""
    notes = invoices.alias("notes")
    credited = (
        select(func.sum(notes.c.total_minor))
        .where(notes.c.corrects_id == invoices.c.id, notes.c.kind == "credit_note")
        .scalar_subquery()
    )
    connection.execute(
        update(invoices)
        .where(invoices.c.id.in_(invoice_ids), invoices.c.total_minor == credited)
        .values(status=CREDITED)
    )


def wake(connection: Connection, issued: Sequence[Prepared], now: datetime) -> None:
    """Queue the cancellations that waited for the invoices that were just issued."""
    by_source: dict[str, list[str]] = {}
    for each in issued:
        by_source.setdefault(each.claimed.source, []).append(each.claimed.external_id)
    for source, external_ids in by_source.items():
        connection.execute(
            update(orders)
            .where(
                orders.c.status == "credit_requested",
                orders.c.source == source,
                orders.c.cancels.in_(external_ids),
            )
            .values(status="queued", status_reason=None, updated_at=now)
        )


def _is_proved_note(prepared: Prepared) -> bool:
    return bool(prepared.corrects and prepared.invoice and not prepared.findings)


def _corrects(connection: Connection, prepared: Prepared) -> Corrects | None:
    order = prepared.order
    if order is None or order.kind != "cancellation" or not order.cancels or prepared.findings:
        return None
    query = (
        select(invoices.c.id)
        .join(orders, orders.c.id == invoices.c.order_id)
        .where(
            orders.c.source == prepared.claimed.source,
            orders.c.external_id == order.cancels,
            invoices.c.kind == "invoice",
        )
    )
    found = connection.execute(query).scalar()
    return None if found is None else Corrects(found, _notes(connection, found))


def _notes(connection: Connection, invoice_id: int) -> tuple[int, ...]:
    query = select(invoices.c.id).where(invoices.c.corrects_id == invoice_id).order_by(invoices.c.id)
    return tuple(connection.execute(query).scalars())


def _correction(connection: Connection, corrects: Corrects) -> Correction:
    query = select(invoices.c.id, invoices.c.content).where(
        invoices.c.id.in_([corrects.invoice_id, *corrects.credited_ids])
    )
    contents = dict(connection.execute(query).tuples().all())
    return Correction(
        Invoice.model_validate_json(contents[corrects.invoice_id]),
        [Invoice.model_validate_json(contents[each]) for each in corrects.credited_ids],
    )


def _overtaken(connection: Connection, corrects: Corrects) -> bool:
    mine = select(invoices.c.id).where(invoices.c.id == corrects.invoice_id)
    connection.execute(mine.with_for_update())
    return _notes(connection, corrects.invoice_id) != corrects.credited_ids

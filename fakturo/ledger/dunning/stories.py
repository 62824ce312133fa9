"""What became of an invoice in dunning, for people: letters and their way, promises, what is next."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, select

from fakturo.dunning.facts import Claim, Decision, Promise, PromiseState, promise_state
from fakturo.dunning.rules import decide
from fakturo.dunning.terms import Terms
from fakturo.ledger.delivery_tables import deliveries
from fakturo.ledger.dunning.facts import Spoken, read_accounts, read_claim, read_spoken
from fakturo.ledger.dunning.waiting_money import read_waiting
from fakturo.ledger.dunning_tables import dunned_invoices, dunning_notices, payment_promises
from fakturo.ledger.orders.stories import find_invoice

_OF_NOTICE = ("notice_date", "tone", "total_minor", "outbox_id")


class Promised(NamedTuple):
    """A promise and what became of it."""

    row: Row[Any]
    state: PromiseState


class Story(NamedTuple):
    """One invoice in dunning."""

    invoice: Row[Any]
    claim: Claim
    letters: Sequence[Row[Any]]
    """Columns of `dunned_invoices` with notice_date, tone, total_minor and outbox_id, oldest first."""
    ways: dict[int, list[str]]
    """Event of a letter -> receiver and status of each of its deliveries."""
    promises: Sequence[Promised]
    spoken: Spoken
    today: Decision | None
    """What would become of the customer's account now; None: nothing is overdue."""


def read_story(connection: Connection, number: str, terms: Terms, as_of: date) -> Story:
    """All that is known of an invoice in dunning.

    Raises:
        NotFound: no such invoice.
    """
    invoice = find_invoice(connection, number)
    claim = read_claim(connection, invoice)
    letters = connection.execute(
        select(dunned_invoices, *(dunning_notices.c[name] for name in _OF_NOTICE))
        .join(dunning_notices, dunning_notices.c.id == dunned_invoices.c.notice_id)
        .where(dunned_invoices.c.invoice_id == invoice.id)
        .order_by(dunned_invoices.c.id)
    ).all()
    promised = select(payment_promises).where(payment_promises.c.invoice_id == invoice.id)
    grace = terms.settings.grace_days
    return Story(
        invoice,
        claim,
        letters,
        _ways(connection, letters),
        [
            Promised(row, _state(row, claim, as_of, grace))
            for row in connection.execute(promised.order_by(payment_promises.c.id))
        ],
        read_spoken(connection, [invoice.customer_id])[invoice.customer_id],
        _today(connection, invoice, terms, as_of),
    )


def _state(row: Row[Any], claim: Claim, as_of: date, grace_days: int) -> PromiseState:
    promise = Promise(row.due_date, row.amount_minor, row.open_minor)
    return promise_state(promise, claim.total_minor, claim.changes, as_of, grace_days)


def _today(connection: Connection, invoice: Row[Any], terms: Terms, as_of: date) -> Decision | None:
    accounts = read_accounts(connection, as_of, read_waiting(connection), [invoice.customer_id])
    mine = [each for each in accounts if each.currency == invoice.currency]
    return decide(mine[0], terms, as_of) if mine else None


def _ways(connection: Connection, letters: Sequence[Row[Any]]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {each.outbox_id: [] for each in letters}
    query = select(deliveries.c.outbox_id, deliveries.c.receiver, deliveries.c.status)
    chosen = query.where(deliveries.c.outbox_id.in_(list(found))).order_by(deliveries.c.receiver)
    for outbox_id, receiver, status in connection.execute(chosen):
        found[outbox_id].append(f"{receiver} {status}")
    return found

"""Payments for people: the list, one with all that is known about it, and what it may be for. Reads only."""

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, Subquery, func, select

from fakturo.errors import NotFound
from fakturo.ledger.payment_tables import allocations, payments
from fakturo.ledger.payments.balances import rests, standings
from fakturo.ledger.payments.facts import read_invoices, read_payers, read_payment
from fakturo.ledger.tables import customers, invoices
from fakturo.money import to_major
from fakturo.receivables.candidates import ALIKE, Candidate, Proposal, ranked
from fakturo.receivables.facts import Invoice, Read
from fakturo.receivables.grouping import read_payments
from fakturo.receivables.payers import name_key
from fakturo.receivables.references import Numbers
from fakturo.receivables.terms import Terms

MOST_CANDIDATES = 500


class Listed(NamedTuple):
    """A payment in the list."""

    payment: Row[Any]
    rest_minor: int
    """Neither on an invoice nor paid back; < 0 of money that went out."""


class PaymentCase(NamedTuple):
    """One payment with all that is known about it."""

    payment: Row[Any]
    rest_minor: int
    customer_id: str | None
    how: str
    """How the client is known."""
    allocations: Sequence[Row[Any]]
    """All rows, oldest first, with `number` of the invoice."""
    proposals: Sequence[Proposal]
    remarks: Sequence[str]
    """Why it waits, in sentences; empty where nothing is left."""


def find_payment(connection: Connection, key: str) -> Row[Any]:
    """A payment by ledger id, or by the bank's reference.

    Raises:
        NotFound: none, or several accounts use that reference.
    """
    rows = connection.execute(select(payments).where(payments.c.reference == key)).all()
    if not rows and key.isdecimal():
        rows = connection.execute(select(payments).where(payments.c.id == int(key))).all()
    if len(rows) > 1:
        choice = ", ".join(f"{row.id} ({row.source})" for row in rows)
        raise NotFound(f"Several payments have the reference {key}; give the id of one: {choice}.")
    if not rows:
        raise NotFound(f"No payment {key}; `fakturo payments list` shows what there is.")
    return rows[0]


def list_payments(
    connection: Connection, *, customer: str | None = None, only_waiting: bool = False, limit: int
) -> list[Listed]:
    """Payments with something left first, the oldest of them on top; then the others, the newest first."""
    used, rest = _used()
    query = select(payments, rest.label("rest_minor")).outerjoin(used, used.c.payment_id == payments.c.id)
    if customer is not None:
        query = query.where(payments.c.customer_id == customer)
    waiting = query.where(rest != 0).order_by(payments.c.value_date, payments.c.id).limit(limit)
    rows = list(connection.execute(waiting))
    if len(rows) < limit and not only_waiting:
        done = query.where(rest == 0).order_by(payments.c.value_date.desc(), payments.c.id.desc())
        rows += connection.execute(done.limit(limit - len(rows))).all()
    return [Listed(row, int(row.rest_minor)) for row in rows]


def open_payment(connection: Connection, key: str, terms: Terms) -> PaymentCase:
    """One payment, and what it may be for.

    Raises:
        NotFound: none, or several accounts use that reference.
    """
    row = find_payment(connection, key)
    rest = rests(connection, [row.id])[row.id]
    issued, notes = read_invoices(connection)
    read = read_payments([read_payment(row)], Numbers([*issued, *notes]), read_payers(connection))[0]
    candidates = _candidates(connection, read, rest, issued) if rest > 0 else []
    return PaymentCase(
        row,
        rest,
        read.customer_id,
        read.how,
        _rows(connection, row.id),
        ranked(read, rest, candidates, terms),
        _remarks(connection, row, read, rest, [*issued, *notes]) if rest else [],
    )


def waiting_sums(connection: Connection) -> list[tuple[str, int, int]]:
    """(currency, how many payments have something left, minor units of it in all); money out counts down."""
    used, rest = _used()
    query = (
        select(payments.c.currency, func.count(), func.sum(rest))
        .outerjoin(used, used.c.payment_id == payments.c.id)
        .where(rest != 0)
        .group_by(payments.c.currency)
        .order_by(payments.c.currency)
    )
    return [(currency, int(count), int(minor)) for currency, count, minor in connection.execute(query)]


def _used() -> tuple[Subquery, ColumnElement[int]]:
    """(what is used of each payment, what is left of it once that is joined)."""
    used = (
        select(allocations.c.payment_id, func.sum(allocations.c.amount_minor).label("minor"))
        .where(allocations.c.kind.in_(("payment", "refund")))
        .group_by(allocations.c.payment_id)
        .subquery()
    )
    return used, payments.c.amount_minor - func.coalesce(used.c.minor, 0)


def amount_in_words(minor: int, currency: str) -> str:
    """1250 EUR -> '12.50 EUR'."""
    return f"{to_major(minor, currency)} {currency}"


def _rows(connection: Connection, payment_id: int) -> Sequence[Row[Any]]:
    query = (
        select(allocations, invoices.c.number)
        .outerjoin(invoices, invoices.c.id == allocations.c.invoice_id)
        .where(allocations.c.payment_id == payment_id)
        .order_by(allocations.c.id)
    )
    return connection.execute(query).all()


def _candidates(connection: Connection, read: Read, rest: int, issued: Sequence[Invoice]) -> list[Candidate]:
    names: dict[str, str | None] = dict(
        connection.execute(select(customers.c.id, customers.c.name)).tuples().all()
    )
    likely = {read.customer_id, *_of_like_name(read.payment.payer, names)}
    named = {*read.named.firm, *read.named.weak}
    chosen = [
        each
        for each in issued
        if each.currency == read.payment.currency
        and (each.id in named or each.customer_id in likely or each.total_minor == rest)
    ]
    chosen.sort(key=lambda each: (each.id not in named, -each.issue_date.toordinal()))
    stand = standings(connection, [each.id for each in chosen[:MOST_CANDIDATES]])
    return [
        Candidate(each, stand[each.id].open_minor, names.get(each.customer_id))
        for each in chosen[:MOST_CANDIDATES]
    ]


def _of_like_name(payer: str | None, names: dict[str, str | None]) -> list[str]:
    by_key = {name_key(name): customer_id for customer_id, name in names.items() if name}
    close = get_close_matches(name_key(payer), by_key, n=3, cutoff=ALIKE) if payer else []
    return [by_key[each] for each in close]


def _remarks(
    connection: Connection, row: Row[Any], read: Read, rest: int, issued: Sequence[Invoice]
) -> list[str]:
    told = [f"It looks like a duplicate of payment {each}." for each in _twins(connection, row)]
    if row.customer_id is not None and read.customer_id is None:
        told.append(f"The source states client {row.customer_id}, whom the ledger does not know.")
    elif read.customer_id is None:
        told.append("Nothing says who paid.")
    named = [each for each in issued if each.id in read.named.firm]
    told += [
        f"It names {each.number}, which is in {each.currency}."
        for each in named
        if each.currency != row.currency
    ]
    if read.named.is_range:
        told.append("It means more invoices than it spells out; ranges are not guessed at.")
    if row.amount_minor < 0:
        told.append(_of_money_out(connection, row))
    elif rest < row.amount_minor:
        left = amount_in_words(rest, row.currency)
        told.append(f"{left} are left over; they are the client's credit until they are put somewhere.")
    return told


def _of_money_out(connection: Connection, row: Row[Any]) -> str:
    if not row.reverses:
        return "It is money that went out and says of nothing what it takes back."
    same = (payments.c.source == row.source) & (payments.c.reference == row.reverses)
    if connection.execute(select(payments.c.id).where(same)).first() is None:
        return f"It takes back {row.reverses}, which has not come in yet."
    return f"It takes back more than {row.reverses} has."


def _twins(connection: Connection, row: Row[Any]) -> list[int]:
    """Payments of the same amount, payer and text."""
    columns = payments.c
    query = (
        select(columns.id)
        .where(columns.amount_minor == row.amount_minor, columns.currency == row.currency)
        .where(columns.remittance == row.remittance, columns.id != row.id)
        .where(columns.customer_id.is_not_distinct_from(row.customer_id))
        .where(columns.payer.is_not_distinct_from(row.payer))
        .where(columns.id.in_(select(allocations.c.payment_id).where(allocations.c.kind == "payment")))
        .order_by(columns.value_date, columns.id)
        .limit(3)
    )
    return list(connection.execute(query).scalars())

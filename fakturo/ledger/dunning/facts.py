"""The facts of the ledger as the rules of `fakturo.dunning` read them: overdue, sent, promised, stopped.

The same reading serves the proposal (all customers) and the transaction that sends (one customer, locked).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Select, bindparam, func, select

from fakturo.dunning.facts import Account, Claim, Promise, Stop
from fakturo.ledger.dunning.addresses import addressed
from fakturo.ledger.dunning_tables import dunned_invoices, dunning_notices, dunning_stops, payment_promises
from fakturo.ledger.payment_tables import allocations, payments
from fakturo.ledger.payments.balances import chunks, standings
from fakturo.ledger.tables import invoices

MOST_NAMES = 500
"""Customers a statement; SQLite allows 32,766 parameters, PostgreSQL plans short lists better."""
Key = tuple[str, str]
"""(customer, currency)."""
UNPAID = ("open", "partial")


class Spoken(NamedTuple):
    """What persons said about a customer last."""

    stop: Stop | None = None
    resumed_at: datetime | None = None
    """What waited for a person until then is settled by it."""


def read_accounts(
    connection: Connection, as_of: date, waiting: Mapping[Key, int], customers: Sequence[str] | None = None
) -> list[Account]:
    """Every account with something overdue, by customer and currency.

    Args:
        as_of: due dates before it are overdue.
        waiting: minor units that came in from a customer and stand on no invoice.
        customers: only these; None: all.
    """
    heads = _overdue(connection, as_of, customers)
    if not heads:
        return []
    names = sorted({row.customer_id for row in heads})
    spoken = read_spoken(connection, names)
    claims = _claims(connection, heads, spoken)
    letters, credits_left = _last_letters(connection, names), _credits(connection, names)
    reachable = addressed(connection, heads)
    by_key: dict[Key, list[Claim]] = defaultdict(list)
    for row in heads:
        by_key[(row.customer_id, row.currency)].append(claims[row.id])
    return [
        Account(
            *key,
            tuple(by_key[key]),
            letters.get(key),
            _standing_stop(spoken[key[0]], as_of),
            waiting.get(key, 0),
            credits_left.get(key, 0),
            key[0] in reachable,
        )
        for key in sorted(by_key)
    ]


def read_claim(connection: Connection, invoice: Row[Any]) -> Claim:
    """One invoice, all columns, whether it is overdue or not."""
    return _claims(connection, [invoice], read_spoken(connection, [invoice.customer_id]))[invoice.id]


def read_spoken(connection: Connection, names: Iterable[str]) -> dict[str, Spoken]:
    """What persons said last, for each of the names."""
    found = dict.fromkeys(names, Spoken())
    columns = dunning_stops.c
    chosen = columns.customer_id.in_(bindparam("names", expanding=True))
    for row in _by_names(connection, select(dunning_stops).where(chosen).order_by(columns.id), found):
        before = found[row.customer_id]
        if row.kind == "stop":
            found[row.customer_id] = before._replace(stop=Stop(row.reason or "", row.until_date))
        else:
            found[row.customer_id] = Spoken(None, row.created_at)
    return found


def _standing_stop(spoken: Spoken, as_of: date) -> Stop | None:
    stop = spoken.stop
    return None if stop is None or (stop.until is not None and stop.until < as_of) else stop


def _overdue(connection: Connection, as_of: date, customers: Sequence[str] | None) -> list[Row[Any]]:
    columns = [invoices.c[name] for name in ("id", "number", "customer_id", "currency", "due_date")]
    query = (
        select(*columns, invoices.c.total_minor)
        .where(invoices.c.kind == "invoice", invoices.c.payment_status.in_(UNPAID))
        .where(invoices.c.due_date < as_of)
        .order_by(invoices.c.due_date, invoices.c.number)
    )
    if customers is None:
        return list(connection.execute(query))
    mine = query.where(invoices.c.customer_id.in_(bindparam("names", expanding=True)))
    return _by_names(connection, mine, customers)


def _claims(
    connection: Connection, heads: Sequence[Row[Any]], spoken: Mapping[str, Spoken]
) -> dict[int, Claim]:
    ids = [row.id for row in heads]
    changes, taken_back = _changes(connection, ids)
    sent, promises = _sent(connection, ids), _promises(connection, ids)
    found: dict[int, Claim] = {}
    for row in heads:
        resumed_at = spoken[row.customer_id].resumed_at
        back_at = taken_back.get(row.id)
        settled = sum(amount for _, amount in changes[row.id])
        level, sent_on, fees, lump_sums = sent.get(row.id, (0, None, 0, 0))
        found[row.id] = Claim(
            row.id,
            row.number,
            row.due_date,
            row.total_minor,
            row.total_minor - settled,
            tuple(sorted(changes[row.id])),
            level,
            sent_on,
            fees + lump_sums,
            fees,
            lump_sums > 0,
            promises.get(row.id),
            back_at is not None and (resumed_at is None or resumed_at < back_at),
        )
    return found


def _changes(
    connection: Connection, ids: Sequence[int]
) -> tuple[dict[int, list[tuple[date, int]]], dict[int, datetime]]:
    """(what settled each invoice by day, when the bank took a payment back that is still missing)."""
    changes: dict[int, list[tuple[date, int]]] = defaultdict(list)
    back: dict[int, int] = defaultdict(int)
    back_at: dict[int, datetime] = {}
    query = (
        select(
            *(allocations.c[name] for name in ("invoice_id", "effective_on", "amount_minor", "recorded_at")),
            payments.c.kind,
        )
        .outerjoin(payments, payments.c.id == allocations.c.payment_id)
        .where(allocations.c.invoice_id.in_(bindparam("ids", expanding=True)))
        .order_by(allocations.c.id)
    )
    for part in chunks(ids):
        for row in connection.execute(query, {"ids": part}):
            changes[row.invoice_id].append((row.effective_on, row.amount_minor))
            if row.kind == "chargeback":
                back[row.invoice_id] += row.amount_minor
                back_at[row.invoice_id] = row.recorded_at
    return changes, {key: at for key, at in back_at.items() if back[key] < 0}


def _sent(connection: Connection, ids: Sequence[int]) -> dict[int, tuple[int, date | None, int, int]]:
    """Invoice -> (last level, day on which it was sent, fees, lump sums claimed)."""
    columns = dunned_invoices.c
    query = (
        select(
            columns.invoice_id,
            func.coalesce(func.max(columns.level), 0),
            func.max(dunning_notices.c.notice_date).filter(columns.level.is_not(None)),
            func.sum(columns.fee_minor),
            func.sum(columns.lump_sum_minor),
        )
        .join(dunning_notices, dunning_notices.c.id == columns.notice_id)
        .where(columns.invoice_id.in_(bindparam("ids", expanding=True)))
        .group_by(columns.invoice_id)
    )
    found: dict[int, tuple[int, date | None, int, int]] = {}
    for part in chunks(ids):
        for key, level, on, fees, lump_sums in connection.execute(query, {"ids": part}):
            found[key] = (int(level), on, int(fees), int(lump_sums))
    return found


def _promises(connection: Connection, ids: Sequence[int]) -> dict[int, Promise]:
    """The last promise of each invoice."""
    columns = payment_promises.c
    query = (
        select(columns.invoice_id, columns.due_date, columns.amount_minor, columns.open_minor)
        .where(columns.invoice_id.in_(bindparam("ids", expanding=True)))
        .order_by(columns.id)
    )
    return {
        key: Promise(*told) for part in chunks(ids) for key, *told in connection.execute(query, {"ids": part})
    }


def _last_letters(connection: Connection, names: Sequence[str]) -> dict[Key, date]:
    columns = dunning_notices.c
    query = (
        select(columns.customer_id, columns.currency, func.max(columns.notice_date).label("on"))
        .where(columns.customer_id.in_(bindparam("names", expanding=True)))
        .group_by(columns.customer_id, columns.currency)
    )
    return {(row.customer_id, row.currency): row.on for row in _by_names(connection, query, names)}


def _credits(connection: Connection, names: Sequence[str]) -> dict[Key, int]:
    """What is left of credit notes."""
    query = select(invoices.c.id, invoices.c.customer_id, invoices.c.currency).where(
        invoices.c.kind == "credit_note",
        invoices.c.payment_status.in_(UNPAID),
        invoices.c.customer_id.in_(bindparam("names", expanding=True)),
    )
    rows = _by_names(connection, query, names)
    stand = standings(connection, [row.id for row in rows])
    found: dict[Key, int] = defaultdict(int)
    for row in rows:
        found[(row.customer_id, row.currency)] += stand[row.id].open_minor
    return found


def _by_names(connection: Connection, query: Select[Any], names: Iterable[str]) -> list[Row[Any]]:
    wanted = sorted(set(names))
    found: list[Row[Any]] = []
    for start in range(0, len(wanted), MOST_NAMES):
        found += connection.execute(query, {"names": wanted[start : start + MOST_NAMES]}).all()
    return found

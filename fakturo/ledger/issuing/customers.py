"""What the ledger knows about clients: read for a chunk of orders, written when a new one appears."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, select

from fakturo.ledger.insert_new import insert_new
from fakturo.ledger.tables import customers
from fakturo.order import Party
from fakturo.tax import Client

_MOST_IDS = 500  # a statement; SQLite allows 32,766 parameters, PostgreSQL plans short lists better


class Known(NamedTuple):
    """A client as the ledger has it."""

    party: Party
    client: Client


def known(connection: Connection, ids: Iterable[str]) -> dict[str, Known]:
    """Those of the ids that the ledger knows."""
    wanted = sorted(set(ids))
    found: dict[str, Known] = {}
    query = select(customers).where(customers.c.id.in_(bindparam("ids", expanding=True)))
    for start in range(0, len(wanted), _MOST_IDS):
        for row in connection.execute(query, {"ids": wanted[start : start + _MOST_IDS]}):
            rate = None if row.tax_rate is None else Decimal(row.tax_rate)
            client = Client(
                tax_category=row.tax_category,
                tax_rate=rate,
                terms_days=row.terms_days,
                payment_means=row.payment_means,
                mandate_id=row.mandate_id,
                debited_iban=row.debited_iban,
            )
            found[row.id] = Known(Party.model_validate_json(row.content), client)
    return found


def completed(party: Party, of_ledger: Party | None) -> Party:
    """The party of the order; what it leaves open comes from the ledger."""
    if of_ledger is None:
        return party
    missing = {name: getattr(of_ledger, name) for name in Party.model_fields if getattr(party, name) is None}
    return party.model_copy(update=missing) if missing else party


def add_missing(connection: Connection, parties: Iterable[Party], now: datetime) -> None:
    """Insert clients that are not there yet; who is there stays as it is."""
    rows: list[dict[str, Any]] = [
        {
            "id": party.id,
            "name": party.name,
            "country": party.country,
            "content": party.model_dump_json(exclude_defaults=True),
            "first_seen_at": now,
            "updated_at": now,
        }
        for party in {party.id: party for party in parties}.values()
    ]
    insert_new(connection, customers, rows)

"""Where a customer's letters go: the address known of the client, else the one on the invoice."""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, bindparam, select

from fakturo.ledger.payments.balances import chunks
from fakturo.ledger.tables import customers, invoices

MOST_NAMES = 500


class Addressee(NamedTuple):
    """Who gets a letter."""

    name: str | None
    email: str | None
    """As it stands in the ledger; whether a letter can be sent to it shows when it is tried."""


def addressed(connection: Connection, heads: Sequence[Row[Any]]) -> set[str]:
    """Customers of some invoices (`id`, `customer_id`) for whom an e-mail address is known."""
    names = sorted({row.customer_id for row in heads})
    found: set[str] = set()
    query = select(customers.c.id, customers.c.content).where(
        customers.c.id.in_(bindparam("names", expanding=True))
    )
    for start in range(0, len(names), MOST_NAMES):
        rows = connection.execute(query, {"names": names[start : start + MOST_NAMES]})
        found |= {row.id for row in rows if json.loads(row.content).get("email")}
    of_invoices = select(invoices.c.customer_id, invoices.c.content).where(
        invoices.c.id.in_(bindparam("ids", expanding=True))
    )
    for part in chunks(row.id for row in heads if row.customer_id not in found):
        for row in connection.execute(of_invoices, {"ids": part}):
            if json.loads(row.content).get("buyer", {}).get("email"):
                found.add(row.customer_id)
    return found


def addressee(connection: Connection, customer_id: str, contents: Sequence[str]) -> Addressee:
    """Name and e-mail address of a customer.

    Args:
        contents: of the letter's invoices, oldest first; the newest that states something counts.
    """
    row = connection.execute(select(customers.c.content).where(customers.c.id == customer_id)).scalar_one()
    known = json.loads(row)
    buyers = [known, *(json.loads(each).get("buyer", {}) for each in reversed(contents))]
    first = {key: next((each[key] for each in buyers if each.get(key)), None) for key in ("name", "email")}
    return Addressee(first["name"], first["email"])

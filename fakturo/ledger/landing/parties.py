"""Remember clients as orders name them: new ones are added, what an order newly tells is filled in.

What a newer order says of name and address wins over the older; what it leaves open stays. Terms and tax of a
client are set by people and never touched here.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, bindparam, select, update

from fakturo.ledger.insert_new import insert_new
from fakturo.ledger.tables import customers
from fakturo.order import Party

_MOST_IDS = 500


def remember(connection: Connection, parties: Iterable[str], now: datetime) -> None:
    """Upsert clients, each given as the JSON of its Party, later ones being newer."""
    newest: dict[str, Party] = {}
    for text in dict.fromkeys(parties):
        party = Party.model_validate_json(text)
        newest[party.id] = merged(newest.get(party.id), party)
    if not newest:
        return
    fresh, changed = [], []
    known = _known(connection, sorted(newest))
    for party in newest.values():
        before = known.get(party.id)
        after = merged(before, party)
        if after != before:
            row = {"name": after.name, "country": after.country, "updated_at": now}
            row["content"] = after.model_dump_json(exclude_defaults=True)
            if before is None:
                fresh.append(row | {"id": party.id, "first_seen_at": now})
            else:
                changed.append(row | {"key": party.id})
    insert_new(connection, customers, fresh)
    if changed:
        connection.execute(update(customers).where(customers.c.id == bindparam("key")), changed)


def merged(before: Party | None, party: Party) -> Party:
    """What is known of a client once this is told too: the newer word wins, silence changes nothing."""
    if before is None:
        return party
    told = {name: value for name, value in party if value is not None}
    return before.model_copy(update=told)


def _known(connection: Connection, ids: list[str]) -> dict[str, Party]:
    found: dict[str, Party] = {}
    for start in range(0, len(ids), _MOST_IDS):
        query = select(customers.c.id, customers.c.content)
        query = query.where(customers.c.id.in_(ids[start : start + _MOST_IDS]))
        for key, content in connection.execute(query):
            found[key] = Party.model_validate_json(content)
    return found

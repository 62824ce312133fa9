"""Hold letters against what was logged when they were sent."""

import json
from collections.abc import Iterator, Mapping

from sqlalchemy import Connection, select

from fakturo.ledger.dunning_tables import dunning_notices

_FIGURES = ("customer_id", "currency", "level", "tone", "open_minor", "credit_minor", "total_minor")


def check_notices(connection: Connection, logged: Mapping[str, str]) -> Iterator[str]:
    """One sentence for each letter that differs from its audit entry, has none, or is gone.

    Args:
        logged: subject of the entry (`dunning:7`) -> its details, JSON.
    """
    columns = [dunning_notices.c[name] for name in ("id", "notice_date", *_FIGURES)]
    left = dict(logged)
    for row in connection.execute(select(*columns).order_by(dunning_notices.c.id)):
        text = left.pop(f"dunning:{row.id}", None)
        if text is None:
            yield f"Letter {row.id} to {row.customer_id} has no audit entry."
            continue
        told = json.loads(text)
        stands = {name: row._mapping[name] for name in _FIGURES} | {"notice_date": str(row.notice_date)}  # noqa: SLF001
        if any(told.get(name) != value for name, value in stands.items()):
            yield f"Letter {row.id} to {row.customer_id} is not what was sent: it was changed."
    yield from (f"Letter {subject.removeprefix('dunning:')} was sent and is gone." for subject in left)

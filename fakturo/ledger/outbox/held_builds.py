"""Tell the outside once that a build was held back, and once that a publish followed.

Builds run every hour: one that fails for the same checks as the last one is no news. The outbox itself says
what was told last, so nothing else has to be kept, and a crash in between only delays the news to the next
build.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, Engine, insert, select

from fakturo.audit import canonical
from fakturo.errors import FailedCheck
from fakturo.ledger import audit_chain
from fakturo.ledger.open import reading, writing
from fakturo.ledger.tables import outbox

HELD_BACK = "warehouse.held_back"
PUBLISHED_AGAIN = "warehouse.published_again"
SUBJECT = "warehouse"


class Held(NamedTuple):
    """A build that was held back, and no publish since."""

    since: datetime
    message: str
    checks: tuple[str, ...]
    """Names of the checks that failed, sorted."""


def standing(connection: Connection) -> Held | None:
    """What holds the warehouse back now; None when the last build was published."""
    query = (
        select(outbox.c.event, outbox.c.payload, outbox.c.created_at)
        .where(outbox.c.subject == SUBJECT, outbox.c.event.in_((HELD_BACK, PUBLISHED_AGAIN)))
        .order_by(outbox.c.id.desc())
        .limit(1)
    )
    row = connection.execute(query).first()
    if row is None or row.event == PUBLISHED_AGAIN:
        return None
    told = json.loads(row.payload)
    names = tuple(sorted({each["check"] for each in told["checks"]}))
    return Held(row.created_at, str(told["message"]), names)


def hold_back(
    engine: Engine, publish_id: str, message: str, checks: Sequence[FailedCheck], *, now: datetime
) -> bool:
    """Write the alert with its audit entry.

    Returns:
        False when the same checks held the last build back too; nothing is written then.
    """
    names = tuple(sorted({each.check for each in checks}))
    told = {
        "publish_id": publish_id,
        "message": message,
        "checks": [
            {"check": each.check, "failing": each.failing, "keys": list(each.keys)} for each in checks
        ],
    }
    with writing(engine) as connection:
        audit_chain.hold(connection)
        before = standing(connection)
        if before is not None and before.checks == names:
            return False
        _tell(connection, HELD_BACK, canonical(told), now)
        entry = (HELD_BACK, f"publish:{publish_id}", {"checks": list(names)})
        audit_chain.append(connection, at=now, actor="build", entries=[entry])
    return True


def publish_again(engine: Engine, publish_id: str, *, now: datetime) -> bool:
    """Say that the warehouse is published again; False when nothing held it back."""
    with reading(engine) as connection:
        if standing(connection) is None:
            return False
    with writing(engine) as connection:
        audit_chain.hold(connection)
        before = standing(connection)
        if before is None:
            return False
        told = {"publish_id": publish_id, "held_back_since": before.since.isoformat()}
        _tell(connection, PUBLISHED_AGAIN, canonical(told), now)
        entry = (PUBLISHED_AGAIN, f"publish:{publish_id}", {"checks": list(before.checks)})
        audit_chain.append(connection, at=now, actor="build", entries=[entry])
    return True


def _tell(connection: Connection, event: str, payload: str, now: datetime) -> None:
    connection.execute(insert(outbox).values(event=event, subject=SUBJECT, payload=payload, created_at=now))

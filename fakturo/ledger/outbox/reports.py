"""Say once a period and publish that reports were written."""

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Engine, insert, select

from fakturo.audit import canonical
from fakturo.ledger import audit_chain
from fakturo.ledger.open import writing
from fakturo.ledger.tables import outbox

WRITTEN = "reports.written"
SUBJECT = "reports"


def tell_reports(
    engine: Engine, publish_id: str, period: str, files: Sequence[str], *, now: datetime
) -> bool:
    """Write the event with its audit entry.

    Args:
        files: relative to the home.

    Returns:
        False when it was told of this period and publish before; nothing is written then.
    """
    with writing(engine) as connection:
        audit_chain.hold(connection)
        told = connection.execute(
            select(outbox.c.payload).where(outbox.c.event == WRITTEN, outbox.c.subject == SUBJECT)
        ).scalars()
        if any(
            (each["publish_id"], each["period"]) == (publish_id, period) for each in map(json.loads, told)
        ):
            return False
        payload = {"publish_id": publish_id, "period": period, "files": list(files)}
        row = {"event": WRITTEN, "subject": SUBJECT, "payload": canonical(payload), "created_at": now}
        connection.execute(insert(outbox).values(row))
        entry = (WRITTEN, f"publish:{publish_id}", {"period": period, "files": len(files)})
        audit_chain.append(connection, at=now, actor="reports", entries=[entry])
    return True

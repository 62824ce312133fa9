"""An event as its receivers see it: an id that never changes, and the body that is signed. Pure."""

import hashlib
import json
from datetime import datetime

from fakturo.audit import canonical
from fakturo.ledger.outbox.deliveries import Claimed

HEADER = "Fakturo-Event-Id"


def event_id(outbox_id: int, event: str, subject: str, happened_at: datetime) -> str:
    """`evt_42_9f3a1c7e02bd`: the same for every receiver and attempt, and unlike that of any other ledger."""
    told = f"{outbox_id}|{event}|{subject}|{happened_at.isoformat()}"
    return f"evt_{outbox_id}_{hashlib.sha256(told.encode()).hexdigest()[:12]}"


def id_of(claimed: Claimed) -> str:
    """Its id, by which receivers tell that they had it before."""
    return event_id(claimed.outbox_id, claimed.event, claimed.subject, claimed.happened_at)


def body(claimed: Claimed) -> bytes:
    """What is posted: JSON of id, event, subject, created_at and data; the same bytes at each attempt."""
    told = {
        "id": id_of(claimed),
        "event": claimed.event,
        "subject": claimed.subject,
        "created_at": claimed.happened_at.isoformat(timespec="seconds"),
        "data": json.loads(claimed.payload),
    }
    return canonical(told).encode()

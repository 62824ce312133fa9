"""Append to the audit chain inside the transaction that makes the fact.

The single row of `audit_head` is locked by who appends, so the chain has one order on both databases.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from fakturo.audit import Entry, canonical, entry_sha256
from fakturo.ledger.tables import audit, audit_head


def hold(connection: Connection) -> None:
    """Be the only one who decides and appends until the transaction ends, on both databases."""
    connection.execute(select(audit_head.c.seq).with_for_update()).one()


def append(
    connection: Connection, *, at: datetime, actor: str, entries: Sequence[tuple[str, str, dict[str, Any]]]
) -> None:
    """Add (action, subject, details) entries at the end of the chain, within the caller's transaction."""
    if not entries:
        return
    head = connection.execute(select(audit_head.c.seq, audit_head.c.sha256).with_for_update()).one()
    seq, previous = head.seq, head.sha256
    rows = []
    for action, subject, details in entries:
        seq += 1
        text = canonical(details)
        digest = entry_sha256(seq, at, actor, action, subject, text, previous)
        rows.append(Entry(seq, at, actor, action, subject, text, previous, digest)._asdict())
        previous = digest
    connection.execute(insert(audit), rows)
    connection.execute(update(audit_head).values(seq=seq, sha256=previous))

"""Append to the audit chain inside the transaction that makes the fact; read it back to verify.

The single row of `audit_head` is locked by who appends, so the chain has one order on both databases.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from fakturo.audit import GENESIS, Entry, broken_at, canonical, entry_sha256
from fakturo.ledger.tables import audit, audit_head


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


def verify(connection: Connection) -> tuple[int, str] | None:
    """Walk the whole chain; None when it holds, else (seq, reason) of the first break.

    The head is compared too, so that cutting entries off the end shows.
    """
    rows = connection.execution_options(yield_per=10_000).execute(select(audit).order_by(audit.c.seq))
    last_seq, last_sha256 = 0, GENESIS

    def walked() -> Any:
        nonlocal last_seq, last_sha256
        for row in rows:
            entry = Entry(*row)
            last_seq, last_sha256 = entry.seq, entry.sha256
            yield entry

    broken = broken_at(walked())
    if broken:
        return broken
    head = connection.execute(select(audit_head.c.seq, audit_head.c.sha256)).one()
    if (head.seq, head.sha256) != (last_seq, last_sha256):
        return last_seq + 1, f"entries after {last_seq} were cut off"
    return None

"""Settle a retry inside the transaction that lands it: which old rows are resolved, which stay, who did it.

What the first file left behind never changes: its counts, its bytes, and of its quarantined rows the reasons
and the raw text. Only the status of a row moves, once, from open to resolved or replaced.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, select, update

from fakturo.errors import NotAllowed
from fakturo.ledger import audit_chain
from fakturo.ledger.tables import files, quarantine

_MOST_IDS = 500


class Retried(NamedTuple):
    """What one retry did to the rows of one file, by the lines of that file."""

    root_id: int
    row_ids: Collection[int]
    """Rows that were retried; each must still be open."""
    landed: Collection[int]
    """Lines that stand in the ledger now, or are known not to concern us."""
    failed: Collection[int]
    """Lines that were refused again; the retry holds them with their new reasons."""


def readings_of(connection: Connection, root_id: int) -> list[int]:
    """Ids of a file and of all retries of its rows, oldest first."""
    query = select(files.c.id).where((files.c.id == root_id) | (files.c.retry_of == root_id))
    return list(connection.execute(query.order_by(files.c.id)).scalars())


def settle(connection: Connection, file_id: int, retried: Retried, *, actor: str, now: datetime) -> None:
    """Mark what became of old rows and log it; `file_id` is the retry's own row of `files`.

    Raises:
        NotAllowed: somebody else retried one of them meanwhile; the caller's transaction must not commit.
    """
    readings = [each for each in readings_of(connection, retried.root_id) if each != file_id]
    query = (
        select(quarantine.c.id, quarantine.c.line)
        .where(quarantine.c.file_id.in_(readings), quarantine.c.status == "open")
        .order_by(quarantine.c.id)
        .with_for_update()
    )
    still_open = {row.id: row.line for row in connection.execute(query)}
    gone = sorted(set(retried.row_ids) - still_open.keys())
    if gone:
        raise NotAllowed(
            f"Row {gone[0]} was retried by somebody else meanwhile; nothing was written, look at it again."
        )
    landed, failed = set(retried.landed), set(retried.failed)
    resolved = [key for key, line in still_open.items() if line in landed]
    replaced = [key for key, line in still_open.items() if line in failed]
    for ids, status in ((resolved, "resolved"), (replaced, "replaced")):
        values = {"status": status, "resolved_at": now, "resolved_by": actor, "resolved_in": file_id}
        for start in range(0, len(ids), _MOST_IDS):
            some = quarantine.c.id.in_(ids[start : start + _MOST_IDS])
            connection.execute(update(quarantine).where(some).values(**values))
    connection.execute(update(files).where(files.c.id == file_id).values(retry_of=retried.root_id))
    told = {"retry": file_id, "resolved": stretches(resolved), "failed_again": stretches(replaced)}
    entry = ("quarantine.retried", f"file:{retried.root_id}", told)
    audit_chain.append(connection, at=now, actor=actor, entries=[entry])


def stretches(ids: Iterable[int]) -> str:
    """Ids in few words: 3-7, 9."""
    found: list[list[int]] = []
    for each in sorted(ids):
        if found and each == found[-1][1] + 1:
            found[-1][1] = each
        else:
            found.append([each, each])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in found)

"""What the audit log says of imported invoices: one entry a file, a digest over all that it brought.

Imported invoices are counted from 1 without a gap, in series 'imported'. Each entry names a stretch of that
count and its digest, so that a changed, lost or added one is found.
"""

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from fakturo.history import SERIES
from fakturo.invoice import content_sha256
from fakturo.ledger import audit_chain
from fakturo.ledger.tables import invoices

ACTION = "invoices.imported"
_ROWS_AT_A_TIME = 5_000


class Digest:
    """SHA-256 over invoices in the order of their count."""

    def __init__(self) -> None:
        self.first_seq = self.last_seq = 0
        self.counts = {"invoice": 0, "credit_note": 0}
        self._hash = hashlib.sha256()

    def add(self, seq: int, kind: str, number: str, sha256: str) -> None:
        """Add the next invoice."""
        self.first_seq = self.first_seq or seq
        self.last_seq = seq
        self.counts[kind] += 1
        self._hash.update(f"{seq}:{kind}:{number}:{sha256}\n".encode())

    def told(self) -> dict[str, Any]:
        """What the audit log keeps."""
        return {
            "first_seq": self.first_seq,
            "last_seq": self.last_seq,
            "invoices": self.counts["invoice"],
            "credit_notes": self.counts["credit_note"],
            "digest": self._hash.hexdigest(),
        }


def log_import(connection: Connection, file_id: int, digest: Digest, now: datetime) -> None:
    """Append the entry of one file, in the transaction that lands it; one that brought nothing has none."""
    if digest.first_seq:
        entry = (ACTION, f"file:{file_id}", digest.told())
        audit_chain.append(connection, at=now, actor="import", entries=[entry])


def check_imports(connection: Connection, logged: list[tuple[str, str]]) -> Iterator[str]:
    """One sentence for each import that is not what the audit log says.

    Args:
        logged: (subject, details) of all entries with `ACTION`, in the order of the log.
    """
    told = [(subject, json.loads(details)) for subject, details in logged]
    ends = [0, *(details["last_seq"] for _, details in told)]
    for end, (subject, details) in zip(ends, told, strict=False):
        if details["first_seq"] != end + 1:
            yield f"Imported invoices of {subject} do not follow on those before: an entry is missing."
    found = [Digest() for _ in told]
    query = (
        select(invoices.c.seq, invoices.c.kind, invoices.c.number, invoices.c.content)
        .where(invoices.c.series == SERIES)
        .order_by(invoices.c.seq)
    )
    at = 0
    for seq, kind, number, text in connection.execute(
        query, execution_options={"yield_per": _ROWS_AT_A_TIME}
    ):
        while at < len(told) and seq > told[at][1]["last_seq"]:
            at += 1
        if at == len(told) or seq < told[at][1]["first_seq"]:
            yield f"Invoice {number} stands among the imported ones but no import was logged for it."
            continue
        found[at].add(seq, kind, number, content_sha256(text))
    for at, (subject, details) in enumerate(told):
        if found[at].told() != details:
            yield f"Imported invoices of {subject} are not what was imported."

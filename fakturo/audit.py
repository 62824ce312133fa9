"""The audit chain as arithmetic: each entry's hash covers the entry and the hash before it. Pure.

Changing, dropping or inserting one entry breaks every hash after it.
Source: Schneier and Kelsey, "Secure Audit Logs to Support Computer Forensics", ACM TISSEC, 1999.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

GENESIS = "0" * 64
"""The hash before the first entry."""


class Entry(NamedTuple):
    """One row of the log as it is hashed."""

    seq: int
    at: datetime
    actor: str
    action: str
    subject: str
    details: str
    previous_sha256: str
    sha256: str


def canonical(details: dict[str, Any]) -> str:
    """Details as the JSON text that is stored and hashed: sorted keys, no spaces."""
    return json.dumps(details, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def entry_sha256(
    seq: int, at: datetime, actor: str, action: str, subject: str, details: str, previous: str
) -> str:
    """SHA-256, hex, over all fields of an entry and the hash before it."""
    fields = (str(seq), at.isoformat(timespec="microseconds"), actor, action, subject, details, previous)
    # lengths in front, so that no two different entries read alike
    return hashlib.sha256("".join(f"{len(field)}:{field}" for field in fields).encode()).hexdigest()


def broken_at(entries: Iterable[Entry]) -> tuple[int, str] | None:
    """First place where the chain does not hold, as (seq, reason); None when all of it does.

    Args:
        entries: all of them, by `seq` from 1.
    """
    previous = GENESIS
    expected_seq = 1
    for entry in entries:
        if entry.seq != expected_seq:
            return expected_seq, f"entry {expected_seq} is missing"
        if entry.previous_sha256 != previous:
            return entry.seq, f"entry {entry.seq} does not follow entry {entry.seq - 1}"
        if entry.sha256 != entry_sha256(*entry[:-1]):
            return entry.seq, f"entry {entry.seq} was changed after it was written"
        previous = entry.sha256
        expected_seq += 1
    return None

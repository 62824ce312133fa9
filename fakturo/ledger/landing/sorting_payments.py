"""Payments of a file beside those that the ledger holds: new, repeated, or in conflict."""

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, select

from fakturo.ledger.landing.arrivals import Landed, Refused
from fakturo.ledger.payment_tables import payments
from fakturo.payment import Arrived, PaymentRecord

_MOST_IDS = 500


class SortedPayments(NamedTuple):
    """Payments of a file, by what becomes of them."""

    rows: int
    fresh: list[Arrived]
    duplicate: int
    conflicts: list[Refused]

    def landed(self, refused: Sequence[Refused]) -> Landed:
        """Counts of the file, with the rows that could not be read."""
        quarantined = len(refused) + len(self.conflicts)
        return Landed(self.rows + len(refused), len(self.fresh), self.duplicate, quarantined).balanced()


def sort_payments(connection: Connection, records: Sequence[Arrived], before: Any) -> SortedPayments:
    """What is new, what stands already, and what contradicts the ledger or its own file.

    A reference that one file gives to different payments is taken for none of them, so that the order of the
    rows decides nothing.

    Args:
        before: the row of `files` of an earlier reading of the very same file, or None.
    """
    stands = _standing(connection, records)
    by_line = _by_line(connection, before)
    in_file: dict[tuple[str, str], set[str]] = defaultdict(set)
    for each in records:
        in_file[key_of(each)].add(each.record.content)
    fresh: list[Arrived] = []
    duplicate = 0
    conflicts: list[Refused] = []
    for each in records:
        key, content = key_of(each), each.record.content
        known = stands.get(key)
        once = by_line.get(each.line)
        if known == content:
            duplicate += 1
        elif known is not None:
            conflicts.append(_refused(each, f"was taken in before with other content: {known}"))
        elif once is not None and once == _money(each.record):
            duplicate += 1  # read again under another mapping, and its reference is made of other columns now
        elif once is not None:
            conflicts.append(_refused(each, "stands on a line that was taken in before as another payment"))
        elif len(in_file[key]) > 1:
            conflicts.append(_refused(each, "is given to different payments of this file"))
        else:
            stands[key] = content
            fresh.append(each)
    return SortedPayments(len(records), fresh, duplicate, conflicts)


def _standing(connection: Connection, records: Sequence[Arrived]) -> dict[tuple[str, str], str]:
    """Content of the payments that the ledger holds under these keys."""
    by_source: dict[str, list[str]] = defaultdict(list)
    for each in records:
        by_source[each.record.source].append(each.record.reference)
    query = select(payments.c.reference, payments.c.content).where(
        payments.c.source == bindparam("of"), payments.c.reference.in_(bindparam("names", expanding=True))
    )
    found: dict[tuple[str, str], str] = {}
    for source, references in by_source.items():
        for start in range(0, len(references), _MOST_IDS):
            names = references[start : start + _MOST_IDS]
            for reference, content in connection.execute(query, {"of": source, "names": names}):
                found[source, reference] = content
    return found


def _by_line(connection: Connection, before: Any) -> dict[int, tuple[Any, ...]]:
    """Money of the payments that an earlier reading of the very same file gave, by line."""
    if before is None:
        return {}
    query = select(
        payments.c.line,
        payments.c.kind,
        payments.c.currency,
        payments.c.amount_minor,
        payments.c.value_date,
    ).where(payments.c.file_id == before.id)
    return {row.line: tuple(row[1:]) for row in connection.execute(query)}


def _money(record: PaymentRecord) -> tuple[Any, ...]:
    return (record.kind, record.currency, record.amount_minor, record.value_date)


def key_of(each: Arrived) -> tuple[str, str]:
    """Also the order in which rows are inserted: two processes wait for each other, never in a circle."""
    return each.record.source, each.record.reference


def _refused(each: Arrived, why: str) -> Refused:
    reason = (
        f"Reference {each.record.reference} of {each.record.source} {why}; compare both with the bank and, "
        "where both are real, import this one under a reference of its own."
    )
    return Refused(
        each.line, each.record.reference, json.dumps([reason], ensure_ascii=False), each.record.content
    )

"""Read the quarantine: counts by file and reason, rows, and where a row went that was retried."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select

from fakturo.errors import NotFound
from fakturo.ledger.tables import files, quarantine

_AT_A_TIME = 500
_VALUES = re.compile(r"'[^']*'|\"[^\"]*\"|-?\d[\d.,:/-]*")
"""What differs between rows with the same reason: quoted values and numbers."""


class Filter(NamedTuple):
    """Which rows are meant; None leaves it open."""

    file: str | None = None
    """Id or name of a file; rows of it that a retry left count too."""
    kind: str | None = None
    """orders, invoices, customers or payments."""
    reason: str | None = None
    """Words of a reason, in any case."""


class Quarantined(NamedTuple):
    """One row that was set aside."""

    id: int
    file_id: int
    root_id: int
    """The file that the row first came in; `file_id` is that of the last retry."""
    file: str
    """Name of that first file."""
    kind: str
    source: str
    line: int
    """Line of the first file."""
    external_id: str | None
    reasons: tuple[str, ...]
    raw: dict[str, Any]
    """Column -> text as read."""
    status: str
    created_at: datetime
    resolved_at: datetime | None
    resolved_by: str | None
    resolved_in: int | None


def count_by_file(connection: Connection, which: Filter) -> list[tuple[int, str, str, int]]:
    """(id of the first file, its name, kind, open rows), the fullest first."""
    root = files.alias("root")
    query = (
        select(root.c.id, root.c.name, root.c.kind, func.count())
        .select_from(_joined(root))
        .where(quarantine.c.status == "open", *_conditions(which, root))
        .group_by(root.c.id, root.c.name, root.c.kind)
        .order_by(func.count().desc(), root.c.id)
    )
    return [(row[0], row[1], row[2], row[3]) for row in connection.execute(query)]


def count_by_reason(connection: Connection, which: Filter) -> list[tuple[str, int]]:
    """(reason without the values it quotes, open rows that have it), the most frequent first."""
    root = files.alias("root")
    query = (
        select(quarantine.c.reasons, func.count())
        .select_from(_joined(root))
        .where(quarantine.c.status == "open", *_conditions(which, root))
        .group_by(quarantine.c.reasons)
    )
    counts: Counter[str] = Counter()
    for text, rows in connection.execute(query):
        for reason in {_VALUES.sub("…", reason) for reason in json.loads(text)}:
            counts[reason] += rows
    return sorted(counts.items(), key=lambda each: (-each[1], each[0]))


def open_rows(connection: Connection, which: Filter, *, limit: int | None = None) -> Iterator[Quarantined]:
    """Open rows in the order of their files."""
    root = files.alias("root")
    query = (
        _rows(root)
        .where(quarantine.c.status == "open", *_conditions(which, root))
        .order_by(root.c.id, quarantine.c.line, quarantine.c.id)
        .limit(limit)
    )
    for row in connection.execution_options(yield_per=_AT_A_TIME).execute(query):
        yield _quarantined(row)


def rows_of(connection: Connection, ids: Sequence[int]) -> list[Quarantined]:
    """Rows by their ids, in that order.

    Raises:
        NotFound: there is no such row.
    """
    root = files.alias("root")
    found: dict[int, Quarantined] = {}
    for start in range(0, len(ids), _AT_A_TIME):
        some = ids[start : start + _AT_A_TIME]
        for row in connection.execute(_rows(root).where(quarantine.c.id.in_(some))):
            found[row.id] = _quarantined(row)
    missing = [each for each in ids if each not in found]
    if missing:
        raise NotFound(
            f"There is no quarantined row {missing[0]}; `fakturo quarantine list` shows which there are."
        )
    return [found[each] for each in ids]


def standing_for(connection: Connection, rows: Sequence[Quarantined]) -> dict[int, Quarantined]:
    """The open row that each row is today, by its own id: itself, or what a retry left of it.

    Rows that were taken in since are left out.
    """
    root = files.alias("root")
    newest: dict[tuple[int, int], Quarantined] = {}
    asked = sorted({(each.root_id, each.line) for each in rows if each.status != "open"})
    for root_id in sorted({each for each, _ in asked}):
        lines = [line for each, line in asked if each == root_id]
        for start in range(0, len(lines), _AT_A_TIME):
            query = _rows(root).where(
                root.c.id == root_id,
                quarantine.c.line.in_(lines[start : start + _AT_A_TIME]),
                quarantine.c.status == "open",
            )
            for row in map(_quarantined, connection.execute(query)):
                newest[row.root_id, row.line] = row
    found = {
        each.id: each if each.status == "open" else newest.get((each.root_id, each.line)) for each in rows
    }
    return {key: row for key, row in found.items() if row is not None}


def _joined(root: Any) -> Any:
    file = files
    return quarantine.join(file, file.c.id == quarantine.c.file_id).join(
        root, root.c.id == func.coalesce(file.c.retry_of, file.c.id)
    )


def _rows(root: Any) -> Select[Any]:
    names = ("id", "file_id", "line", "external_id", "reasons", "raw", "status", "created_at")
    resolved = ("resolved_at", "resolved_by", "resolved_in")
    return select(
        *(quarantine.c[name] for name in (*names, *resolved)),
        root.c.id.label("root_id"),
        root.c.name.label("file"),
        root.c.kind.label("kind"),
        root.c.source.label("source"),
    ).select_from(_joined(root))


def _quarantined(row: Any) -> Quarantined:
    values = {name: getattr(row, name) for name in Quarantined._fields}
    raw = json.loads(row.raw)
    values |= {"reasons": tuple(json.loads(row.reasons)), "raw": raw if isinstance(raw, dict) else {}}
    return Quarantined(**values)


def _conditions(which: Filter, root: Any) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if which.file is not None:
        by_name = root.c.name == which.file
        found.append(or_(by_name, root.c.id == int(which.file)) if which.file.isdigit() else by_name)
    if which.kind is not None:
        found.append(root.c.kind == which.kind)
    if which.reason is not None:
        words = which.reason.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        found.append(func.lower(quarantine.c.reasons).like(f"%{words}%", escape="\\"))
    return [and_(*found)] if found else []

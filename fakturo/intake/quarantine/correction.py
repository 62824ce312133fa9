"""What a retry brings: some rows of one file, as they were or with corrected cells.

It is written down as JSON lines, archived by its hash like any file, and is the retry's own evidence; the
first file stays in the archive as it came.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from fakturo.intake.rows.tables import REST
from fakturo.intake.workbench import Bench, literal


class Correction(NamedTuple):
    """One row that is retried."""

    row_id: int
    """Its id in the quarantine."""
    line: int
    """Its line in the first file."""
    cells: Mapping[str, str]
    """Column -> corrected text; empty where the row is retried as it is."""


def written(source: str, sha256: str, corrections: Sequence[Correction]) -> bytes:
    """The retry as a document: equal retries give equal bytes.

    Args:
        source: whose rows these are.
        sha256: of the first file.
    """
    rows = sorted(corrections, key=lambda each: each.line)
    heads: list[dict[str, object]] = [{"corrects": sha256, "source": source}]
    documents = [{"row": each.row_id, "line": each.line, "cells": dict(each.cells)} for each in rows]
    lines = (json.dumps(each, ensure_ascii=False, sort_keys=True) for each in [*heads, *documents])
    return ("\n".join(lines) + "\n").encode("utf-8", "replace")


def read(document: Path) -> list[Correction]:
    """The rows of an archived retry."""
    lines = document.read_text(encoding="utf-8").splitlines()[1:]
    return [Correction(each["row"], each["line"], each["cells"]) for each in map(json.loads, lines)]


def put_in_place(bench: Bench, names: Sequence[str], corrections: Iterable[Correction], folder: Path) -> None:
    """Write corrected cells over the rows of `raw`, later ones over earlier ones.

    A row that could not be parted is whole once a cell is corrected and nothing stands beyond its columns.

    Args:
        names: of the cells, by position; as the quarantine shows them.
        folder: a workplace.
    """
    places = {name: n for n, name in enumerate(names)}
    changed: dict[int, dict[str, str]] = {}
    for each in corrections:
        if each.cells:
            row = changed.setdefault(each.line, {})
            row.update(
                (REST if name == REST else str(places[name]), text)
                for name, text in each.cells.items()
                if name in places or name == REST
            )
    if not changed:
        return
    file = folder / "corrected.jsonl"
    with file.open("w", encoding="utf-8") as out:
        out.writelines(json.dumps({"line": line, "cells": cells}) + "\n" for line, cells in changed.items())
    columns = sorted({int(name) for cells in changed.values() for name in cells if name != REST})
    cells = "".join(
        f"c{n} = CASE WHEN map_contains(k.cells, '{n}') THEN nullif(trim(k.cells['{n}']), '') ELSE c{n} END, "
        for n in columns
    )
    rest = f"CASE WHEN map_contains(k.cells, {literal(REST)}) THEN nullif(k.cells[{literal(REST)}], '') "
    rest += "ELSE rest END"
    bench.execute(f"""
        UPDATE raw SET {cells} rest = {rest}, problem = CASE WHEN ({rest}) IS NOT NULL THEN problem END
        FROM read_json({literal(str(file))}, format = 'newline_delimited', columns = {{
            'line': 'BIGINT', 'cells': 'MAP(VARCHAR, VARCHAR)'}}) AS k
        WHERE raw.line = k.line
    """)  # noqa: S608  places of our own, the rest quoted

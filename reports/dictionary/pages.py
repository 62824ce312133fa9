"""Write the dictionary: pages that need no network, no script of another host, no server.

index.html     what analysts ask: marts with columns, saved questions, metrics
layers.html    what the marts are made of: snapshots, intermediate, staging, seeds, ledger
lineage.html   how all of it hangs together, in one picture
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from fakturo.warehouse import saved_queries
from reports.dictionary.lineage import Box, above, picture
from reports.dictionary.reading import LAYERS, Dictionary, Metric, Table, Use, read

TEMPLATES = Path(__file__).parents[1] / "templates" / "dictionary"
GROUPS = (
    ("fct", "Facts", "What happened: orders, invoices, payments, requests."),
    ("dim", "Dimensions", "Whom and what facts are about."),
    ("kpi", "Key figures", "Facts summed by day, month or hour."),
    ("publish", "This publish", "Which copy of the ledger this is."),
)
"""Prefix of a mart's name, title and sentence."""


@dataclass(frozen=True)
class Question:
    """A saved question with its text."""

    name: str
    label: str
    description: str
    query: str
    tables: tuple[str, ...]


@dataclass(frozen=True)
class Group:
    """Tables that stand together."""

    title: str
    sentence: str
    tables: tuple[Table, ...]


def write(folder: Path, manifest: Mapping[str, Any], *, made_at: datetime, dbt_page: str) -> list[Path]:
    """Write all pages, each whole or not at all.

    Args:
        manifest: dbt's manifest.json.
        made_at: aware; stands on the pages.
        dbt_page: link to dbt's own page; empty when there is none.

    Returns:
        Paths, index.html first.
    """
    known = read(manifest)
    folder.mkdir(parents=True, exist_ok=True)
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, autoescape=True, trim_blocks=True
    )
    boxes = _boxes(known)
    nodes: list[Table | Use | Metric] = [*known.tables, *known.uses, *known.metrics]
    parents = {node.id: tuple(of for of in node.parents if of in boxes) for node in nodes}
    shared = {
        "made_at": f"{made_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC",
        "pictures": {table.id: _picture(table, boxes, parents) for table in known.tables},
        "places": {table.name: boxes[table.id].href for table in known.tables if table.layer != "ledger"},
        "dbt_page": dbt_page,
    }
    marts = known.layer("marts")
    pages: dict[str, dict[str, Any]] = {
        "index": {
            "groups": [
                Group(title, sentence, tuple(table for table in marts if table.name.startswith(prefix)))
                for prefix, title, sentence in GROUPS
            ],
            "questions": _questions(known),
            "reports": [use for use in known.uses if not use.file.endswith(".sql")],
            "metrics": known.metrics,
        },
        "layers": {"groups": [Group(title, "", known.layer(key)) for key, title in LAYERS[1:]]},
        "lineage": {"whole": _whole(boxes, parents)},
    }
    for name, given in pages.items():
        text = environment.get_template(f"{name}.html.j2").render(**shared, **given)
        unfinished = folder / f"{name}.{secrets.token_hex(4)}"
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(folder / f"{name}.html")
    return [folder / f"{name}.html" for name in pages]


def _boxes(known: Dictionary) -> dict[str, Box]:
    boxes = {}
    for table in known.tables:
        copied = table.layer == "ledger"
        page = "index.html" if table.layer == "marts" else "layers.html"
        href = f"{page}#{'ledger-' if copied else ''}{table.name}"
        boxes[table.id] = Box(table.id, f"ledger.{table.name}" if copied else table.name, table.layer, href)
    for use in known.uses:
        boxes[use.id] = Box(use.id, use.label, "use", f"index.html#{use.name}")
    for metric in known.metrics:
        boxes[metric.id] = Box(metric.id, metric.name, "metric", f"index.html#metric-{metric.name}")
    return boxes


def _picture(table: Table, boxes: Mapping[str, Box], parents: Mapping[str, Sequence[str]]) -> str:
    """A table with all that it comes from and what reads it itself; empty where it stands alone."""
    below = {(table.id, node) for node, of in parents.items() if table.id in of}
    edges = above(table.id, parents) | below
    return picture(boxes, edges, here=table.id) if edges else ""


def _whole(boxes: Mapping[str, Box], parents: Mapping[str, Sequence[str]]) -> str:
    return picture(boxes, {(parent, node) for node, of in parents.items() for parent in of})


def _questions(known: Dictionary) -> list[Question]:
    queries = saved_queries.folder()
    names = {table.id: table.name for table in known.tables}
    return [
        Question(
            use.name,
            use.label,
            use.description,
            (queries / Path(use.file).name).read_text(encoding="utf-8"),
            tuple(names[parent] for parent in use.parents if parent in names),
        )
        for use in known.uses
        if use.file.endswith(".sql")
    ]

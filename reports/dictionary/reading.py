"""dbt's manifest -> the tables, questions and metrics of the dictionary. Pure.

Source: the manifest's published schema, schemas.getdbt.com/dbt/manifest/v12.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reports.dictionary.guards import Guard, column_guards, table_guards
from reports.dictionary.units import unit

Manifest = Mapping[str, Any]
LAYERS = (
    ("marts", "Marts"),
    ("snapshots", "Snapshots"),
    ("intermediate", "Intermediate"),
    ("staging", "Staging"),
    ("seeds", "Seeds"),
    ("ledger", "Ledger, as copied"),
)
"""Key and title, from what analysts ask down to where it comes from."""


@dataclass(frozen=True)
class Column:
    """A column as the dictionary shows it."""

    name: str
    type: str
    """Empty where the warehouse decides it."""
    description: str
    unit: str
    guards: tuple[Guard, ...]
    is_key: bool


@dataclass(frozen=True)
class Table:
    """A table or view with everything known about it."""

    id: str
    """dbt's unique id."""
    name: str
    schema: str
    layer: str
    description: str
    columns: tuple[Column, ...]
    guards: tuple[Guard, ...]
    """Of the table as a whole."""
    parents: tuple[str, ...]
    """Unique ids."""


@dataclass(frozen=True)
class Use:
    """An exposure: a saved question or report that reads tables."""

    id: str
    name: str
    label: str
    kind: str
    description: str
    file: str
    parents: tuple[str, ...]


@dataclass(frozen=True)
class Metric:
    """A figure that is defined once."""

    id: str
    name: str
    label: str
    description: str
    formula: str
    parents: tuple[str, ...]


@dataclass(frozen=True)
class Dictionary:
    """All of it."""

    tables: tuple[Table, ...]
    uses: tuple[Use, ...]
    metrics: tuple[Metric, ...]

    def layer(self, key: str) -> tuple[Table, ...]:
        """Tables of a layer, by name."""
        return tuple(table for table in self.tables if table.layer == key)


def read(manifest: Manifest) -> Dictionary:
    """Everything that the dictionary shows, tables by layer and name."""
    tests = _tests(manifest)
    tables = [
        _table(node, tests[node["unique_id"]])
        for node in [*manifest["nodes"].values(), *manifest["sources"].values()]
        if node["resource_type"] in {"model", "seed", "snapshot", "source"}
    ]
    order = [key for key, _ in LAYERS]
    return Dictionary(
        tuple(sorted(tables, key=lambda table: (order.index(table.layer), table.name))),
        tuple(sorted(map(_use, manifest["exposures"].values()), key=lambda use: (use.kind, use.label))),
        tuple(_metric(node, manifest) for _, node in sorted(manifest["metrics"].items())),
    )


def _tests(manifest: Manifest) -> dict[str, list[Mapping[str, Any]]]:
    """Tests by the unique id of each table that they look at."""
    found: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for test in (node for node in manifest["nodes"].values() if node["resource_type"] == "test"):
        for place in {test["attached_node"]} if test.get("attached_node") else _parents(test):
            found[place].append(test)
    for test in manifest["unit_tests"].values():
        for place in _parents(test):
            found[place].append(test)
    return found


def _table(node: Mapping[str, Any], tests: Sequence[Mapping[str, Any]]) -> Table:
    kind = node["resource_type"]
    layer = {"source": "ledger", "seed": "seeds", "snapshot": "snapshots"}.get(kind) or node["fqn"][1]
    guards = column_guards(tests)
    columns = tuple(
        Column(
            name=column["name"],
            type=(column.get("data_type") or "").replace("timestamp with time zone", "timestamptz"),
            description=_text(column["description"]),
            unit=unit(column["name"], column["description"], column.get("meta") or {}),
            guards=tuple(guards[column["name"]]),
            is_key=any(guard.kind == "unique" for guard in guards[column["name"]]),
        )
        for column in node["columns"].values()
    )
    return Table(
        id=node["unique_id"],
        name=node["name"],
        schema=node["schema"],
        layer=layer,
        description=_text(node["description"]),
        columns=columns,
        guards=tuple(table_guards(tests)),
        parents=_parents(node),
    )


def _use(node: Mapping[str, Any]) -> Use:
    return Use(
        id=node["unique_id"],
        name=node["name"],
        label=node["label"] or node["name"],
        kind=node["type"],
        description=_text(node["description"]),
        file=(node.get("meta") or node["config"].get("meta") or {}).get("file", ""),
        parents=_parents(node),
    )


def _metric(node: Mapping[str, Any], manifest: Manifest) -> Metric:
    """A metric; its parents are the tables that its semantic models stand on."""
    return Metric(
        id=node["unique_id"],
        name=node["name"],
        label=node["label"] or node["name"],
        description=_text(node["description"]),
        formula=_formula(node, manifest),
        parents=tuple(dict.fromkeys(_roots(node, manifest))),
    )


def _formula(node: Mapping[str, Any], manifest: Manifest) -> str:
    given = node["type_params"]
    if node["type"] == "ratio":
        return f"{given['numerator']['name']} / {given['denominator']['name']}"
    if node["type"] == "derived":
        return str(given["expr"])
    name = given["measure"]["name"]
    measures = {
        measure["name"]: measure
        for model in manifest["semantic_models"].values()
        for measure in model["measures"]
    }
    measure = measures[name]
    return f"{measure['agg']}({measure['expr'] or measure['name']})"


def _roots(node: Mapping[str, Any], manifest: Manifest) -> Iterable[str]:
    for parent in _parents(node):
        if parent.startswith("metric."):
            yield from _roots(manifest["metrics"][parent], manifest)
        elif parent.startswith("semantic_model."):
            yield from _parents(manifest["semantic_models"][parent])


def _parents(node: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((node.get("depends_on") or {}).get("nodes", ())))


def _text(text: str | None) -> str:
    return " ".join((text or "").split())

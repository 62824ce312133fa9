"""A question about metrics -> one SELECT for the published warehouse. Nothing runs here.

Amounts are never summed over currencies: where amounts of documents go into a metric, `currency` is always
among what it is grouped by.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from fakturo.errors import BadInput
from fakturo.warehouse.metrics.condition import condition
from fakturo.warehouse.metrics.layer import GRAINS, Definition, Layer


@dataclass(frozen=True)
class Question:
    """What is asked."""

    metrics: Sequence[str]
    """At least one."""
    by: Sequence[str] = ()
    """Grains of time (day … year) and groupings of the metrics."""
    where: str | None = None
    """A condition in SQL about groupings and grains."""
    since: date | None = None
    """First day."""
    until: date | None = None
    """Last day."""


def compiled(layer: Layer, question: Question) -> str:
    """SQL that answers: a column for each grouping, then one for each metric; ordered by the groupings.

    Raises:
        BadInput: a metric or grouping that there is not, or a condition that cannot be read; says which
            there are.
    """
    from metricflow.engine.metricflow_engine import MetricFlowEngine, MetricFlowQueryRequest
    from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup

    asked = [layer.definition(name) for name in dict.fromkeys(question.metrics)]
    if question.since and question.until and question.since > question.until:
        raise BadInput(f"--from {question.since} is after --to {question.until}.")
    known = _known(asked)
    by = list(dict.fromkeys(question.by))
    for name in by:
        if name not in known:
            raise BadInput(f"{_names(asked)} cannot be grouped by {name!r}; by {', '.join(known)}.")
    if any(each.is_by_currency for each in asked) and "currency" not in by:
        by.append("currency")
    request = MetricFlowQueryRequest.create(
        metric_names=[each.name for each in asked],
        group_by_names=[known[name] for name in by],
        where_constraints=[condition(question.where, known)] if question.where else None,
        time_constraint_start=datetime.combine(question.since, time.min) if question.since else None,
        time_constraint_end=datetime.combine(question.until, time.max) if question.until else None,
    )
    client: Any = _DuckDb()
    engine = MetricFlowEngine(SemanticManifestLookup(layer.manifest), client)
    return _presented(engine.explain(request).sql_statement.without_descriptions.sql, asked, by, known)


def _known(asked: Sequence[Definition]) -> dict[str, str]:
    """Groupings that all metrics share, and grains of time."""
    shared = set.intersection(*(set(each.groupings.items()) for each in asked))
    return {grain: f"metric_time__{grain}" for grain in GRAINS} | dict(sorted(shared))


def _presented(query: str, asked: Sequence[Definition], by: Sequence[str], known: dict[str, str]) -> str:
    """The compiled query with our names, digits and order.

    MetricFlow joins metrics by equality, which tears rows whose grouping is null; grouping again by it joins
    them. Rows in which no metric has a value say nothing.
    """
    groups = [
        f'cast("{known[name]}" as date) as "{name}"' if name in GRAINS else f'"{known[name]}" as "{name}"'
        for name in by
    ]
    values = [f'{_shown(each)} as "{each.name}"' for each in asked]
    having = " or ".join(f'max("{each.name}") is not null' for each in asked)
    places = ", ".join(str(place) for place in range(1, len(by) + 1))
    grouped = f"\ngroup by {places}\nhaving {having}\norder by {places}" if by else ""
    return f"select {', '.join([*groups, *values])}\nfrom (\n{query}\n){grouped}"


def _shown(metric: Definition) -> str:
    value = f'max("{metric.name}")'
    if metric.is_count:
        return f"cast({value} as bigint)"
    if metric.is_exact:
        return value
    return f"cast(round({value}, {metric.decimals}) as decimal(38, {metric.decimals}))"


def _names(asked: Sequence[Definition]) -> str:
    return " and ".join(each.name for each in asked)


class _DuckDb:
    """Tells MetricFlow which SQL to write; it runs nothing."""

    @property
    def sql_engine_type(self) -> Any:
        from metricflow.protocols.sql_client import SqlEngine

        return SqlEngine.DUCKDB

    @property
    def sql_plan_renderer(self) -> Any:
        from metricflow.sql.render.duckdb_renderer import DuckDbSqlPlanRenderer

        return DuckDbSqlPlanRenderer()

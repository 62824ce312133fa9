"""What metrics there are, and what each can be grouped by: the semantic manifest that dbt makes, read."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from fakturo.errors import BadInput

GRAINS = ("day", "week", "month", "quarter", "year")
DECIMALS = 2
"""Of what is divided, unless the metric's `meta.decimals` says otherwise."""


@dataclass(frozen=True)
class Definition:
    """A metric."""

    name: str
    label: str
    description: str
    is_by_currency: bool
    """Whether amounts of documents go into it, or `meta.by_currency` says so: then it is never summed over
    currencies. What the model costs is in the one currency of the price list."""
    is_count: bool
    is_exact: bool
    """A sum, shown as it is; what is divided is rounded to `decimals`."""
    decimals: int
    groupings: Mapping[str, str]
    """Name as a person writes it -> MetricFlow's, such as customer_country -> customer__country."""


@dataclass(frozen=True)
class Layer:
    """All metrics, with what MetricFlow needs to compile them."""

    manifest: Any
    definitions: Mapping[str, Definition]

    def definition(self, name: str) -> Definition:
        """Look a metric up.

        Raises:
            BadInput: there is none of this name; names those that come close.
        """
        if name in self.definitions:
            return self.definitions[name]
        close = get_close_matches(name, self.definitions, n=3) or ["revenue"]
        raise BadInput(
            f"There is no metric {name!r}; did you mean {' or '.join(close)}? `fakturo metric` lists all."
        )


def layer(semantic_manifest: str) -> Layer:
    """Read the JSON that dbt writes as semantic_manifest.json."""
    from metricflow_semantics.model.dbt_manifest_parser import parse_manifest_from_dbt_generated_manifest

    manifest = parse_manifest_from_dbt_generated_manifest(semantic_manifest)
    models = {model.name: model for model in manifest.semantic_models}
    metrics = {metric.name: metric for metric in manifest.metrics}
    of_model = {name: _groupings(model, models) for name, model in models.items()}
    defined = {}
    for name in sorted(metrics):
        metric, inputs = metrics[name], _simple(metrics, name)
        places = [each.type_params.metric_aggregation_params.semantic_model for each in inputs]
        shared = set.intersection(*(set(of_model[place].items()) for place in places))
        is_sum = all(_aggregation(each) == "sum" for each in inputs)
        exprs = [str(each.type_params.expr) for each in inputs]
        is_money = any("amount" in expr for expr in exprs)
        is_of_documents = any("amount" in expr and "cost" not in expr for expr in exprs)
        meta = metric.config.meta if metric.config else {}
        defined[name] = Definition(
            name=name,
            label=metric.label or name,
            description=" ".join((metric.description or "").split()),
            is_by_currency=is_of_documents or bool(meta.get("by_currency")),
            is_count=metric.type.value == "simple" and is_sum and not is_money,
            is_exact=metric.type.value == "simple" and is_sum,
            decimals=int(meta.get("decimals", DECIMALS)),
            groupings=dict(sorted(shared)),
        )
    return Layer(manifest, defined)


def _simple(metrics: Mapping[str, Any], name: str) -> list[Any]:
    """Simple metrics that a metric comes down to."""
    metric, given = metrics[name], metrics[name].type_params
    if metric.type.value == "simple":
        return [metric]
    inputs = [*(given.metrics or ()), given.numerator, given.denominator]
    return [simple for each in inputs if each for simple in _simple(metrics, each.name)]


def _aggregation(metric: Any) -> str:
    return str(metric.type_params.metric_aggregation_params.agg.value)


def _groupings(model: Any, models: Mapping[str, Any]) -> dict[str, str]:
    """Dimensions of a model by their bare name, those of joined models as entity_dimension, entities."""
    (primary,) = (entity.name for entity in model.entities if entity.type.value == "primary")
    found = {each.name: f"{primary}__{each.name}" for each in model.dimensions if _is_word(each)}
    for entity in (each for each in model.entities if each.type.value == "foreign"):
        found[entity.name] = entity.name
        for other in models.values():
            if any(each.name == entity.name and each.type.value == "primary" for each in other.entities):
                for each in filter(_is_word, other.dimensions):
                    found[f"{entity.name}_{each.name}"] = f"{entity.name}__{each.name}"
    return found


def _is_word(dimension: Any) -> bool:
    return str(dimension.type.value) == "categorical"

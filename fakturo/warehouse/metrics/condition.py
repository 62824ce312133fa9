"""A condition as a person writes it -> as MetricFlow wants it.

`customer_country = 'GB'` -> `{{ Dimension('customer__country') }} = 'GB'`
"""

from collections.abc import Mapping

from fakturo.errors import BadInput
from fakturo.warehouse.metrics.layer import GRAINS


def condition(text: str, known: Mapping[str, str]) -> str:
    """Translate a condition; MetricFlow reads the result as a Jinja template, so nothing of ours may be one.

    Args:
        known: name as a person writes it -> MetricFlow's.

    Raises:
        BadInput: it is no condition, names something unknown, or asks more than a condition may.
    """
    import sqlglot
    from sqlglot import exp

    if any(mark in text for mark in ("{{", "{%", "{#")):
        raise BadInput("--where takes SQL, no template; leave the braces out.")
    try:
        parsed = sqlglot.parse(text, read="duckdb")
    except sqlglot.errors.SqlglotError as error:
        reason = str(error).splitlines()[0].rstrip(".")
        raise BadInput(f"--where {text!r} cannot be read: {reason}.") from None
    if len(parsed) != 1 or not isinstance(parsed[0], exp.Condition) or parsed[0].find(exp.Query):
        raise BadInput(f"--where {text!r} is no condition; write such as \"customer_country = 'GB'\".")

    def named(node: exp.Expression) -> exp.Expression:
        if not isinstance(node, exp.Column):
            return node
        name = node.name
        if node.table or name not in known:
            raise BadInput(f"--where knows no {node.sql()!r}; it knows {', '.join(known)}.")
        return exp.Var(this=_template(name, known[name]))

    return parsed[0].transform(named).sql(dialect="duckdb")


def _template(name: str, place: str) -> str:
    if name in GRAINS:
        return f"{{{{ TimeDimension('metric_time', '{name}') }}}}"
    kind = "Dimension" if "__" in place else "Entity"
    return f"{{{{ {kind}('{place}') }}}}"

"""Whole orders: what all rows of one id agree on, what the first of them says, and what speaks against it."""

from collections.abc import Set as AbstractSet

from fakturo.intake.rows.fields import LOOSE, STRICT, FieldName
from fakturo.intake.rows.mapping import Mapping
from fakturo.intake.workbench import Bench, literal


def make_heads(bench: Bench, mapping: Mapping, said: AbstractSet[FieldName], seller_currency: str) -> None:
    """Make `heads`: one row per order of `good`, with the `reasons` for which it is none.

    Args:
        said: fields that the file or the mapping says something about.
        seller_currency: of an order none of whose rows names one.
    """
    always = {"kind", "currency"}
    strict = [field for field in STRICT if field in said or field in always]
    loose = [field for field in LOOSE if field in said or field == "country_name"]
    cells = [f"min({field}) AS {field}, max({field}) AS {field}_other" for field in strict]
    cells += [f"arg_min({field}, line) AS {field}" for field in loose]
    mixed = [
        f"CASE WHEN {field} <> {field}_other THEN 'Order ' || external_id || ' names two "
        f"{field.removesuffix('s')}s: ' || {field} || ' and ' || {field}_other || '.' END"
        for field in strict
    ]
    if mapping.carry_down:
        mixed += [
            f"CASE WHEN {field} IS NULL THEN '{field} is missing in all rows of ' || external_id || '.' END"
            for field in ("customer_id", "ordered_on")
        ]
    nets = "list(line_net ORDER BY line)" if "line_net" in said else "NULL"
    bench.execute(f"""
        CREATE TABLE heads AS
        SELECT
            * REPLACE (coalesce(currency, {literal(seller_currency)}) AS currency),
            list_filter([{", ".join(mixed)}], lambda reason: reason IS NOT NULL) AS reasons
        FROM (
            SELECT external_id, min(line) AS first_line, count(*) AS lines,
                list_distinct(flatten(list(review))) AS review, {nets} AS line_nets, {", ".join(cells)}
            FROM good GROUP BY external_id
        )
    """)  # noqa: S608

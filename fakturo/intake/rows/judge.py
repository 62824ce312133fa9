"""Every row of `raw` -> `good` (ready to become order lines) or `bad` (with all its reasons), in SQL.

A row is good when no reason speaks against it; reasons are only spelled out for bad ones. Then whole orders
are judged: one id with two customers is no order, whichever row came first.
"""

from typing import NamedTuple

import duckdb

from fakturo.errors import BadInput
from fakturo.intake.days import read_days
from fakturo.intake.numbers import read_numbers
from fakturo.intake.rows.fields import DAYS, FIELDS, NUMBERS, WITH_SIGN, WORDS, FieldName, dictionary
from fakturo.intake.rows.heads import make_heads
from fakturo.intake.rows.lookups import read_words, readers
from fakturo.intake.rows.mapping import Mapping, Rule
from fakturo.intake.rows.pieces import order_line
from fakturo.intake.rows.reasons import Reason, reasons_of
from fakturo.intake.rows.tables import Table, cells_by_name
from fakturo.intake.workbench import Bench, literal
from fakturo.money import exponent


class Judged(NamedTuple):
    """How the rows ended; the tables `good`, `bad` and `heads` hold them."""

    duplicate: int
    has_cancellations: bool


def judge(bench: Bench, table: Table, mapping: Mapping, *, seller_currency: str) -> Judged:
    """Split `raw` into `good`, `bad` and rows that repeat another, and judge the orders.

    Raises:
        BadInput: a required column is missing, or a rule of the mapping is no expression that DuckDB knows.
    """
    columns = mapping.resolve(table.header)
    duplicate = _repeated(bench, len(table.header)) if mapping.identical_rows == "duplicate" else 0
    read_values(bench, table, mapping, columns, seller_currency)
    told = _told(bench, table, mapping, columns, seller_currency)
    try:
        _split(bench, told, table, mapping, columns)
    except duckdb.InvalidInputException as error:
        raise BadInput(f"Mapping {mapping.name!r} has a rule that does not run: {error}.") from None
    make_heads(bench, mapping, _said(mapping, columns), seller_currency)
    bench.execute("CREATE TABLE links (external_id VARCHAR, original VARCHAR)")
    cancellations = bench.execute("SELECT count(*) FROM heads WHERE kind = 'cancellation'").fetchone()
    return Judged(duplicate, has_cancellations=bool(cancellations and cancellations[0]))


def _repeated(bench: Bench, width: int) -> int:
    """Make `repeated(line)`: rows that equal an earlier one in every cell; hashes propose, cells decide."""
    cells = ", ".join(f"c{n}" for n in range(width))
    bench.execute(f"""
        CREATE TABLE repeated AS
        WITH hashed AS (SELECT line, hash({cells}) AS h FROM raw WHERE problem IS NULL),
        doubtful AS (SELECT h FROM hashed GROUP BY h HAVING count(*) > 1)
        SELECT line FROM raw JOIN hashed USING (line) WHERE h IN (SELECT h FROM doubtful)
        QUALIFY row_number() OVER (PARTITION BY {cells} ORDER BY line) > 1
    """)  # noqa: S608
    counted = bench.execute("SELECT count(*) FROM repeated").fetchone()
    return int(counted[0]) if counted else 0


def read_values(
    bench: Bench, table: Table, mapping: Mapping, columns: dict[FieldName, int], seller_currency: str
) -> None:
    """Make the tables of distinct texts and what they mean, one for each column that is not plain text."""
    vocabulary = readers(mapping)
    for field, column in columns.items():
        if field in DAYS:
            read_days(bench, field, column, date_order=mapping.date_order, serial_dates=table.serial_dates)
        elif field in NUMBERS:
            decimal = "." if column in table.numeric else mapping.decimal
            money = seller_currency if field in WITH_SIGN else ""
            read_numbers(
                bench, field, column, decimal=decimal, percent=field == "tax_rate", seller_currency=money
            )
        elif field in WORDS:
            read_words(bench, field, column, vocabulary[field])


def _told(
    bench: Bench, table: Table, mapping: Mapping, columns: dict[FieldName, int], seller_currency: str
) -> str:
    """SQL: every field of every row of `raw` as read, or NULL, its text and problem beside it."""
    cells: list[str] = []
    joins: list[str] = []
    for field in FIELDS:
        column = columns.get(field)
        prefix = dictionary(field)
        if column is None:
            constant = mapping.constants.get(field)
            cells.append(f"{'NULL::VARCHAR' if constant is None else literal(constant)} AS {field}")
            cells.append(f"NULL::VARCHAR AS {field}_text, NULL::VARCHAR AS {field}_problem")
        elif prefix:
            joins.append(f"LEFT JOIN {prefix}_{field} ON raw.c{column} = {prefix}_{field}.text")
            cells.append(f"{prefix}_{field}.value AS {field}, raw.c{column} AS {field}_text")
            cells.append(f"{prefix}_{field}.problem AS {field}_problem")
        elif mapping.whole_ids and field in {"external_id", "customer_id"}:
            cells.append(
                rf"regexp_replace(raw.c{column}, '\.0+$', '') AS {field}, raw.c{column} AS {field}_text"
            )
        else:
            cells.append(f"raw.c{column} AS {field}, raw.c{column} AS {field}_text")
    sign = "n_unit_price.sign" if "unit_price" in columns else "NULL::VARCHAR"
    anti = "WHERE NOT EXISTS (FROM repeated WHERE repeated.line = raw.line)"
    cancelled = "kind = 'cancellation'"
    if mapping.cancellation_prefix:
        cancelled += f" OR starts_with(external_id, {literal(mapping.cancellation_prefix)})"
    price = "unit_price"
    if mapping.negative_takes_back:
        cancelled += " OR starts_with(unit_price, '-')"
        price = "ltrim(unit_price, '-')"
    default = "" if mapping.carry_down else f", {literal(seller_currency)}"  # else of the order, not the row
    everything = "".join(f", raw.c{n}" for n in range(len(table.header)))
    return f"""
        SELECT
            * REPLACE (
                if({cancelled}, 'cancellation', 'order') AS kind,
                {price} AS unit_price,
                coalesce(currency, price_sign{default}) AS currency,
                coalesce((due_on::DATE - ordered_on::DATE)::VARCHAR, terms_days) AS terms_days,
            ),
            currency AS currency_stated,
            {_digits(bench, columns, seller_currency)} AS currency_digits
        FROM (
            SELECT raw.line, raw.problem, raw.rest, {sign} AS price_sign, {", ".join(cells)}{everything}
            FROM raw {" ".join(joins)} {anti if mapping.identical_rows == "duplicate" else ""}
        )
    """  # noqa: S608


def _digits(bench: Bench, columns: dict[FieldName, int], seller_currency: str) -> str:
    """SQL: minor digits of a row's currency; only asked for where a discount is a fraction."""
    if "discount_fraction" not in columns:
        return "NULL::INTEGER"
    codes = [seller_currency]
    of: tuple[tuple[FieldName, str], ...] = (("currency", "value"), ("unit_price", "sign"))
    for field, column in of:
        if field in columns:
            table = f"{dictionary(field)}_{field}"
            query = f"SELECT DISTINCT {column} FROM {table} WHERE length({column}) = 3"  # noqa: S608
            codes += [row[0] for row in bench.execute(query).fetchall()]
    cases = " ".join(f"WHEN '{code}' THEN {exponent(code)}" for code in codes)
    return f"CASE currency {cases} END"


def _split(bench: Bench, told: str, table: Table, mapping: Mapping, columns: dict[FieldName, int]) -> None:
    """Make `good`, and of what is left `bad`: what is good is not looked at a second time."""
    reasons = [*reasons_of(mapping, columns), *_rules(mapping.reject, table)]
    wrong = " OR ".join(
        ["problem IS NOT NULL", *(f"coalesce({condition}, false)" for condition, _ in reasons)]
    )
    kept = ["line", "external_id", "kind", "currency", "code", "quantity", "unit_price"]
    kept += sorted(field for field in _said(mapping, columns) if field not in kept)
    country = "if(country IS NULL, country_text, NULL) AS country_name"
    bench.execute(f"""
        CREATE TABLE good AS
        SELECT
            {", ".join(kept)}, {country}, {_spelled(_rules(mapping.review, table))} AS review,
            {order_line(mapping, columns)} AS piece
        FROM ({told}) WHERE NOT ({wrong})
    """)  # noqa: S608
    bench.execute(f"""
        CREATE TABLE bad AS
        WITH raw AS (FROM raw ANTI JOIN good USING (line))
        SELECT
            line,
            left(external_id, 200) AS external_id,
            to_json(if(problem IS NOT NULL, [problem], {_spelled(reasons)}))::VARCHAR AS reasons,
            {cells_by_name(table)} AS raw
        FROM ({told})
    """)  # noqa: S608


def _said(mapping: Mapping, columns: dict[FieldName, int]) -> set[FieldName]:
    """Fields that the file or the mapping says something about."""
    return {*columns, *mapping.constants, *(("terms_days",) if "due_on" in columns else ())}


def _rules(rules: tuple[Rule, ...], table: Table) -> list[Reason]:
    return [
        Reason(
            f"regexp_matches(c{table.header.index(rule.column)}, {literal(rule.matches)}, 'i')",
            literal(rule.reason),
        )
        for rule in rules
        if rule.column in table.header
    ]


def _spelled(reasons: list[Reason]) -> str:
    """SQL list of the sentences whose conditions hold."""
    if not reasons:
        return "[]::VARCHAR[]"
    cases = ", ".join(f"CASE WHEN {condition} THEN {sentence} END" for condition, sentence in reasons)
    return f"list_filter([{cases}], lambda reason: reason IS NOT NULL)"

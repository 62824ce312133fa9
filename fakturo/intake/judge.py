"""Every row of `raw` -> `good` (ready to become order lines) or `bad` (with all its reasons), in SQL.

A row is good when no reason speaks against it; reasons are only spelled out for bad ones. Then whole orders are
judged (`heads`): one id with two customers is no order, whichever row came first.
"""

from typing import NamedTuple

import duckdb

from fakturo.errors import BadInput
from fakturo.intake.days import read_days
from fakturo.intake.lookups import read_words, readers
from fakturo.intake.mapping import FieldName, Mapping
from fakturo.intake.numbers import read_numbers
from fakturo.intake.tables import Table
from fakturo.intake.workbench import Bench, literal
from fakturo.money import exponent

NUMBERS: tuple[FieldName, ...] = (
    "quantity", "unit_price", "price_base", "tax_rate", "discount", "discount_fraction", "terms_days",
    "order_discount", "shipping", "stated_net", "stated_total", "line_net",
)  # fmt: skip
WORDS: tuple[FieldName, ...] = ("currency", "country", "kind", "unit", "tax_category")
STRICT: tuple[FieldName, ...] = (
    "customer_id", "currency", "kind", "ordered_on", "cancels", "po_number", "terms_days", "order_discount",
    "shipping", "stated_net", "stated_total",
)  # fmt: skip
"""What all rows of an order must agree on."""
LOOSE: tuple[FieldName, ...] = ("customer_name", "street", "city", "postcode", "vat_id", "email", "note")
"""What the first row that says something decides."""


class Judged(NamedTuple):
    """How the rows ended; the tables `good`, `bad` and `heads` hold them."""

    duplicate: int
    columns: dict[FieldName, int]


def judge(bench: Bench, table: Table, mapping: Mapping, *, seller_currency: str) -> Judged:
    """Split `raw` into `good`, `bad` and rows that repeat another, and judge the orders.

    Raises:
        BadInput: a required column is missing, or a rule of the mapping is no expression that DuckDB knows.
    """
    columns = mapping.resolve(table.header)
    duplicate = _repeated(bench, len(table.header)) if mapping.identical_rows == "duplicate" else 0
    _read_values(bench, table, mapping, columns, seller_currency)
    _told(bench, table, mapping, columns, seller_currency, duplicate > 0)
    reasons = [*_reasons(mapping, columns), *_rules(mapping, table)]
    try:
        _split(bench, table, mapping, columns, reasons)
    except duckdb.InvalidInputException as error:
        raise BadInput(f"Mapping {mapping.name!r} has a rule that does not run: {error}.") from None
    _heads(bench, mapping, columns)
    return Judged(duplicate, columns)


def _repeated(bench: Bench, width: int) -> int:
    """Make `repeated(line)`: rows that equal an earlier one in every cell; hashes only propose, cells decide."""
    cells = ", ".join(f"c{n}" for n in range(width))
    bench.execute(f"""
        CREATE TABLE repeated AS
        WITH hashed AS (SELECT line, hash({cells}) AS h FROM raw WHERE problem IS NULL),
        doubtful AS (SELECT h FROM hashed GROUP BY h HAVING count(*) > 1)
        SELECT line FROM raw JOIN hashed USING (line) WHERE h IN (SELECT h FROM doubtful)
        QUALIFY row_number() OVER (PARTITION BY {cells} ORDER BY line) > 1
    """)  # noqa: S608
    return int(_one(bench, "SELECT count(*) FROM repeated"))


def _read_values(
    bench: Bench, table: Table, mapping: Mapping, columns: dict[FieldName, int], seller_currency: str
) -> None:
    for field in NUMBERS:
        if field in columns:
            typed = "." if columns[field] in table.numeric else None
            money = seller_currency if field in {"unit_price", "line_net"} else ""
            read_numbers(
                bench,
                field,
                columns[field],
                decimal=typed or mapping.decimal,
                percent=field == "tax_rate",
                seller_currency=money,
            )
    if "ordered_on" in columns:
        read_days(
            bench,
            "ordered_on",
            columns["ordered_on"],
            date_order=mapping.date_order,
            serial_dates=table.serial_dates,
        )
    for field, read in readers(mapping).items():
        if field in columns:
            read_words(bench, field, columns[field], read)  # type: ignore[index]


def _told(
    bench: Bench,
    table: Table,
    mapping: Mapping,
    columns: dict[FieldName, int],
    seller_currency: str,
    has_repeated: bool,
) -> None:
    """Make the view `told`: every field of every row as read, or NULL, with `<field>_problem` beside it."""
    cells: list[str] = []
    joins: list[str] = []
    for field in (*STRICT, *LOOSE, "external_id", "name", "code", *NUMBERS, *WORDS):
        if any(cell.endswith(f" AS {field}") for cell in cells):
            continue
        constant = mapping.constants.get(field)  # type: ignore[call-overload]
        column = columns.get(field)  # type: ignore[call-overload]
        prefix = "d" if field == "ordered_on" else "n" if field in NUMBERS else "k" if field in WORDS else ""
        if column is None:
            cells.append(f"{literal(constant) if constant is not None else 'NULL::VARCHAR'} AS {field}")
            if prefix:
                cells.append(f"NULL::VARCHAR AS {field}_problem")
        elif prefix:
            joins.append(f"LEFT JOIN {prefix}_{field} ON raw.c{column} = {prefix}_{field}.text")
            cells.append(f"{prefix}_{field}.value AS {field}")
            cells.append(f"{prefix}_{field}.problem AS {field}_problem")
        elif mapping.whole_ids and field in {"external_id", "customer_id"}:
            cells.append(rf"regexp_replace(raw.c{column}, '\.0+$', '') AS {field}")
        else:
            cells.append(f"raw.c{column} AS {field}")
    for field in ("country", "quantity", "unit_price", "ordered_on"):
        position = columns.get(field)  # type: ignore[call-overload]
        cells.append(f"{f'raw.c{position}' if position is not None else 'NULL::VARCHAR'} AS {field}_text")
    cells.append(f"{'n_unit_price.sign' if 'unit_price' in columns else 'NULL::VARCHAR'} AS price_sign")
    anti = "WHERE NOT EXISTS (FROM repeated WHERE repeated.line = raw.line)" if has_repeated else ""
    cancelled = "kind = 'cancellation'"
    if mapping.cancellation_prefix:
        cancelled += f" OR starts_with(external_id, {literal(mapping.cancellation_prefix)})"
    everything = ", ".join(f"raw.c{n}" for n in range(len(table.header)))
    bench.execute(f"""
        CREATE VIEW told AS
        SELECT
            * REPLACE (
                if({cancelled}, 'cancellation', 'order') AS kind,
                coalesce(currency, price_sign, {literal(seller_currency)}) AS currency,
            ),
            currency AS currency_stated
        FROM (SELECT raw.line, raw.problem, raw.rest, {", ".join(cells)}, {everything} FROM raw {" ".join(joins)} {anti})
    """)  # noqa: S608


def _reasons(mapping: Mapping, columns: dict[FieldName, int]) -> list[tuple[str, str]]:
    """(condition, sentence) pairs in SQL, in the order a person would look."""
    found = [("problem IS NOT NULL", "problem")]
    once = {"customer_id", "ordered_on"} if mapping.carry_down else set()
    for field in ("external_id", "customer_id", "ordered_on", "quantity", "unit_price"):
        if field in columns and field not in once:
            shown = f"{field}_text" if field in {"quantity", "unit_price", "ordered_on"} else field
            found.append((f"{shown} IS NULL", literal(f"{field} is missing.")))
    found.append(("coalesce(name, code) IS NULL", "'name is missing.'"))
    for field, longest in (("external_id", 200), ("customer_id", 120), ("name", 1000), ("po_number", 200)):
        found.append((f"length({field}) > {longest}", f"'{field} is longer than {longest} characters.'"))
    for field in (*NUMBERS, *WORDS, "ordered_on"):
        if field in columns:
            found.append((f"{field}_problem IS NOT NULL", f"{field}_problem"))
    quantity = "TRY_CAST(quantity AS DOUBLE)"
    says = "'quantity ' || quantity || "
    if mapping.cancellation_prefix:
        found.append(
            (f"kind = 'cancellation' AND {quantity} >= 0", f"{says}' of a cancellation must be below 0.'")
        )
    else:
        found.append((f"kind = 'cancellation' AND {quantity} = 0", f"{says}' must not be 0.'"))
    found.append(
        (f"kind = 'order' AND {quantity} <= 0", f"{says}' must be above 0; only cancellations take back.'")
    )
    price = "TRY_CAST(unit_price AS DOUBLE)"
    if mapping.free_lines:
        found.append((f"{price} < 0", "'unit_price ' || unit_price || ' must not be below 0.'"))
    else:
        found.append((f"{price} <= 0", "'unit_price ' || unit_price || ' must be above 0.'"))
    found.append(
        (
            "price_sign IS NOT NULL AND price_sign <> '?' AND price_sign <> currency_stated",
            "'unit_price ' || unit_price_text || ' is not in ' || currency_stated || ', the currency of its row.'",
        )
    )
    bounds = {
        "price_base": ("<= 0", "must be above 0"),
        "discount": ("< 0", "must not be below 0"),
        "order_discount": ("< 0", "must not be below 0"),
        "shipping": ("< 0", "must not be below 0"),
        "discount_fraction": ("NOT BETWEEN 0 AND 1", "must lie between 0 and 1"),
        "terms_days": ("NOT IN (SELECT unnest(range(366)))", "must be whole days from 0 to 365"),
        "tax_rate": ("NOT BETWEEN 0 AND 100", "must be a percentage from 0 to 100"),
    }
    for field, (wrong, allowed) in bounds.items():
        if field in columns:
            found.append((f"TRY_CAST({field} AS DOUBLE) {wrong}", f"'{field} ' || {field} || ' {allowed}.'"))
    if "tax_rate" in columns:
        fraction = "TRY_CAST(tax_rate AS DOUBLE) > 0 AND TRY_CAST(tax_rate AS DOUBLE) < 1"
        found.append((fraction, "'tax_rate ' || tax_rate || ' looks like a fraction; write percent.'"))
    return found


def _rules(mapping: Mapping, table: Table) -> list[tuple[str, str]]:
    return [
        (
            f"regexp_matches(c{table.header.index(rule.column)}, {literal(rule.matches)}, 'i')",
            literal(rule.reason),
        )
        for rule in mapping.reject
        if rule.column in table.header
    ]


def _split(
    bench: Bench,
    table: Table,
    mapping: Mapping,
    columns: dict[FieldName, int],
    reasons: list[tuple[str, str]],
) -> None:
    """Make `bad` and `good`."""
    spelled = ", ".join(f"CASE WHEN {condition} THEN {sentence} END" for condition, sentence in reasons)
    wrong = " OR ".join(f"coalesce({condition}, false)" for condition, _ in reasons)
    bench.execute(f"""
        CREATE TABLE bad AS
        SELECT
            line,
            left(external_id, 200) AS external_id,
            to_json(list_filter([{spelled}], lambda reason: reason IS NOT NULL))::VARCHAR AS reasons,
            {cells_by_name(table)} AS raw
        FROM told WHERE {wrong}
    """)  # noqa: S608
    rules = [rule for rule in mapping.review if rule.column in table.header]
    review = ", ".join(
        f"CASE WHEN regexp_matches(c{table.header.index(rule.column)}, {literal(rule.matches)}, 'i') "
        f"THEN {literal(rule.reason)} END"
        for rule in rules
    )
    header = ", ".join(
        field for field in (*STRICT, *LOOSE) if field in columns or field in {"kind", "currency"}
    )
    country = (
        ", country, if(country IS NULL, country_text, NULL) AS country_name" if "country" in columns else ""
    )
    bench.execute(f"""
        CREATE TABLE good AS
        SELECT
            line, external_id, {header}{country}
            {f", list_filter([{review}], lambda reason: reason IS NOT NULL) AS review" if rules else ""}
            {", TRY_CAST(line_net AS DECIMAL(24, 10)) AS line_net" if "line_net" in columns else ""},
            {_piece(mapping, columns)} AS piece
        FROM told WHERE NOT ({wrong})
    """)  # noqa: S608


def cells_by_name(table: Table) -> str:
    """SQL for the raw row as JSON, column name -> cell; an unnamed or repeated column gets its position."""
    names: list[str] = []
    for position, name in enumerate(table.header, start=1):
        names.append(name if name and name not in names else f"{name or 'column'} ({position})")
    cells = ", ".join(f"{literal(name)}: c{n}" for n, name in enumerate(names))
    return (
        f"if(rest IS NULL, to_json({{{cells}}})::VARCHAR, to_json({{{cells}, '(rest of the line)': rest}})::VARCHAR)"
    )


def _piece(mapping: Mapping, columns: dict[FieldName, int]) -> str:
    """One order line as JSON without its opening brace and number: `,"code":"85123A",…}`."""
    parts = ["""',"name":' || to_json(coalesce(name, code))"""]
    if "code" in columns:
        parts.insert(0, """coalesce(',"code":' || to_json(code), '')""")
    parts.append("""',"quantity":"' || if(kind = 'cancellation', ltrim(quantity, '-'), quantity) || '"'""")
    if "unit" in columns or "unit" in mapping.constants:
        parts.append("""coalesce(',"unit":"' || unit || '"', '')""")
    parts.append("""',"unit_price":"' || unit_price || '"'""")
    for field in ("price_base", "tax_rate"):
        if field in columns or field in mapping.constants:
            parts.append(f"""coalesce(',"{field}":"' || {field} || '"', '')""")
    if "tax_category" in columns or "tax_category" in mapping.constants:
        parts.append("""coalesce(',"tax_category":"' || tax_category || '"', '')""")
    amounts = []
    if "discount" in columns:
        amounts.append("if(discount::DOUBLE > 0, discount, NULL)")
    if "discount_fraction" in columns:
        amounts.append(f"if(discount_fraction::DOUBLE > 0, ({_fraction(mapping)})::VARCHAR, NULL)")
    if amounts:
        each = ", ".join(f"""'{{"kind":"allowance","amount":"' || {amount} || '"}}'""" for amount in amounts)
        parts.append(f"""coalesce(',"adjustments":[' || array_to_string([{each}], ',') || ']', '')""")
    parts.append("""',"source_line":' || line || '}'""")
    return " || ".join(parts)


def _fraction(mapping: Mapping) -> str:
    """Quantity x price x fraction, exact, rounded half away from zero to the currency's minor unit."""
    exact = (
        "TRY_CAST(ltrim(quantity, '-') AS DECIMAL(12, 3)) * TRY_CAST(unit_price AS DECIMAL(12, 4)) "
        "* TRY_CAST(discount_fraction AS DECIMAL(7, 6))"
    )
    currency = mapping.constants.get("currency")
    if currency:
        return f"round({exact}, {exponent(currency)})"
    return f"round({exact}, 2)"


def _heads(bench: Bench, mapping: Mapping, columns: dict[FieldName, int]) -> None:
    """Make `heads`: one row per order, in order of first appearance, with what speaks against it."""
    strict = [field for field in STRICT if field in columns or field in {"kind", "currency"}]
    loose = [
        field
        for field in (*LOOSE, "country", "country_name")
        if field in columns or (field == "country_name" and "country" in columns)
    ]
    cells = [f"min({field}) AS {field}, max({field}) AS {field}_other" for field in strict]
    cells += [f"arg_min({field}, line) AS {field}" for field in loose]
    mixed = [
        f"CASE WHEN {field} <> {field}_other THEN 'Order ' || external_id || ' names more than one {field}: ' "
        f"|| {field} || ' and ' || {field}_other || '.' END"
        for field in strict
    ]
    if mapping.carry_down:
        mixed += [
            f"CASE WHEN {field} IS NULL THEN '{field} is missing on all rows of order ' || external_id || '.' END"
            for field in ("customer_id", "ordered_on")
        ]
    review = (
        "list_distinct(flatten(list(review))) AS review"
        if mapping.review and _has(bench, "review")
        else "NULL AS review"
    )
    net = "list(line_net ORDER BY line) AS line_nets" if "line_net" in columns else "NULL AS line_nets"
    bench.execute(f"""
        CREATE TABLE heads AS
        SELECT *, list_filter([{", ".join(mixed)}], lambda reason: reason IS NOT NULL) AS reasons FROM (
            SELECT external_id, min(line) AS first_line, count(*) AS lines, {review}, {net}, {", ".join(cells)}
            FROM good GROUP BY external_id
        )
    """)  # noqa: S608


def _has(bench: Bench, column: str) -> bool:
    return any(row[0] == column for row in bench.execute("DESCRIBE good").fetchall())


def _one(bench: Bench, query: str) -> int:
    row = bench.execute(query).fetchone()
    return int(row[0]) if row else 0

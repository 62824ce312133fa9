"""Numbers as people write them -> plain decimals, decided by the whole column, never guessed.

`1.234,56`, `1,234.56`, `1 234,56` and `1'234.56` tell by themselves which sign is the decimal one. A lone
`1,234` or `1.234` does not: it follows the other numbers of its column, or the mapping's `decimal`, and where
neither says, the row is quarantined. Works on the column's distinct values, so a million rows cost little.
"""

from fakturo.errors import BadInput
from fakturo.intake.workbench import Bench, literal
from fakturo.money import exponent

SIGNS = {
    "£": "GBP", "€": "EUR", "zł": "PLN", "₹": "INR", "₺": "TRY", "₴": "UAH", "₽": "RUB", "₩": "KRW",
    "₪": "ILS",
}  # fmt: skip
"""Currency signs that name one currency; `$`, `¥` and `kr` do not."""
DOLLARS = frozenset({"USD", "CAD", "AUD", "NZD", "SGD", "HKD"})
_SPACED = " \u00a0\u202f''\u2019"
"""Spaces and apostrophes between thousands, as they stand in an SQL string."""
_GROUP = f"[{_SPACED}]".replace("''", "'")
_SHAPES = (
    (r"[-+]?\d+", "whole"),
    (r"[-+]?[1-9]\d{0,2}\.\d{3}", "point?"),
    (r"[-+]?[1-9]\d{0,2},\d{3}", "comma?"),
    (r"[-+]?\d*\.\d+", "point"),
    (r"[-+]?\d*,\d+", "comma"),
    (r"[-+]?\d{1,3}(,\d{3})+\.\d+|[-+]?\d{1,3}(,\d{3}){2,}", "point"),
    (r"[-+]?\d{1,3}(\.\d{3})+,\d+|[-+]?\d{1,3}(\.\d{3}){2,}", "comma"),
    (rf"[-+]?\d{{1,3}}({_GROUP}\d{{3}})+", "whole"),
    (rf"[-+]?\d{{1,3}}({_GROUP}\d{{3}})+\.\d+", "point"),
    (rf"[-+]?\d{{1,3}}({_GROUP}\d{{3}})+,\d+", "comma"),
)
"""How a number is written, and what that says about the decimal sign; `?`: nothing by itself."""
_FLOAT = (r"[-+]?\d+(\.\d+)?[eE][-+]?\d+", "float")
"""Only where a point is known to be the decimal sign: in any text, 1E5 may be an article."""
_WITHOUT_ZEROS = r"regexp_replace(number, '^(-?)0+([0-9])', '\1\2')"
_BEFORE = r"^([^\d\s+.,-]{1,3})"
_AFTER = r"([^\d\s+.,''\x{2019}]{1,3})$"


def read_numbers(
    bench: Bench,
    field: str,
    column: int,
    *,
    decimal: str | None,
    percent: bool = False,
    seller_currency: str = "",
) -> None:
    """Make the table `n_<field>(text, value, problem, sign)` of a column's distinct texts.

    Args:
        column: position in `raw`.
        decimal: the decimal sign where mapping or file fix it.
        percent: whether a `%` may follow.
        seller_currency: where set, a currency sign or code may stand beside the number; `$` means the
            seller's currency if that is a dollar, else nothing that we know.
    """
    shapes = (*_SHAPES, _FLOAT) if decimal == "." else _SHAPES
    styles = " ".join(
        f"WHEN regexp_full_match(bare, {literal(like)}) THEN '{style}'" for like, style in shapes
    )
    sign = _signs(seller_currency) if seller_currency else "NULL::VARCHAR"
    bare = r"regexp_replace(text, '\s*%$', '')" if percent else "text"
    if seller_currency:
        bare = rf"trim(regexp_replace(regexp_replace(text, '{_BEFORE}\s*', ''), '\s*{_AFTER}', ''))"
    fixed = literal(decimal) if decimal else "NULL::VARCHAR"
    says = f"'{field} ''' || left(text, 40) || '''"
    bench.execute(f"""
        CREATE TABLE n_{field} AS
        WITH texts AS (
            SELECT DISTINCT c{column} AS text FROM raw WHERE c{column} IS NOT NULL AND problem IS NULL
        ),
        bares AS (SELECT text, {bare} AS bare, {sign} AS sign FROM texts),
        shapes AS (SELECT *, CASE {styles} ELSE 'bad' END AS style FROM bares),
        told AS (
            SELECT CASE
                WHEN {fixed} IS NOT NULL THEN {fixed}
                WHEN bool_or(style = 'point') AND NOT bool_or(style = 'comma') THEN '.'
                WHEN bool_or(style = 'comma') AND NOT bool_or(style = 'point') THEN ','
            END AS decided FROM shapes
        ),
        settled AS (
            SELECT *, CASE
                WHEN style IN ('point', 'float') THEN if({fixed} = ',', NULL, '.')
                WHEN style = 'comma' THEN if({fixed} = '.', NULL, ',')
                ELSE coalesce(decided, if(style = 'whole', '.', NULL))
            END AS decimal_sign FROM shapes, told
        ),
        plain AS (
            SELECT *, CASE
                WHEN style = 'bad' OR decimal_sign IS NULL THEN NULL
                WHEN style = 'float' THEN printf('%.10f', TRY_CAST(bare AS DOUBLE))
                WHEN decimal_sign = '.' THEN regexp_replace(bare, '[+,{_SPACED}]', '', 'g')
                ELSE replace(regexp_replace(bare, '[+.{_SPACED}]', '', 'g'), ',', '.')
            END AS number FROM settled
        ),
        valued AS (
            SELECT * EXCLUDE (value), if(value = '-0', '0', value) AS value FROM (SELECT *, CASE
                WHEN sign = '?' OR NOT regexp_full_match(number, '-?\\d{{0,14}}(\\.\\d{{1,10}})?') THEN NULL
                WHEN contains(number, '.')
                    THEN rtrim(rtrim(regexp_replace({_WITHOUT_ZEROS}, '^(-?)\\.', '\\10.'), '0'), '.')
                ELSE {_WITHOUT_ZEROS}
            END AS value FROM plain)
        )
        SELECT
            text,
            value,
            CASE
                WHEN style = 'bad' THEN {says} is not a number.'
                WHEN sign = '?' THEN {says} has a sign that names no single currency; write a code (EUR).'
                WHEN number IS NULL AND style IN ('point', 'comma', 'float')
                    THEN {says} does not follow the decimal sign that the mapping or the file gives.'
                WHEN number IS NULL THEN {says} can be read in two ways; set `decimal` in the mapping.'
                WHEN value IS NULL THEN {says} has more than 14 digits before or 10 after the decimal sign.'
            END AS problem,
            sign
        FROM valued
    """)  # noqa: S608  every piece is ours or quoted
    if seller_currency:
        _check_codes(bench, field)


def _signs(seller_currency: str) -> str:
    """SQL that finds the currency beside a number: its code, NULL for none, '?' for one that is unclear."""
    before, after = (f"nullif(regexp_extract(text, '{place}', 1), '')" for place in (_BEFORE, _AFTER))
    around = f"coalesce({before}, {after})"
    known = " ".join(f"WHEN '{sign}' THEN '{code}'" for sign, code in SIGNS.items())
    dollar = f"WHEN '$' THEN '{seller_currency}'" if seller_currency in DOLLARS else ""
    code = f"WHEN regexp_full_match({around}, '[A-Z]{{3}}') THEN {around}"
    return f"CASE {code} ELSE CASE {around} {known} {dollar} ELSE if({around} IS NULL, NULL, '?') END END"


def _check_codes(bench: Bench, field: str) -> None:
    """Three capitals beside a number are a currency only if ISO 4217 knows them."""
    query = f"SELECT DISTINCT sign FROM n_{field} WHERE length(sign) = 3"  # noqa: S608
    for (code,) in bench.execute(query).fetchall():
        try:
            exponent(code)
        except BadInput:
            sentence = f"{field} stands beside {code!r}, which is not an ISO 4217 currency."
            bench.execute(
                f"UPDATE n_{field} SET value = NULL, sign = '?', problem = {literal(sentence)} "  # noqa: S608
                f"WHERE sign = {literal(code)}"
            )

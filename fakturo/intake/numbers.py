"""Numbers as people write them -> plain decimals, decided by the whole column, never guessed.

`1.234,56`, `1,234.56`, `1 234,56` and `1'234.56` tell by themselves which sign is the decimal one. A lone
`1,234` or `1.234` does not: it follows the other numbers of its column, or the mapping's `decimal`, and where
neither says, the row is quarantined. Works on the column's distinct values, so a million rows cost little.
"""

from fakturo.errors import BadInput
from fakturo.intake.workbench import Bench, literal
from fakturo.money import exponent

SIGNS = {
    "£": "GBP",
    "€": "EUR",
    "zł": "PLN",
    "₹": "INR",
    "₺": "TRY",
    "₴": "UAH",
    "₽": "RUB",
    "₩": "KRW",
    "₪": "ILS",
}
"""Currency signs that name one currency; `$`, `¥` and `kr` do not."""
DOLLARS = frozenset({"USD", "CAD", "AUD", "NZD", "SGD", "HKD"})
_GROUP = "[ \u00a0\u202f'’]"
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
    (r"[-+]?\d+(\.\d+)?[eE][-+]?\d+", "float"),
)


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
    shapes = " ".join(
        f"WHEN regexp_full_match(bare, {literal(shape)}) THEN '{style}'" for shape, style in _SHAPES
    )
    currency_sign = _signs(seller_currency) if seller_currency else "NULL::VARCHAR"
    bare = r"regexp_replace(text, '\s*%$', '')" if percent else "text"
    if seller_currency:
        bare = r"trim(regexp_replace(regexp_replace(text, '^([^\d\s+.,-]{1,3})\s*', ''), '\s*([^\d\s+.,''’]{1,3})$', ''))"
    style_known = literal(decimal) if decimal else "NULL"
    bench.execute(f"""
        CREATE TABLE n_{field} AS
        WITH texts AS (SELECT DISTINCT c{column} AS text FROM raw WHERE c{column} IS NOT NULL AND problem IS NULL),
        bares AS (SELECT text, {bare} AS bare, {currency_sign} AS sign FROM texts),
        shapes AS (SELECT *, CASE {shapes} ELSE 'bad' END AS style FROM bares),
        told AS (
            SELECT CASE
                WHEN {style_known} IS NOT NULL THEN {style_known}
                WHEN bool_or(style = 'point') AND NOT bool_or(style = 'comma') THEN '.'
                WHEN bool_or(style = 'comma') AND NOT bool_or(style = 'point') THEN ','
            END AS decided FROM shapes
        ),
        settled AS (
            SELECT *, CASE
                WHEN style IN ('point', 'float') THEN if({style_known} = ',', NULL, '.')
                WHEN style = 'comma' THEN if({style_known} = '.', NULL, ',')
                ELSE coalesce(decided, if(style = 'whole', '.', NULL))
            END AS decimal_sign FROM shapes, told
        ),
        plain AS (
            SELECT *, CASE
                WHEN style = 'bad' OR decimal_sign IS NULL THEN NULL
                WHEN style = 'float' THEN rtrim(rtrim(printf('%.10f', TRY_CAST(bare AS DOUBLE)), '0'), '.')
                WHEN decimal_sign = '.' THEN regexp_replace(bare, '[+, \u00a0\u202f''’]', '', 'g')
                ELSE replace(regexp_replace(bare, '[+. \u00a0\u202f''’]', '', 'g'), ',', '.')
            END AS number FROM settled
        )
        SELECT
            text,
            CASE WHEN regexp_full_match(number, '-?\\d{{0,14}}(\\.\\d{{1,10}})?') AND sign IS DISTINCT FROM '?' THEN
                if(contains(number, '.'), rtrim(rtrim(if(number[1] = '.', '0', '') || replace(number, '-.', '-0.'), '0'), '.'), number)
            END AS value,
            CASE
                WHEN style = 'bad' THEN '{field} ''' || left(text, 40) || ''' is not a number.'
                WHEN sign = '?' THEN '{field} ''' || left(text, 40) || ''' has a currency sign that names no single currency; write a code such as EUR.'
                WHEN number IS NULL AND style IN ('point', 'comma', 'float')
                    THEN '{field} ''' || left(text, 40) || ''' does not follow the mapping''s decimal sign.'
                WHEN number IS NULL THEN '{field} ''' || text || ''' can be read in two ways; set `decimal` in the mapping.'
                WHEN value IS NULL THEN '{field} ''' || left(text, 40) || ''' has more than 14 digits before or 10 after the decimal sign.'
            END AS problem,
            sign
        FROM plain
    """)  # noqa: S608  every piece is ours or quoted


def _signs(seller_currency: str) -> str:
    """SQL that finds the currency beside a number: its code, NULL for none, '?' for one that is unclear."""
    around = (
        r"coalesce(nullif(trim(regexp_extract(text, '^([^\d\s+.,-]{1,3})', 1)), ''), "
        r"nullif(trim(regexp_extract(text, '([^\d\s+.,''’]{1,3})$', 1)), ''))"
    )
    known = " ".join(f"WHEN '{sign}' THEN '{code}'" for sign, code in SIGNS.items())
    dollar = f"WHEN '$' THEN '{seller_currency}'" if seller_currency in DOLLARS else ""
    code = f"WHEN regexp_full_match({around}, '[A-Z]{{3}}') THEN {around}"
    return f"CASE {code} ELSE CASE {around} {known} {dollar} ELSE if({around} IS NULL, NULL, '?') END END"
    if seller_currency:
        _check_codes(bench, field)


def _check_codes(bench: Bench, field: str) -> None:
    """Three capitals beside a number are a currency only if ISO 4217 knows them."""
    for (code,) in bench.execute(f"SELECT DISTINCT sign FROM n_{field} WHERE length(sign) = 3").fetchall():  # noqa: S608
        try:
            exponent(code)
        except BadInput:
            sentence = f"{field} stands beside {code!r}, which is not an ISO 4217 currency."
            bench.execute(
                f"UPDATE n_{field} SET value = NULL, sign = '?', problem = {literal(sentence)} "  # noqa: S608
                f"WHERE sign = {literal(code)}"
            )

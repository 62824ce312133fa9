"""Dates as people write them -> days, decided by the whole column, never guessed.

ISO dates, `31.12.2026`, `31 December 2026` and a spreadsheet's serial numbers say what they are.
`03/04/2026` does not: one value above 12 anywhere in the column tells day from month, or the mapping's
`date_order` does, and where neither says, the row is quarantined.
"""

from fakturo.intake.workbench import Bench

_TIME = r"([T ]+\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\s*([AaPp][Mm])?\s*(Z|UTC|[+-]\d{2}:?\d{2})?)?"
_ISO = rf"(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}}){_TIME}"
_DOTTED = rf"(\d{{1,2}})\.(\d{{1,2}})\.(\d{{4}}){_TIME}"
_SLASHED = rf"(\d{{1,2}})[/-](\d{{1,2}})[/-](\d{{4}}){_TIME}"
_SERIAL = r"[2-9]\d{4}(\.\d+)?"
_FROM_SERIAL = "DATE '1899-12-30' + floor(TRY_CAST(text AS DOUBLE))::INTEGER"
"""Spreadsheets count days from 1899-12-30; 20000..99999 are 1954..2173."""
_NAMED = ("%d %B %Y", "%d %b %Y", "%B %d %Y", "%b %d %Y", "%d. %B %Y")


def read_days(bench: Bench, field: str, column: int, *, date_order: str | None, serial_dates: bool) -> None:
    """Make the table `d_<field>(text, value DATE, problem)` of a column's distinct texts.

    Args:
        column: position in `raw`.
        serial_dates: whether 43957 may be the serial number of 2020-05-06.
    """
    order = f"'{date_order}'" if date_order else "NULL::VARCHAR"
    words = r"regexp_replace(trim(text), '[,\s/-]+', ' ', 'g')"
    named = ", ".join(f"try_strptime({words}, '{each}')" for each in _NAMED)
    serial = f"WHEN regexp_full_match(text, '{_SERIAL}') THEN {_FROM_SERIAL}" if serial_dates else ""
    says = f"'{field} ''' || left(text, 40) || '''"
    bench.execute(f"""
        CREATE TABLE d_{field} AS
        WITH texts AS (
            SELECT DISTINCT c{column} AS text FROM raw WHERE c{column} IS NOT NULL AND problem IS NULL
        ),
        shapes AS (
            SELECT
                text,
                CASE
                    WHEN regexp_full_match(text, '{_ISO}') THEN 'iso'
                    WHEN regexp_full_match(text, '{_DOTTED}') THEN 'dotted'
                    WHEN regexp_full_match(text, '{_SLASHED}') THEN 'slashed'
                    ELSE 'other'
                END AS style,
                TRY_CAST(regexp_extract(text, '{_SLASHED}', 1) AS INTEGER) AS a,
                TRY_CAST(regexp_extract(text, '{_SLASHED}', 2) AS INTEGER) AS b,
                regexp_extract(text, '{_SLASHED}', 3) AS y
            FROM texts
        ),
        told AS (
            SELECT CASE
                WHEN {order} IS NOT NULL THEN {order}
                WHEN bool_or(a > 12) AND NOT bool_or(b > 12) THEN 'dmy'
                WHEN bool_or(b > 12) AND NOT bool_or(a > 12) THEN 'mdy'
            END AS decided
            FROM shapes WHERE style = 'slashed'
        ),
        settled AS (
            SELECT text, style, a, b, y, CASE
                WHEN {order} IS NOT NULL THEN {order}
                WHEN a = b OR a > 12 THEN 'dmy'
                WHEN b > 12 THEN 'mdy'
                ELSE decided
            END AS date_order FROM shapes, told
        ),
        days AS (
            SELECT text, style, date_order, CASE
                WHEN style = 'iso'
                    THEN TRY_CAST(translate(regexp_extract(text, '^[\\d/.-]+'), '/.', '--') AS DATE)
                WHEN style = 'dotted' THEN try_strptime(regexp_extract(text, '^[\\d.]+'), '%d.%m.%Y')::DATE
                WHEN style = 'slashed' AND date_order = 'dmy' THEN TRY_CAST(concat_ws('-', y, b, a) AS DATE)
                WHEN style = 'slashed' AND date_order = 'mdy' THEN TRY_CAST(concat_ws('-', y, a, b) AS DATE)
                WHEN regexp_full_match(text, '(19|20|21)\\d{{6}}') THEN try_strptime(text, '%Y%m%d')::DATE
                {serial}
                WHEN style = 'other' THEN coalesce({named})::DATE
            END AS day FROM settled
        )
        SELECT
            text,
            CASE WHEN day BETWEEN DATE '1970-01-01' AND DATE '2199-12-31' THEN day END AS value,
            CASE
                WHEN style = 'slashed' AND date_order IS NULL
                    THEN {says} may be day/month or month/day; set `date_order` in the mapping.'
                WHEN day IS NULL THEN {says} is not a date; write 2026-12-31.'
                WHEN value IS NULL THEN {says} is not a date between 1970 and 2199.'
            END AS problem
        FROM days
    """)  # noqa: S608  every piece is ours

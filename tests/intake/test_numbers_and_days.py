"""Numbers and dates of a column: read right, or not at all."""

from datetime import date, timedelta
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakturo.intake.days import read_days
from fakturo.intake.letters.numbers import Decimals, to_number
from fakturo.intake.letters.order_text import understand
from fakturo.intake.numbers import read_numbers

GROUPS = {".": (",", "", " ", "'", "\u00a0", "\u202f", "\u2019"), ",": (".", "", " ", "'", "\u00a0")}


def column(texts):
    bench = duckdb.connect()
    bench.execute("CREATE TABLE raw (line BIGINT, problem VARCHAR, c0 VARCHAR)")
    if texts:
        bench.executemany("INSERT INTO raw VALUES (?, NULL, ?)", list(enumerate(texts)))
    return bench


def numbers(*texts, decimal=None, **options):
    """Text -> value, or the reason why there is none."""
    bench = column(texts)
    read_numbers(bench, "price", 0, decimal=decimal, **options)
    found = bench.execute("SELECT text, value, problem FROM n_price").fetchall()
    bench.close()
    return {text: problem or Decimal(value) for text, value, problem in found}


def days(*texts, date_order=None, serial_dates=False):
    bench = column(texts)
    read_days(bench, "day", 0, date_order=date_order, serial_dates=serial_dates)
    found = bench.execute("SELECT text, value, problem FROM d_day").fetchall()
    bench.close()
    return {text: problem or value for text, value, problem in found}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", "12"), ("-3", "-3"), ("+4", "4"), ("007", "7"), (".5", "0.5"), ("-.5", "-0.5"),
        ("2.50", "2.5"),
        ("2,5", "2.5"), ("1.234,56", "1234.56"), ("1,234.56", "1234.56"), ("1 234,56", "1234.56"),
        ("1'234.50", "1234.5"), ("1\u00a0234", "1234"), ("1,234,567", "1234567"), ("1.234.567", "1234567"),
        ("0,125", "0.125"), ("1234.567", "1234.567"), ("0.0000000001", "0.0000000001"),
    ],
)  # fmt: skip
def test_a_number_that_tells_by_itself(text, value):
    assert numbers(text) == {text: Decimal(value)}


@pytest.mark.parametrize(
    "text",
    ["gratis", "1.2.3", "1,2,3", "--1", "1-", "(5.00)", "1e5", "0x1F", "12 34", "NaN", "Infinity", "٣"],
)
def test_what_is_no_number_says_so(text):
    assert "is not a number" in numbers(text)[text]


@pytest.mark.parametrize("text", ["123456789012345", "0.12345678901"])
def test_too_many_digits_say_so(text):
    assert "more than 14 digits" in numbers(text)[text]


def test_numbers_in_both_styles_leave_the_doubtful_ones_unread():
    found = numbers("1.50", "1,50", "1.500")

    assert (found["1.50"], found["1,50"]) == (Decimal("1.5"), Decimal("1.5"))
    assert "two ways" in found["1.500"]


def test_a_typed_column_may_hold_exponents():
    assert numbers("1e-05", "1.5E3", decimal=".") == {"1e-05": Decimal("0.00001"), "1.5E3": Decimal(1500)}


def test_percent_signs_are_read_where_they_may_stand():
    assert numbers("19 %", "7%", percent=True) == {"19 %": Decimal(19), "7%": Decimal(7)}


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.decimals(0, 9_999_999, places=2), min_size=1, max_size=6),
    st.sampled_from([".", ","]),
    st.data(),
)
def test_whatever_the_style_the_number_is_read_back(values, sign, data):
    """Property: a column in one style, with its decimals shown, gives the numbers that were written."""
    texts = {}
    for value in values:
        group = data.draw(st.sampled_from(GROUPS[sign]))
        whole, _, cents = f"{value:,.2f}".partition(".")
        texts[whole.replace(",", group) + sign + cents] = value
    assert numbers(*texts) == texts


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text("0123456789.,' -+e€$", min_size=1, max_size=12), min_size=1, max_size=8))
def test_garbage_is_a_number_or_a_reason_but_never_a_failure(texts):
    stripped = [text for text in (each.strip() for each in texts) if text]
    found = numbers(*stripped, seller_currency="EUR")

    assert set(found) == set(stripped)
    assert all(isinstance(value, Decimal) or value.endswith(".") for value in found.values())


@settings(max_examples=30, deadline=None)
@given(st.text("0123456789.,' ", min_size=1, max_size=10))
def test_text_and_table_never_read_one_number_differently(text):
    """Property: where both readers of numbers give a value, it is the same one."""
    decimals = Decimals.of([text])
    of_text = None if decimals is None else to_number(text, decimals)
    of_table = numbers(text.strip()).get(text.strip()) if text.strip() else None
    if of_text is not None and isinstance(of_table, Decimal):
        assert of_text == of_table


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-02-27", "2026-02-27"), ("2026-2-7", "2026-02-07"), ("2026/02/27", "2026-02-27"),
        ("20260227", "2026-02-27"), ("27.02.2026", "2026-02-27"), ("27/02/2026", "2026-02-27"),
        ("02/27/2026", "2026-02-27"), ("05/05/2026", "2026-05-05"), ("27 February 2026", "2026-02-27"),
        ("27-Feb-2026", "2026-02-27"), ("Feb 27, 2026", "2026-02-27"), ("27. February 2026", "2026-02-27"),
        ("2026-02-27 23:10:05 -0500", "2026-02-27"), ("2026-02-27T23:10:05Z", "2026-02-27"),
        ("27/02/2026 3:45 PM", "2026-02-27"),
    ],
)  # fmt: skip
def test_a_date_that_tells_by_itself(text, day):
    assert days(text) == {text: date.fromisoformat(day)}


@pytest.mark.parametrize(
    "text", ["soon", "2026-02-30", "31.02.2026", "27.02.26", "2/27/26", "2026-13-01", "43957", "00/00/2026"]
)
def test_what_is_no_date_says_so(text):
    assert "is not a date" in days(text)[text]


def test_a_year_far_away_is_a_slip():
    assert "between 1970 and 2199" in days("0226-02-27")["0226-02-27"]


def test_day_and_month_follow_the_column_or_the_mapping():
    assert days("03/04/2026", "13/04/2026")["03/04/2026"] == date(2026, 4, 3)
    assert days("03/04/2026", "04/13/2026")["03/04/2026"] == date(2026, 3, 4)
    assert days("03/04/2026", date_order="mdy")["03/04/2026"] == date(2026, 3, 4)
    assert "day/month or month/day" in days("03/04/2026")["03/04/2026"]
    mixed = days("03/04/2026", "13/04/2026", "04/13/2026")
    assert "day/month or month/day" in mixed["03/04/2026"]
    assert mixed["04/13/2026"] == date(2026, 4, 13)


def test_serial_numbers_count_in_spreadsheets_only():
    assert days("43957", "43957.52", serial_dates=True) == {
        "43957": date(2020, 5, 6),
        "43957.52": date(2020, 5, 6),
    }


@settings(max_examples=20, deadline=None)
@given(
    st.dates(date(1970, 1, 1), date(2199, 12, 31)),
    st.sampled_from(["%Y-%m-%d", "%d.%m.%Y", "%d %B %Y", "%Y%m%d", "%d/%m/%Y"]),
)
def test_a_written_day_is_read_back_or_left(day, shape):
    text = day.strftime(shape)
    found = days(text)[text]

    assert found == day or ("/" in text and "day/month" in found)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.text("0123456789./- :TZabJanFeb", min_size=1, max_size=14), min_size=1, max_size=6))
def test_garbage_is_a_day_or_a_reason_but_never_a_failure(texts):
    stripped = [text for text in (each.strip() for each in texts) if text]
    assert set(days(*stripped)) == set(stripped)


def test_a_texts_date_is_strict():
    text = "PO: PO-777\nCustomer: 4711\nDate: {}\n\nsku;qty;price\nA1;2;3.50\n"
    today = date(2026, 3, 2)
    read = {
        shown: understand(text.format(shown), seller_currency="GBP", today=today)
        for shown in ("2026-02-27", "03/04/2026")
    }

    assert read["2026-02-27"].order.ordered_on == today - timedelta(days=3)
    assert read["2026-02-27"].is_dated
    assert read["03/04/2026"] is None

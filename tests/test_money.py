"""Money is exact: minor units by ISO 4217, halves away from zero, never two currencies."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakturo.errors import BadInput
from fakturo.money import exponent, plain, rounded, to_major, to_minor

AMOUNTS = st.decimals(min_value=-(10**9), max_value=10**9, places=4)
CURRENCIES = st.sampled_from(["JPY", "EUR", "BHD"])


@pytest.mark.parametrize(("currency", "digits"), [("JPY", 0), ("EUR", 2), ("BHD", 3), ("CLF", 4)])
def test_minor_units_follow_iso_4217(currency, digits):
    assert exponent(currency) == digits


@pytest.mark.parametrize("code", ["XAU", "EURO", "", "eu"])
def test_what_is_no_money_is_refused_by_name(code):
    with pytest.raises(BadInput, match="ISO 4217"):
        exponent(code)


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("2.345", "EUR", 235),
        ("-2.345", "EUR", -235),
        ("0.5", "JPY", 1),
        ("-0.5", "JPY", -1),
        ("1.0005", "BHD", 1001),
        ("1234", "JPY", 1234),
    ],
)
def test_halves_round_away_from_zero(amount, currency, minor):
    assert to_minor(Decimal(amount), currency) == minor


@given(AMOUNTS, CURRENCIES)
def test_a_credit_note_mirrors_its_invoice(amount, currency):
    assert to_minor(-amount, currency) == -to_minor(amount, currency)


@given(st.integers(-(10**15), 10**15), CURRENCIES)
def test_minor_units_survive_the_round_trip(minor, currency):
    assert to_minor(to_major(minor, currency), currency) == minor


@given(AMOUNTS, CURRENCIES)
def test_rounding_moves_by_at_most_half_a_unit(amount, currency):
    assert abs(rounded(amount, currency) - amount) * 2 <= Decimal(1).scaleb(-exponent(currency))


@pytest.mark.parametrize(
    ("number", "text"),
    [("2.50", "2.5"), ("1E+2", "100"), ("100", "100"), ("0.000", "0"), ("-0", "0"), ("-1.20", "-1.2")],
)
def test_equal_numbers_are_written_alike(number, text):
    assert plain(Decimal(number)) == text


@given(AMOUNTS)
def test_writing_a_number_plainly_loses_nothing(amount):
    assert Decimal(plain(amount)) == amount

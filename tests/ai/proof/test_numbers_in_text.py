"""Numbers as letters write them: digits, words, money, dates; and no digit is ever overlooked."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakturo.ai.proof.amounts_in_text import currencies, find_items
from fakturo.ai.proof.number_words import language, pattern, value
from fakturo.ai.proof.numerals import decimal_sign, meant, readings


@pytest.mark.parametrize(
    ("numeral", "expected"),
    [
        ("12", {"": "12"}),
        ("1.65", {".": "1.65"}),
        ("1,65", {",": "1.65"}),
        ("1,234.50", {".": "1234.50"}),
        ("1.234,50", {",": "1234.50"}),
        ("1,234", {",": "1.234", ".": "1234"}),
        ("1.234", {".": "1.234", ",": "1234"}),
        ("1,234,567", {".": "1234567"}),
        ("1'234.50", {".": "1234.50"}),
        ("1'234", {"'": "1234"}),
        ("0,123", {",": "0.123"}),
        ("1234,567", {",": "1234.567"}),
        ("12,34,56", {}),
        ("1.2.3", {}),
        ("1,23.4", {}),
    ],
)
def test_a_numeral_has_these_readings(numeral, expected):
    assert readings(numeral) == {sign: Decimal(number) for sign, number in expected.items()}


@pytest.mark.parametrize(
    ("numerals", "sign"),
    [
        (["1.65", "1,234"], "."),
        (["1,65", "1.234"], ","),
        (["1,65", "1.65"], None),
        (["1,234"], None),
        (["12"], None),
    ],
)
def test_other_numbers_of_the_text_decide_the_decimal_sign(numerals, sign):
    assert decimal_sign(numerals) == sign


def test_a_number_that_can_be_read_in_two_ways_means_nothing_without_a_sign():
    assert meant("1,234", None) is None
    assert meant("1,234", ".") == 1234
    assert meant("1,234", ",") == Decimal("1.234")
    assert meant("12,34,56", ".") is None


@pytest.mark.parametrize(
    ("words", "spoken", "expected"),
    [
        ("two", "en", 2),
        ("a dozen", "en", 12),
        ("dozen", "en", 12),
        ("two dozen", "en", 24),
        ("half a dozen", "en", 6),
        ("half dozen", "en", 6),
        ("twenty-four", "en", 24),
        ("twenty four", "en", 24),
        ("ninety-nine", "en", 99),
        ("a hundred", "en", 100),
        ("two hundred and twelve", "en", 212),
        ("three hundred fifty", "en", 350),
        ("fifteen hundred", "en", 1500),
        ("a thousand", "en", 1000),
        ("two thousand five hundred", "en", 2500),
        ("one thousand two hundred and forty-four", "en", 1244),
        ("ten thousand and six", "en", 10006),
        ("an", "en", 1),
        ("zwei", "de", 2),
        ("fünf", "de", 5),
        ("fuenf", "de", 5),
        ("zwölf", "de", 12),
        ("dreißig", "de", 30),
        ("dreissig", "de", 30),
        ("vierundzwanzig", "de", 24),
        ("hundert", "de", 100),
        ("zweihundertfünfzig", "de", 250),
        ("hundertundzwanzig", "de", 120),
        ("tausend", "de", 1000),
        ("eintausendzweihundert", "de", 1200),
        ("zweitausendvierhundertsechsunddreißig", "de", 2436),
        ("zwei Gros", "de", 288),
        ("ein Dutzend", "de", 12),
        ("zwei Dutzend", "de", 24),
        ("ein halbes Dutzend", "de", 6),
        ("eine", "de", 1),
    ],
)
def test_numbers_in_words(words, spoken, expected):
    found = pattern(spoken).fullmatch(words)
    assert found is not None
    assert value(found, spoken) == expected


@pytest.mark.parametrize(
    ("words", "spoken"), [("dozens", "en"), ("elf", "en"), ("two-litre", "en"), ("achten", "de")]
)
def test_what_only_looks_like_a_number_word_is_none(words, spoken):
    assert pattern(spoken).fullmatch(words) is None


def test_the_language_is_the_one_with_enough_function_words():
    assert language("Bitte liefern Sie elf Becher") == "de"
    assert language("Please send the elf (item 12)") == "en"


@pytest.mark.parametrize(
    ("text", "kind", "value", "currency"),
    [
        ("£1.65", "money", "1.65", "GBP"),
        ("1,65 €", "money", "1.65", "EUR"),
        ("EUR 1.234,50", "money", "1234.50", "EUR"),
        ("12 USD", "money", "12", "USD"),
        ("85p", "money", "0.85", "GBP"),
        ("85 pence", "money", "0.85", "GBP"),
        ("50 cents", "money", "0.5", ""),
        ("CHF 5.-", "money", "5", "CHF"),
        ("5 pounds", "money", "5", "GBP"),
        ("$3", "money", "3", "$"),
        ("£5,-", "money", "5", "GBP"),
        ("15%", "percent", "15", None),
        ("15 percent", "percent", "15", None),
        ("2 dozen", "count", "24", None),
        ("12 x", "count", "12", None),
        ("24pcs", "count", "24", None),
        ("3 Stück", "count", "3", None),
        ("two", "count", "2", None),
        ("CHF 1'234.50", "money", "1234.50", "CHF"),
        ("9:30 am", "date", None, None),
        ("18 Uhr", "date", None, None),
        ("week 48", "date", None, None),
        ("85123A", "token", None, None),
        ("PO-71033", "token", None, None),
        ("10-20", "token", None, None),
        ("40x40cm", "token", None, None),
        ("2010-11-23", "date", None, None),
        ("23.11.2010", "date", None, None),
        ("3rd of March 2026", "date", None, None),
        ("March 3, 2026", "date", None, None),
        ("3. März", "date", None, None),
        ("[email 1]", "mark", None, None),
        ("https://example.com/42", "mark", None, None),
    ],
)
def test_an_item_is_what_it_looks_like(text, kind, value, currency):
    found = find_items(f"see {text} here")
    assert [(item.kind, item.value, item.currency) for item in found] == [
        (kind, None if value is None else Decimal(value), currency)
    ]


@pytest.mark.parametrize(
    ("text", "money"),
    [
        ("24\tEUR 28.05", ["28.05"]),
        ("24 EUR 28.05", ["28.05"]),
        ("28.05 EUR 24", ["28.05"]),
        ("24 | USD 28.05", ["28.05"]),
        ("24 EUR 28", [None]),
        ("24.05 EUR 28.05", [None]),
        ("10 € 12 mugs", [None]),
    ],
)
def test_a_currency_between_two_numbers_belongs_to_the_one_with_cents_or_to_none(text, money):
    found = [item.value for item in find_items(text) if item.kind == "money"]
    assert found == [None if amount is None else Decimal(amount) for amount in money]


def test_a_gross_is_a_count_only_before_of():
    assert [item.value for item in find_items("two gross of pencils")] == [288]
    assert [item.value for item in find_items("two gross prices")] == [2]


def test_a_german_preposition_is_no_time_of_day():
    assert [(item.kind, item.value) for item in find_items("liefern Sie 12 am Montag")] == [("count", 12)]


def test_a_text_names_its_currencies():
    assert currencies(find_items("£3 and 5 EUR and 10 cents and 7")) == {"GBP", "EUR"}


@settings(deadline=None)
@given(st.text(alphabet="0123456789 .,-/£€%xap\n'()abc", max_size=60))
def test_no_digit_is_overlooked(text):
    covered = {place for item in find_items(text) for place in range(item.start, item.end)}
    assert not [letter for place, letter in enumerate(text) if letter.isdigit() and place not in covered]


@settings(deadline=None)
@given(st.decimals(min_value=0, max_value=10**6, places=2))
def test_money_is_read_as_it_was_written(amount):
    english, german = f"£{amount:,.2f}", f"{amount:,.2f}".translate(str.maketrans(",.", ".,")) + " €"
    assert [item.value for item in find_items(english)] == [amount]
    assert [item.value for item in find_items(german)] == [amount]

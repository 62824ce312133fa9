"""Rates of a file, as they were published; each line that says none is told with its number."""

import os
from datetime import date
from decimal import Decimal

import pytest

from fakturo.errors import BadInput
from fakturo.exchange_rates import Rate, find, read

HEAD = "date,base,currency,rate,source\n"
MONDAY = date(2026, 3, 2)


@pytest.fixture
def rates(tmp_path):
    def written(text):
        file = tmp_path / "rates.csv"
        file.write_text(text, encoding="utf-8")
        return read(file)

    return written


def test_a_rate_is_found_from_both_sides_and_never_turned_round(rates):
    kept = rates(HEAD + "2026-03-02,EUR,USD,1.0812,ECB\n")
    rate = Rate(MONDAY, "EUR", "USD", Decimal("1.0812"), "ECB")
    assert find(kept, "USD", "EUR", MONDAY) == find(kept, "EUR", "USD", MONDAY) == rate
    assert find(kept, "USD", "GBP", MONDAY) is None


@pytest.mark.parametrize(
    ("published", "found"), [("2026-02-23", True), ("2026-02-22", False), ("2026-03-03", False)]
)
def test_the_last_rate_of_seven_days_and_none_of_tomorrow(rates, published, found):
    kept = rates(f"{HEAD}{published},EUR,USD,1.1,ECB\n")
    assert (find(kept, "EUR", "USD", MONDAY) is not None) == found


def test_the_file_of_the_european_central_bank_is_read_as_it_is(rates):
    """Columns of currencies that are no more, N/A, and the comma at each line's end that it has."""
    kept = rates("Date,USD,JPY,CYP,CHF,\n2026-03-02,1.0812,161.5,0.58,N/A,\n2026-02-27,1.08,160,N/A,0.94,\n")
    assert set(kept) == {
        (MONDAY, "EUR", "USD"),
        (MONDAY, "EUR", "JPY"),
        *((date(2026, 2, 27), "EUR", each) for each in ("USD", "JPY", "CHF")),
    }
    assert kept[MONDAY, "EUR", "JPY"] == Rate(MONDAY, "EUR", "JPY", Decimal("161.5"), "European Central Bank")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("day,rate\n", "has no column date, base, currency, source; its first line must be date,base,"),
        (
            HEAD + "02.03.2026,EUR,USD,1.1,ECB\n",
            "line 2: date is '02.03.2026'; write a day such as 2026-03-02",
        ),
        (HEAD + "2026-02-30,EUR,USD,1.1,ECB\n", "line 2: date is '2026-02-30'"),
        (HEAD + "2026-03-02,EUR,EUR,1.1,ECB\n", "line 2: base and currency are both EUR"),
        (HEAD + "2026-03-02,EUR,XAU,1.1,ECB\n", "line 2: currency is 'XAU'; write an ISO 4217 code"),
        (HEAD + "2026-03-02,EUR,USD,0,ECB\n", "line 2: rate is '0'; write a number above 0"),
        (HEAD + '2026-03-02,EUR,USD,"1,1",ECB\n', "line 2: rate is '1,1'"),
        (HEAD + "2026-03-02,EUR,USD,1.1\n", "line 2: source has to say who published the rate"),
        (
            HEAD + "2026-03-02,EUR,USD,1.1,ECB\n2026-03-02,EUR,USD,1.2,ECB\n",
            "line 3: 2026-03-02 has another rate of EUR in USD already (1.1); keep one of the two lines",
        ),
    ],
)
def test_a_line_that_says_no_rate_is_told(rates, text, told):
    with pytest.raises(BadInput) as caught:
        rates(text)
    assert told in str(caught.value)


def test_the_same_rate_twice_is_one(rates):
    assert len(rates(HEAD + "2026-03-02,EUR,USD,1.1,ECB\n2026-03-02,EUR,USD,1.10,ECB\n")) == 1


def test_no_file_and_no_text_are_told(tmp_path):
    with pytest.raises(BadInput, match=r"cannot be read \(No such file"):
        read(tmp_path / "none.csv")
    (tmp_path / "a.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadInput, match="is no CSV file in UTF-8"):
        read(tmp_path / "a.csv")


def test_a_changed_file_is_read_again(tmp_path):
    file = tmp_path / "rates.csv"
    file.write_text(HEAD)
    assert read(file) == {}
    file.write_text(HEAD + "2026-03-02,EUR,USD,1.1,ECB\n")
    os.utime(file, ns=(1, 1))
    assert len(read(file)) == 1

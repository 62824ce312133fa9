"""VAT ids are read as people write them; a wrong one is never taken for a right one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakturo.taxation.vat_ids import VatId, read

VALID = {
    "AT": "ATU13585627",
    "BE": "BE0403019261",
    "BG": "BG175074752",
    "CY": "CY10259033P",
    "CZ": "CZ25123891",
    "DE": "DE136695976",
    "DK": "DK13585628",
    "EE": "EE100931558",
    "GR": "EL094259216",
    "ES": "ESB58378431",
    "FI": "FI20774740",
    "FR": "FR40303265045",
    "HR": "HR33392005961",
    "HU": "HU12892312",
    "IE": "IE6433435F",
    "IT": "IT00743110157",
    "LT": "LT119511515",
    "LU": "LU15027442",
    "LV": "LV40003521600",
    "MT": "MT11679112",
    "NL": "NL004495445B01",
    "PL": "PL8567346215",
    "PT": "PT501964843",
    "RO": "RO18547290",
    "SE": "SE123456789701",
    "SI": "SI50223054",
    "SK": "SK2022749619",
    "GB": "GB980780684",
    "XI": "XI980780684",
    "CH": "CHE107787577IVA",
    "NO": "NO995525828MVA",
}
"""Source: the examples in the documentation of python-stdnum, one of each country."""


@pytest.mark.parametrize(("country", "number"), VALID.items())
def test_the_textbook_number_of_every_country_is_valid(country, number):
    assert read(number) == VatId("valid", number, country)


@pytest.mark.parametrize(("country", "number"), VALID.items())
def test_without_its_prefix_the_partys_country_is_tried(country, number):
    bare = number[2:]
    if country == "BE":
        bare = number.removeprefix("BE")
    assert read(bare, country).number == number


@given(
    st.sampled_from(sorted(VALID.items())),
    st.lists(st.sampled_from(["", " ", ".", "-", "/"]), min_size=16, max_size=16),
    st.booleans(),
)
def test_spaces_dots_and_capitals_do_not_matter(item, between, is_lower):
    country, number = item
    text = "".join(a + b for a, b in zip(number, between, strict=False))
    assert read(text.lower() if is_lower else text) == VatId("valid", number, country)


@given(st.sampled_from(["DE", "GR", "IT", "PL", "FI", "HR", "SI", "PT"]), st.data())
def test_one_wrong_digit_makes_it_invalid(country, data):
    number = VALID[country]
    place = data.draw(st.integers(2, len(number) - 1))
    digit = data.draw(st.sampled_from([each for each in "0123456789" if each != number[place]]))
    assert read(number[:place] + digit + number[place + 1 :]).status == "invalid"


@pytest.mark.parametrize(
    ("text", "country", "status", "problem"),
    [
        ("DE136695977", None, "invalid", "its check digits do not fit"),
        ("DE1366959", None, "invalid", "it has too few or too many characters"),
        ("ATX13585627", None, "invalid", "it does not have the form of that country"),
        ("136695977", "DE", "invalid", "its check digits do not fit"),
        ("CHE-107.787.577", None, "not_checkable", "it is a UID without MWST, TVA or IVA behind it"),
        ("995525828", "NO", "invalid", "it does not have the form of that country"),
        ("12-3456789", "US", "not_checkable", "it has no prefix of a country whose numbers can be checked"),
        ("EU372022452", None, "not_checkable", "it has no prefix of a country whose numbers can be checked"),
    ],
)
def test_what_is_wrong_is_said(text, country, status, problem):
    found = read(text, country)
    assert (found.status, found.problem) == (status, problem)


@pytest.mark.parametrize("text", [None, "", "  ", "-"])
def test_nothing_written_is_absent(text):
    assert read(text, "DE").status == "absent"


def test_greece_is_el_however_it_is_written():
    for text in ("EL094259216", "GR 094259216", "el 094.259.216"):
        assert read(text) == VatId("valid", "EL094259216", "GR")
    assert read("094259216", "GR").number == "EL094259216"


@given(st.text(max_size=20), st.sampled_from([None, "DE", "GR", "CH", "NO", "GB", "US"]))
def test_no_text_breaks_the_reader(text, country):
    assert read(text, country).status in {"valid", "invalid", "not_checkable", "absent"}

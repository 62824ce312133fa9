"""The examples of docs/taxes.md are what the code decides."""

from datetime import date
from pathlib import Path

import pytest

from fakturo.taxation.decision import Customer, Supplier
from fakturo.taxation.place import supply
from fakturo.taxation.rates import CHECKED_ON

PAGE = (Path(__file__).parents[2] / "docs/taxes.md").read_text()
NUMBERS = {"DE": "DE136695976", "ES": "ESB58378431", "GB": "GB980780684"}


def examples() -> list[list[str]]:
    table = PAGE.split("Examples,")[1].split("\n\n")[1]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]


@pytest.mark.parametrize("row", examples(), ids=", ".join)
def test_an_example_is_decided_as_the_page_says(row):
    seller, customer, vat_id, kind, shop, tax = row
    country, _, postcode = seller.partition(" ")
    supplier = Supplier(country, NUMBERS.get(country), postcode)
    if shop != "-":
        supplier = supplier._replace(one_stop_shop=shop)
    country, _, postcode = customer.partition(" ")
    found = supply(
        supplier, Customer(country, postcode, None if vat_id == "-" else vat_id), kind, date(2026, 11, 2)
    )
    answer = f"{found.category} {found.rate}" if found.category else found.certainty.replace("_", " ")
    assert answer == tax, found.reason


def test_the_page_says_when_the_table_was_checked():
    assert f"TEDB as of {CHECKED_ON}" in PAGE

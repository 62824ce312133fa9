"""Sums done again by hand: what the official rules let pass is told to the cent."""

from decimal import Decimal

import pytest

from fakturo.einvoice.verifying.file import verify_bytes
from fakturo.einvoice.verifying.finding import Weight
from fakturo.einvoice.verifying.page_text import says_amount, says_text
from fakturo.einvoice.verifying.rounding import in_currency, shown
from tests.einvoice.documents import cii, ubl, ubl_credit_note


def found(text: str) -> list[tuple[str, Weight, str]]:
    return [(each.rule, each.weight, each.text) for each in verify_bytes("it", text.encode()).findings]


def test_a_tax_that_is_off_by_fifty_cents_passes_the_official_rules_but_not_unseen():
    """19 % of 54.19 is 10.30; 10.80 in group and total, with every sum of it consistent: 64.99."""
    text = ubl().replace(">10.30<", ">10.80<").replace(">64.49<", ">64.99<")
    assert found(text) == [
        (
            "BR-CO-17",
            Weight.WARNING,
            "It says 10.80; 54.19 x 19 % = 10.30, a difference of 0.50. The official rules allow it.",
        )
    ]


def test_a_line_that_is_not_quantity_times_price_is_told():
    """3 x 9.95 = 29.85; 39.85 stands there, and every sum follows it: 64.19 net, 12.20 tax, 76.39."""
    text = ubl()
    for old, new in (
        ("29.85", "39.85"),
        ("49.29", "59.29"),
        ("54.19", "64.19"),
        ("10.30", "12.20"),
        ("64.49", "76.39"),
    ):
        text = text.replace(f">{old}<", f">{new}<")
    assert [(rule, said) for rule, _, said in found(text)] == [
        (
            "PEPPOL-EN16931-R120",
            "It says 39.85; 3 x 9.95 = 29.85, a difference of 10. The official rules allow it.",
        )
    ]


@pytest.mark.parametrize("make", [ubl, ubl_credit_note, cii])
def test_a_cent_is_a_difference(make):
    """19.43 for 2.5 x 7.777 = 19.4425: one line, and the sums that count it."""
    told = found(make().replace(">19.44<", ">19.43<"))
    rules = {rule: weight for rule, weight, _ in told}
    assert rules["PEPPOL-EN16931-R120"] is Weight.WARNING
    assert rules["BR-CO-10"] is Weight.REFUSED  # 29.85 + 19.43 = 49.28, not 49.29
    assert rules["BR-S-08"] is (Weight.REFUSED if make is cii else Weight.WARNING)  # UBL's allows up to 1.00


@pytest.mark.parametrize(
    ("make", "old", "new", "rule", "said"),
    [
        (ubl, ">49.29<", ">49.30<", "BR-CO-10", "It says 49.30; the sum of 2 line net amounts = 49.29"),
        (ubl, "4.90</cbc:ChargeT", "5</cbc:ChargeT", "BR-CO-12", "It says 5; the sum of 1 document"),
        (ubl, "54.19</cbc:TaxEx", "54.20</cbc:TaxEx", "BR-CO-13", "It says 54.20; BT-106 - BT-107 +"),
        (cii, 'EUR">10.30', 'EUR">10.31', "BR-CO-14", "It says 10.31; the tax of 1 VAT groups = 10.30"),
        (cii, "64.49</ram:Gra", "64.48</ram:Gra", "BR-CO-15", "It says 64.48; BT-109 + BT-110 = 64.49"),
        (cii, "64.49</ram:Due", "0</ram:Due", "BR-CO-16", "It says 0; BT-112 - BT-113 + BT-114 = 64.49"),
    ],
    ids=lambda value: value if isinstance(value, str) and value.startswith("BR-") else "",
)  # fmt: skip
def test_a_refused_total_is_told_with_both_figures(make, old, new, rule, said):
    text = make()
    assert old in text
    told = {each: (weight, text) for each, weight, text in found(text.replace(old, new))}
    assert told[rule][0] is Weight.REFUSED
    assert told[rule][1].startswith(said)


def test_a_price_for_a_hundred_and_a_discount_are_reckoned():
    """3 pieces at 995.00 per 100 are 29.85; 1,000.00 - 5.00 = 995.00."""
    price = '<cbc:PriceAmount currencyID="EUR">9.95</cbc:PriceAmount>'
    base = '<cbc:BaseQuantity unitCode="C62">100</cbc:BaseQuantity>'
    discount = (
        "<cac:AllowanceCharge><cbc:ChargeIndicator>false</cbc:ChargeIndicator>"
        '<cbc:Amount currencyID="EUR">5.00</cbc:Amount>'
        '<cbc:BaseAmount currencyID="EUR">1000.00</cbc:BaseAmount></cac:AllowanceCharge>'
    )
    good = ubl().replace(price, price.replace("9.95", "995.00") + base + discount)
    assert found(good) == []
    assert [rule for rule, _, _ in found(good.replace(">1000.00<", ">1001.00<"))] == ["PEPPOL-EN16931-R046"]
    assert [rule for rule, _, _ in found(good.replace('"C62">100<', '"KGM">100<'))] == ["PEPPOL-EN16931-R130"]
    assert [rule for rule, _, _ in found(good.replace('"C62">100<', '"C62">0<'))] == ["PEPPOL-EN16931-R121"]


def test_a_line_allowance_is_taken_off_and_its_percentage_reckoned():
    """34.12 for 3, less 12.5 % of it (4.265 -> 4.27), is 29.85."""
    allowance = (
        "<cac:AllowanceCharge><cbc:ChargeIndicator>false</cbc:ChargeIndicator><cbc:AllowanceChargeReason>Loyal"
        "</cbc:AllowanceChargeReason><cbc:MultiplierFactorNumeric>12.5</cbc:MultiplierFactorNumeric>"
        '<cbc:Amount currencyID="EUR">4.27</cbc:Amount>'
        '<cbc:BaseAmount currencyID="EUR">34.12</cbc:BaseAmount>'
        "</cac:AllowanceCharge>"
    )
    item = "<cac:Item><cbc:Name>Lantern"
    price = ">9.95</cbc:PriceAmount>"
    good = ubl().replace(item, allowance + item)
    good = good.replace(
        price, '>34.12</cbc:PriceAmount><cbc:BaseQuantity unitCode="C62">3</cbc:BaseQuantity>'
    )
    assert found(good) == []
    assert [rule for rule, _, _ in found(good.replace(">12.5<", ">12<"))] == ["PEPPOL-EN16931-R040"]


@pytest.mark.parametrize(
    ("amount", "currency", "rounded"),
    [
        ("2.345", "EUR", "2.35"),
        ("-2.345", "EUR", "-2.35"),
        ("2.5", "JPY", "3"),
        ("1.2345", "BHD", "1.23"),
        ("1.005", "?", "1.01"),
    ],
)
def test_rounding_is_half_away_from_zero_with_two_digits_at_most(amount, currency, rounded):
    assert str(in_currency(Decimal(amount), currency)) == rounded


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("1234.5", "1,234.50"),
        ("100.00", "100"),
        ("0.125", "0.125"),
        ("-0.050", "-0.05"),
        ("9" * 31, None),
        ("0.1000", "0.10"),
    ],
)
def test_numbers_are_shown_in_full(number, text):
    assert shown(Decimal(number)) == (text or f"{int(number):,}")


@pytest.mark.parametrize(
    "page", ["1,234.50", "1.234,50", "1 234,50", "1'234.50", "1234.5", "EUR 1\u202f234,50 due", "12,34.50"]
)
def test_an_amount_is_found_however_it_is_written(page):
    assert says_amount(page, Decimal("1234.50"))


@pytest.mark.parametrize("page", ["11,234.50", "1,234.51", "1,234.505", "123450", "2.1,234.507", ""])
def test_another_amount_is_not_taken_for_it(page):
    assert not says_amount(page, Decimal("1234.50"))


@pytest.mark.parametrize("page", ["5", "5.00", "5,00 EUR", "5.-", "Total: 5"])
def test_a_whole_amount_needs_no_cents(page):
    assert says_amount(page, Decimal("5.00"))


def test_a_number_is_found_over_a_line_end():
    assert says_text("Rechnung INV-2026-\n000042", "INV-2026-000042")
    assert not says_text("INV-2026-000043", "INV-2026-000042")

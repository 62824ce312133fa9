"""Column mappings: which column is what, and one sentence where that cannot be told."""

import csv
import io
import json

import pytest

from fakturo.errors import BadInput
from fakturo.intake.countries import iso_code
from fakturo.intake.rows.lookups import unit_code
from fakturo.intake.rows.mapping import load, plain_name, ready, recognised

MINIMAL = """
columns:
  external_id: [Nr]
  customer_id: [Konto]
  ordered_on: [Datum]
  quantity: [Menge]
  unit_price: [Preis]
  name: [Ware]
"""
SHOP = {
    "Name": "#1001",
    "Email": "jo@example.com",
    "Financial Status": "paid",
    "Currency": "EUR",
    "Subtotal": "29.50",
    "Shipping": "5.00",
    "Taxes": "6.90",
    "Total": "41.40",
    "Discount Amount": "0.00",
    "Created at": "2026-02-27 23:10:05 -0500",
    "Lineitem quantity": "2",
    "Lineitem name": "Lantern - small",
    "Lineitem price": "9.75",
    "Lineitem sku": "L1",
    "Billing Name": "Jo Door",
    "Billing City": "Leeds",
    "Billing Country": "GB",
    "Cancelled at": "",
    "Refunded Amount": "0.00",
    "Lineitem discount": "0.00",
}
SECOND = {"Name": "#1001", "Email": "jo@example.com", "Lineitem quantity": "1", "Lineitem name": "Lamp",
          "Lineitem price": "10.00", "Lineitem sku": "L2"}  # fmt: skip


def shop_export(*rows):
    out = io.StringIO()
    writer = csv.DictWriter(out, list(SHOP))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def test_ready_mappings_ship_with_fakturo():
    assert {"generic", "online_retail", "shopify_orders", "northwind"} <= set(ready())


def test_names_of_columns_are_compared_without_case_spaces_and_marks():
    assert plain_name("Unit price ") == plain_name("UNIT_PRICE") == plain_name("unitPrice") == "unitprice"


def test_no_two_fields_of_the_generic_mapping_claim_one_column():
    names = [name for names in ready()["generic"].columns.values() for name in set(map(plain_name, names))]
    assert {name for name in names if names.count(name) > 1} == set()


def test_a_mapping_of_ones_own(take, rows, tmp_path):
    file = tmp_path / "unser-shop.yaml"
    file.write_text(MINIMAL + "decimal: ','\ndate_order: mdy\nconstants: {currency: CHF, tax_rate: '7.7'}\n")
    take("o.csv", "Nr;Konto;Datum;Menge;Preis;Ware\n1;2;03/04/2026;1.000;1.234;Lampe\n", mapping=str(file))

    (order,) = rows("orders")
    assert (order["source"], str(order["ordered_on"]), order["currency"]) == (
        "unser_shop",
        "2026-03-04",
        "CHF",
    )
    (line,) = json.loads(order["content"])["lines"]
    assert (line["quantity"], line["unit_price"], line["tax_rate"]) == ("1000", "1234", "7.7")


def test_numbers_against_the_mappings_decimal_sign_are_quarantined(take, reasons, tmp_path):
    file = tmp_path / "m.yaml"
    file.write_text(MINIMAL + "decimal: ','\n")
    take("o.csv", "Nr;Konto;Datum;Menge;Preis;Ware\n1;2;2026-03-04;1;12.50;Lampe\n", mapping=str(file))

    assert "does not follow the decimal sign" in reasons()[2][0]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("columns: [", "is no YAML"),
        ("- a\n- b", "is not allowed"),
        (MINIMAL + "colour: red", "colour is not allowed"),
        (MINIMAL + "decimal: x", "decimal is not allowed"),
        (MINIMAL + "constants: {currency: EUX}", "not an ISO 4217 code"),
        (MINIMAL + 'reject: [{column: Nr, matches: "(", reason: x}]', "a regular expression"),
        ("columns: {colour: [red]}", "is not allowed"),
    ],
)
def test_a_wrong_mapping_is_refused_in_one_sentence(tmp_path, text, sentence):
    file = tmp_path / "m.yaml"
    file.write_text(text)

    with pytest.raises(BadInput, match=r"^Mapping ") as error:
        load(str(file))
    assert sentence in str(error.value)


def test_an_unknown_mapping_names_the_known_ones(take, tmp_path):
    assert "ready ones are generic, northwind, online_retail" in take("o.csv", "a,b", mapping="sap").refused
    assert "cannot be read" in take("o.csv", "a,b", mapping=str(tmp_path / "none.yaml")).refused


def test_a_rule_that_duckdb_does_not_know_refuses_the_file(take, tmp_path):
    file = tmp_path / "m.yaml"
    file.write_text(MINIMAL + 'reject: [{column: Nr, matches: "(?<=a)b", reason: x}]')
    outcome = take(
        "o.csv", "Nr;Konto;Datum;Menge;Preis;Ware\n1;2;2026-03-04;1;12.50;Lampe\n", mapping=str(file)
    )

    assert "has a rule that does not run" in outcome.refused


def test_a_shop_export_is_recognised_and_carried_down(take, rows):
    outcome = take("orders_export.csv", shop_export(SHOP, SECOND))

    assert (outcome.source, outcome.orders_new) == ("shopify_orders", 1)
    (row,) = rows("orders")
    order = json.loads(row["content"])
    assert (row["status"], order["customer"]["name"], str(row["ordered_on"])) == (
        "queued",
        "Jo Door",
        "2026-02-27",
    )
    assert [line["unit_price"] for line in order["lines"]] == ["9.75", "10"]
    assert order["adjustments"] == [{"kind": "charge", "amount": "5", "reason": "Shipping"}]
    assert order["stated_total"] == "41.4"  # 29.50 + 5.00 + 20 %: the check proves that prices are net


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"Total": ""}, "prices_not_proved"),
        ({"Cancelled at": "2026-02-28"}, "marked_by_mapping"),
        ({"Refunded Amount": "12.00"}, "marked_by_mapping"),
        ({"Financial Status": "voided"}, "marked_by_mapping"),
    ],
)
def test_a_shop_order_in_doubt_goes_to_a_person(take, rows, changes, code):
    take("orders_export.csv", shop_export(SHOP | changes, SECOND))

    assert (rows("orders")[0]["status"], rows("findings")[0]["code"]) == ("needs_review", code)


def test_a_shop_order_whose_prices_hold_tax_does_not_pass_the_check(take, rows):
    from fakturo.issue import propose
    from fakturo.order import Order
    from fakturo.seller import Seller
    from fakturo.tax import Client

    take("orders_export.csv", shop_export(SHOP | {"Total": "34.50", "Taxes": "5.75"}, SECOND))
    order = Order.model_validate_json(rows("orders")[0]["content"])
    found = propose(
        order, buyer=order.customer, client=Client(), seller=Seller(), issue_date=order.ordered_on
    )

    assert [finding.code for finding in found.findings] == ["stated_amount_differs"]


def test_an_order_without_customer_on_any_row_is_quarantined(take, reasons):
    take("orders_export.csv", shop_export(SHOP | {"Email": ""}, SECOND | {"Email": ""}))

    assert reasons()[2] == reasons()[3] == ["customer_id is missing in all rows of #1001."]


def test_an_unrecognised_header_is_generic():
    assert recognised(["order_id"]).name == "generic"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Germany", "DE"), ("deutschland", "DE"), ("Allemagne", "DE"), ("UK", "GB"), ("gb", "GB"),
        ("EIRE", "IE"),
        ("Great  Britain", "GB"), ("XX", None), ("Narnia", None), ("Côte d\u2019Ivoire", "CI"), ("EU", None),
    ],
)  # fmt: skip
def test_countries_are_known_by_many_names(name, code):
    assert iso_code(name) == code


def test_units_are_words_or_codes():
    assert unit_code("Stk.") == ("C62", None)
    assert unit_code("MTR") == ("MTR", None)
    assert unit_code("buckets")[0] is None


def test_an_order_that_its_record_refuses_is_quarantined_with_the_reason(take, rows, reasons, tmp_path):
    file = tmp_path / "m.yaml"
    file.write_text(MINIMAL + "constants: {tax_rate: lots}\n")
    outcome = take("o.csv", "Nr;Konto;Datum;Menge;Preis;Ware\n1;2;2026-03-04;1;2;Lampe\n", mapping=str(file))

    assert (outcome.rows_quarantined, rows("quarantine")[0]["external_id"]) == (1, "1")
    assert reasons()[2][0].startswith("lines.1.tax_rate: Input should be a valid decimal")
    assert json.loads(rows("quarantine")[0]["raw"])["Ware"] == "Lampe"


def test_a_discount_given_as_a_fraction_is_rounded_to_the_rows_currency(take, rows, reasons, tmp_path):
    file = tmp_path / "m.yaml"
    extra = "  discount_fraction: [Rabatt]\n  currency: [W]\n"
    file.write_text(MINIMAL + extra)
    lines = (
        "1;2;2026-03-04;3;0.555;A;0.15;EUR",
        "2;2;2026-03-04;3;111;A;0.15;JPY",
        "3;2;2026-03-04;3;1;A;1.5;EUR",
    )
    lines += ("4;2;2026-03-04;3;1.00001;A;0.5;EUR",)
    take("o.csv", "Nr;Konto;Datum;Menge;Preis;Ware;Rabatt;W\n" + "\n".join(lines), mapping=str(file))

    found = [json.loads(row["content"])["lines"][0]["adjustments"][0]["amount"] for row in rows("orders")]
    assert found == ["0.25", "50"]  # 0.24975 and 49.95
    assert reasons() == {
        4: ["discount_fraction 1.5 must lie between 0 and 1."],
        5: ["quantity or price has too many digits for a discount given as a fraction."],
    }


def test_a_fraction_needs_the_currency_on_every_row(tmp_path):
    file = tmp_path / "m.yaml"
    file.write_text(MINIMAL + "  discount_fraction: [Rabatt]\ncarry_down: true\n")

    with pytest.raises(BadInput, match="no carry_down"):
        load(str(file))

"""Cells of a CSV file as values: what is read, what is refused with all its reasons, what is not guessed."""

import json

import pytest

HEADER = "order_id,customer_id,order_date,sku,name,quantity,unit_price,currency\n"
GOOD = "A1,C7,2026-02-27,L1,Lantern,6,2.55,GBP\n"


def lines_of(row):
    return json.loads(row["content"])["lines"]


def test_every_reason_of_a_row_is_told(take, reasons):
    take("o.csv", HEADER + ",,31.02.2026,,,-3,gratis,XXY\n")

    assert reasons()[2] == [
        "external_id is missing.",
        "customer_id is missing.",
        "name is missing.",
        "ordered_on '31.02.2026' is not a date; write 2026-12-31.",
        "unit_price 'gratis' is not a number.",
        "currency 'XXY' is not an ISO 4217 code; write three letters such as EUR.",
        "quantity -3 must be above 0; only cancellations take back.",
    ]


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("tax rate", "0.19", "tax_rate 0.19 looks like a fraction; write percent."),
        ("tax rate", "119", "tax_rate 119 must be a percentage from 0 to 100."),
        ("discount", "-5", "discount -5 must not be below 0."),
        ("price_base", "0", "price_base 0 must be above 0."),
        ("terms_days", "1.5", "terms_days 1.5 must be whole days from 0 to 365."),
        ("unit", "buckets", "unit 'buckets' is not known; write a code such as C62 (piece), KGM or HUR."),
        ("tax_category", "Q", "tax_category 'Q' is not one of S, Z, E, AE, K, G, O, L, M."),
        ("kind", "gift", "kind 'gift' is not known; write order or cancellation."),
    ],
)
def test_a_value_out_of_bounds_is_quarantined(take, reasons, column, value, reason):
    take("o.csv", HEADER.replace("\n", f",{column}\n") + GOOD.replace("\n", f",{value}\n"))

    assert reasons()[2] == [reason]


def test_a_currency_sign_beside_the_price_names_the_currency(take, rows, reasons):
    header, row = HEADER.replace(",currency", ""), "A{n},C7,2026-02-27,L1,Lantern,6,{price}\n"
    prices = ("£2.55", "2.55 EUR", "2.55", "$2.55", "2.55 QQQ")
    take("o.csv", header + "".join(row.format(n=n, price=price) for n, price in enumerate(prices)))

    assert [order["currency"] for order in rows("orders")] == ["GBP", "EUR", "GBP"]
    assert "names no single currency" in reasons()[5][0]
    assert "not an ISO 4217 currency" in reasons()[6][0]


def test_a_price_in_another_currency_than_its_row_is_quarantined(take, reasons):
    take("o.csv", HEADER + GOOD.replace("2.55", "€2.55"))

    assert reasons()[2] == ["unit_price €2.55 is not in GBP, as its row says."]


def test_a_lone_number_of_three_decimals_is_not_guessed(take, reasons):
    outcome = take("o.csv", HEADER + GOOD.replace(",2.55,", ",1.234,"))

    assert outcome.rows_quarantined == 1
    assert reasons()[2] == ["unit_price '1.234' can be read in two ways; set `decimal` in the mapping."]


def test_the_rest_of_the_column_tells_the_decimal_sign(take, rows):
    text = HEADER.replace(",", ";") + "".join(
        f"A{n};C7;2026-02-27;L1;Lantern;6;{price};EUR\n"
        for n, price in enumerate(("1.234", "9,95", "1.234,56"))
    )
    take("o.csv", text)

    assert [lines_of(row)[0]["unit_price"] for row in rows("orders")] == ["1234", "9.95", "1234.56"]


def test_day_and_month_are_told_by_the_column_or_not_at_all(take, rows, reasons):
    take(
        "told.csv",
        HEADER
        + GOOD.replace("2026-02-27", "03/04/2026")
        + GOOD.replace("A1", "A2").replace("2026-02-27", "27/02/2026"),
    )
    take("untold.csv", HEADER + GOOD.replace("A1", "A3").replace("2026-02-27", "03/04/2026"))

    assert [str(row["ordered_on"]) for row in rows("orders")] == ["2026-04-03", "2026-02-27"]
    assert reasons()[2] == [
        "ordered_on '03/04/2026' may be day/month or month/day; set `date_order` in the mapping."
    ]

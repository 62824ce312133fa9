"""Rows of a CSV file as orders: which rows belong together, and what makes a person look."""

import json

HEADER = "order_id,customer_id,order_date,sku,name,quantity,unit_price,currency\n"
GOOD = "A1,C7,2026-02-27,L1,Lantern,6,2.55,GBP\n"


def lines_of(row):
    return json.loads(row["content"])["lines"]


def test_takes_an_order_of_two_lines(take, rows):
    outcome = take("orders.csv", HEADER + GOOD + "A1,C7,2026-02-27,S1,Cake stand,1,14.70,GBP\n")

    assert (outcome.rows_in, outcome.rows_accepted, outcome.orders_new) == (2, 2, 1)
    (order,) = rows("orders")
    assert (order["source"], order["external_id"], order["lane"]) == ("generic", "A1", "rules")
    assert (order["status"], order["customer_id"], order["currency"]) == ("queued", "C7", "GBP")
    assert (order["line_count"], order["first_line"], str(order["ordered_on"])) == (2, 2, "2026-02-27")
    assert json.loads(order["content"]) == {
        "external_id": "A1",
        "customer": {"id": "C7"},
        "currency": "GBP",
        "ordered_on": "2026-02-27",
        "lines": [
            {
                "no": 1,
                "code": "L1",
                "name": "Lantern",
                "quantity": "6",
                "unit_price": "2.55",
                "source_line": 2,
            },
            {
                "no": 2,
                "code": "S1",
                "name": "Cake stand",
                "quantity": "1",
                "unit_price": "14.7",
                "source_line": 3,
            },
        ],
    }


def test_what_an_invoice_says_beside_its_lines(take, rows):
    columns = (
        "order_id,customer_id,order_date,name,quantity,unit_price,buyer_reference,contract,project,delivered_on,"
        "period_start,period_end,legal_id,endpoint,endpoint_scheme,gtin,buyer_code,po_line,payment_means,"
        "mandate_id,debited_iban\n"
    )
    row = (
        "A1,C7,2026-02-27,Lantern,6,2.55,0401-12345-03,RV 7,North,2026-02-20,2026-02-01,2026-02-20,HRB 1,"
        "4012345000009,0088,4012345000009,X-1,10,direct debit,M-1,DE02 1203 0000 0000 2020 51\n"
    )
    take("o.csv", columns + row)
    assert json.loads(rows("orders")[0]["content"]) == {
        "external_id": "A1",
        "customer": {"id": "C7", "legal_id": "HRB 1", "endpoint": "4012345000009", "endpoint_scheme": "0088"},
        "currency": "GBP",
        "ordered_on": "2026-02-27",
        "buyer_reference": "0401-12345-03",
        "contract": "RV 7",
        "project": "North",
        "delivered_on": "2026-02-20",
        "period_first": "2026-02-01",
        "period_last": "2026-02-20",
        "lines": [
            {
                "no": 1,
                "buyer_code": "X-1",
                "gtin": "4012345000009",
                "order_line": "10",
                "name": "Lantern",
                "quantity": "6",
                "unit_price": "2.55",
                "source_line": 2,
            }
        ],
        "payment_means": "direct_debit",
        "mandate_id": "M-1",
        "debited_iban": "DE02120300000000202051",
    }


def test_how_it_is_paid_is_proved_at_the_door(take, rows, reasons):
    head = HEADER.replace("\n", ",payment_means,card_number,debited_iban,gtin,period_first\n")
    good = GOOD.replace("\n", ",{}\n")
    take(
        "o.csv",
        head
        + good.format("card,1234,,,")
        + good.replace("A1", "A2").format("card,4111111111111111,,,")
        + good.replace("A1", "A3").format("direct_debit,,DE03120300000000202051,,")
        + good.replace("A1", "A4").format("cash,,,12,")
        + good.replace("A1", "A5").format("transfer,,,12,2026-02-01"),
    )
    assert [row["external_id"] for row in rows("orders")] == ["A1"]
    assert reasons() == {
        3: ["card_number: write its last four digits, never more."],
        4: ["debited_iban: an IBAN whose check digits are right."],
        5: ["payment_means 'cash' is not known; write transfer, direct_debit, card."],
        6: ["lines.1.gtin: write 8 to 14 digits."],
    }


def test_rows_of_an_order_agree_on_how_it_is_paid(take, reasons):
    head = HEADER.replace("\n", ",payment_means\n")
    take("o.csv", head + GOOD.replace("\n", ",card\n") + GOOD.replace("\n", ",transfer\n"))
    assert reasons()[2] == ["Order A1 names two payment_means: card and transfer."]


def test_an_order_with_a_quarantined_line_goes_to_a_person(take, rows):
    take("o.csv", HEADER + GOOD + "A1,C7,2026-02-27,S1,Cake stand,one,14.70,GBP\n" + GOOD.replace("A1", "A2"))

    first, second = rows("orders")
    assert (first["status"], second["status"]) == ("needs_review", "queued")
    (finding,) = rows("findings")
    assert (finding["code"], finding["stage"], finding["order_id"]) == (
        "lines_quarantined",
        "intake",
        first["id"],
    )
    assert "line 3 of the file" in finding["message"]


def test_a_row_without_an_id_is_held_against_the_orders_beside_it(take, rows):
    take(
        "o.csv", HEADER + GOOD + GOOD.replace("A1", "") + GOOD.replace("A1", "A2") + GOOD.replace("A1", "A3")
    )

    assert [row["status"] for row in rows("orders")] == ["needs_review", "needs_review", "queued"]


def test_one_id_with_two_customers_is_no_order(take, reasons):
    outcome = take("o.csv", HEADER + GOOD + GOOD.replace("C7", "C8").replace("L1", "L2"))

    assert (outcome.orders_new, outcome.rows_quarantined) == (0, 2)
    assert reasons()[2] == reasons()[3] == ["Order A1 names two customer_ids: C7 and C8."]


def test_rows_of_one_order_may_lie_apart(take, rows):
    take("o.csv", HEADER + GOOD + GOOD.replace("A1", "A2") + GOOD.replace("L1", "L2"))

    assert [(row["external_id"], row["line_count"]) for row in rows("orders")] == [("A1", 2), ("A2", 1)]


def test_a_money_like_column_that_nobody_mapped_goes_to_a_person(take, rows):
    take("o.csv", HEADER.replace("\n", ",surcharge\n") + GOOD.replace("\n", ",5.00\n"))

    assert rows("orders")[0]["status"] == "needs_review"
    assert rows("findings")[0]["code"] == "column_not_understood"


def test_a_stated_line_total_that_differs_goes_to_a_person(take, rows):
    header = HEADER.replace("\n", ",line_total\n")
    take(
        "o.csv", header + GOOD.replace("\n", ",15.30\n") + GOOD.replace("A1", "A2").replace("\n", ",15.29\n")
    )

    assert [row["status"] for row in rows("orders")] == ["queued", "needs_review"]
    assert rows("findings")[0]["code"] == "line_amount_differs"


def test_allowances_charges_tax_terms_and_the_clients_address_are_read(take, rows):
    take(
        "o.csv",
        "order no;Kundennummer;date;item;qty;price;discount;VAT rate;tax category;uom;price base;freight;"
        "terms;PO;company;street;city;zip;country;currency\n"
        "A1;C7;2026-02-27;Lantern;100;12,50;5,00;19%;S;kg;10;4,90;"
        "14;PO-9;Blue Door;Mill Rd 1;Leeds;LS1;UK;EUR\n",
    )

    assert json.loads(rows("orders")[0]["content"]) == {
        "external_id": "A1",
        "customer": {
            "id": "C7",
            "name": "Blue Door",
            "street": "Mill Rd 1",
            "city": "Leeds",
            "postcode": "LS1",
            "country": "GB",
        },
        "currency": "EUR",
        "ordered_on": "2026-02-27",
        "po_number": "PO-9",
        "lines": [
            {
                "no": 1,
                "code": "Lantern",
                "name": "Lantern",
                "quantity": "100",
                "unit": "KGM",
                "unit_price": "12.5",
                "price_base": "10",
                "adjustments": [{"kind": "allowance", "amount": "5"}],
                "tax_category": "S",
                "tax_rate": "19",
                "source_line": 2,
            }
        ],
        "adjustments": [{"kind": "charge", "amount": "4.9", "reason": "Shipping"}],
        "terms_days": 14,
    }
    (client,) = rows("customers")
    assert (client["id"], client["name"], client["country"]) == ("C7", "Blue Door", "GB")


def test_a_cancellation_by_its_kind_has_positive_quantities(take, rows):
    take(
        "o.csv",
        HEADER.replace("\n", ",kind,cancels\n") + GOOD.replace(",6,", ",-6,").replace("\n", ",storno,A0\n"),
    )

    (order,) = rows("orders")
    assert (order["kind"], order["cancels"], lines_of(order)[0]["quantity"]) == ("cancellation", "A0", "6")

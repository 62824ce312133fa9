"""CSV as people save it: every dialect, every broken row by its line and with all its reasons."""

import json

import pytest

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


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"], ids=["comma", "semicolon", "tab", "pipe"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
def test_reads_any_delimiter_encoding_and_line_end(take, rows, delimiter, encoding, newline):
    if encoding == "utf-16" and newline == "\r":
        pytest.skip("no program writes UTF-16 with lone CR")
    text = (HEADER + GOOD.replace("Lantern", "Laterne für Gärten")).replace(",", delimiter)

    outcome = take("orders.csv", text.replace("\n", newline).encode(encoding))

    assert outcome.refused is None
    assert lines_of(rows("orders")[0])[0]["name"] == "Laterne für Gärten"


def test_a_quoted_cell_may_hold_delimiters_quotes_and_line_ends(take, rows):
    take(
        "o.csv",
        HEADER + 'A1,C7,2026-02-27,L1,"Lantern, 7"" high\nand wide",6,2.55,GBP\n' + GOOD.replace("A1", "A2"),
    )

    first, second = rows("orders")
    assert lines_of(first)[0]["name"] == 'Lantern, 7" high and wide'
    assert second["first_line"] == 4  # the quoted cell took two physical lines


def test_an_inch_mark_inside_a_cell_is_a_letter(take, rows):
    take("o.csv", HEADER + 'A1,C7,2026-02-27,L1,RECORD FRAME 7" SINGLE,6,2.55,GBP\n')

    assert lines_of(rows("orders")[0])[0]["name"] == 'RECORD FRAME 7" SINGLE'


def test_broken_rows_are_quarantined_with_their_line_in_the_file(take, reasons):
    text = (
        HEADER
        + GOOD  # line 2
        + "\n"  # an empty line is no row
        + "A2,C7,2026-02-27,L1,Lantern,6,2.55\n"  # line 4: seven cells
        + "A3,C7,2026-02-27,L1,Lantern,6,2.55,GBP,surplus\n"  # line 5: nine
        + 'A4,C7,2026-02-27,L1,"Lan"tern,6,2.55,GBP\n'  # line 6: text after the closing quote
        + 'A5,C7,2026-02-27,L1,"Lantern,6,2.55,GBP\n'  # line 7: never closed
        + "A6,C7,2026-02-27,L1,Lan\x00tern,6,2.55,GBP\n"  # line 8
    )

    outcome = take("o.csv", text)

    assert (outcome.rows_in, outcome.rows_accepted, outcome.rows_quarantined) == (6, 1, 5)
    found = reasons()
    assert sorted(found) == [4, 5, 6, 7, 8]
    assert found[4] == ["The row has 7 cells where the header has 8."]
    assert found[5] == ["The row has 9 cells where the header has 8."]
    assert found[6][0].startswith("The quotes are broken")
    assert found[7] == ["A quote is opened and never closed."]
    assert found[8] == ["The line holds control characters or NUL bytes."]


def test_surplus_empty_cells_are_no_fault(take):
    assert take("o.csv", HEADER.replace("\n", ",,\n") + GOOD.replace("\n", ",,,,\n")).rows_quarantined == 0


def test_a_line_in_another_encoding_is_quarantined_not_guessed(take, reasons, rows):
    good = "".join(GOOD.replace("A1", f"B{n}").replace("Lantern", "Kerzenständer") for n in range(3))
    odd = GOOD.replace("Lantern", "Kerzenständer").encode("cp1252")

    outcome = take("o.csv", (HEADER + good).encode() + odd)

    assert (outcome.orders_new, outcome.rows_quarantined) == (3, 1)
    assert reasons()[5][0].startswith("The line is not UTF-8 at byte ")


def test_utf_8_in_a_windows_file_is_quarantined_not_garbled(take, reasons):
    good = "".join(
        GOOD.replace("A1", f"B{n}").replace("Lantern", "Kerzenständer für Gärten") for n in range(5)
    )
    odd = GOOD.replace("Lantern", "Kerzenständer").encode()

    outcome = take("o.csv", (HEADER + good).encode("cp1252") + odd)

    assert (outcome.orders_new, outcome.rows_quarantined) == (5, 1)
    assert "mixed encodings" in reasons()[7][0]


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


def test_the_raw_row_is_kept_with_its_column_names(take, rows):
    take("o.csv", HEADER + "A1,,2026-02-27,L1,Lantern,6,2.55,GBP\n")

    (refused,) = rows("quarantine")
    assert refused["external_id"] == "A1"
    assert json.loads(refused["raw"])["unit_price"] == "2.55"


def test_missing_columns_refuse_the_file_in_one_sentence(take):
    outcome = take("o.csv", "order_id,thing,much\nA1,Lantern,6\n")

    assert "needed customer_id (customer_id, customer_no" in outcome.refused
    assert "found order_id, thing, much" in outcome.refused
    assert "--mapping" in outcome.refused


def test_a_column_that_occurs_twice_refuses_the_file(take):
    outcome = take("o.csv", HEADER.replace("sku", "quantity") + GOOD)

    assert outcome.refused == "Column 'quantity' occurs 2 times; keep one of them."


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


def test_a_cancellation_by_its_kind_has_positive_quantities(take, rows):
    take(
        "o.csv",
        HEADER.replace("\n", ",kind,cancels\n") + GOOD.replace(",6,", ",-6,").replace("\n", ",storno,A0\n"),
    )

    (order,) = rows("orders")
    assert (order["kind"], order["cancels"], lines_of(order)[0]["quantity"]) == ("cancellation", "A0", "6")


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

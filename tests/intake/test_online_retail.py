"""Online Retail: cancellations, bad debts, repeated rows, countries; and the real file where it is."""

import json
import os
from pathlib import Path

import pytest

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
ROW = "{no},{code},{name},{quantity},{at},{price},{customer},{country}\n"
REAL = Path(os.environ.get("FAKTURO_TEST_DATA", "../shared/data")) / "online_retail"


def row(no="536365", code="85123A", name="HEART LANTERN", quantity=6, at="2010-12-01 08:26:00", price=2.55,
        customer="17850.0", country="United Kingdom"):  # fmt: skip
    return ROW.format(**locals())


def orders_of(rows):
    return {each["external_id"]: each for each in rows("orders")}


@pytest.fixture
def retail(take):
    return lambda *lines: take("retail.csv", HEADER + "".join(lines), mapping="online_retail")


def test_reads_a_line_in_pounds_with_a_whole_customer_number(retail, rows):
    retail(row(country="EIRE"))

    order = json.loads(rows("orders")[0]["content"])
    assert order["customer"] == {"id": "17850", "country": "IE"}
    assert (order["currency"], order["ordered_on"]) == ("GBP", "2010-12-01")


def test_a_place_that_is_no_country_keeps_its_name(retail, rows):
    retail(row(country="Channel Islands"))

    customer = json.loads(rows("orders")[0]["content"])["customer"]
    assert customer == {"id": "17850", "country_name": "Channel Islands"}


def test_a_row_that_repeats_another_is_a_duplicate(retail, rows):
    outcome = retail(row(), row(), row(code="22423"))

    assert (outcome.rows_in, outcome.rows_accepted, outcome.rows_duplicate) == (3, 2, 1)
    assert rows("orders")[0]["line_count"] == 2


def test_dirty_rows_are_quarantined_with_all_reasons(retail, reasons):
    outcome = retail(
        row(customer="", quantity=-3, price=0),
        row(no="A563185", code="B", name="Adjust bad debt", quantity=1, price=-11062.06, customer=""),
        row(no="C536379", quantity=3),
    )

    assert outcome.orders_new == 0
    assert reasons() == {
        2: [
            "customer_id is missing.",
            "quantity -3 must be above 0; only cancellations take back.",
            "unit_price 0 must be above 0.",
        ],
        3: [
            "customer_id is missing.",
            "unit_price -11062.06 must be above 0.",
            "This is a bad debt adjustment, not an order.",
        ],
        4: ["quantity 3 of a cancellation must be below 0."],
    }


def test_a_pseudo_article_is_an_ordinary_line(retail, rows):
    retail(row(code="POST", name="POSTAGE", quantity=1, price=18))

    assert rows("orders")[0]["status"] == "queued"


def test_a_cancellation_takes_back_the_one_order_that_covers_it(retail, rows):
    retail(
        row(),
        row(code="22423", price=10.95, quantity=2),
        row(no="C536400", quantity=-4, at="2010-12-02 09:00:00"),
        row(no="C536400", code="22423", price=10.95, quantity=-2, at="2010-12-02 09:00:00"),
    )

    cancellation = orders_of(rows)["C536400"]
    assert (cancellation["kind"], cancellation["status"]) == ("cancellation", "queued")
    assert cancellation["cancels"] == "536365"
    content = json.loads(cancellation["content"])
    assert (content["kind"], content["cancels"]) == ("cancellation", "536365")
    assert [line["quantity"] for line in content["lines"]] == ["4", "2"]


@pytest.mark.parametrize(
    ("other", "cancelled"),
    [
        (row(no="536366", at="2010-12-01 09:00:00"), {}),
        (row(no="536366", code="1"), {"quantity": -7}),
        (row(no="536366", code="1"), {"price": 2.54}),
        (row(no="536366", code="1"), {"customer": "17851"}),
        (row(no="536366", code="1"), {"at": "2010-11-30 09:00:00"}),
        (row(no="536366", code="1"), {"code": "99999"}),
    ],
    ids=[
        "two orders cover it",
        "more than ordered",
        "other price",
        "other customer",
        "before it",
        "other article",
    ],
)
def test_a_cancellation_whose_order_is_not_certain_names_none(retail, rows, other, cancelled):
    retail(row(), other, row(**{"no": "C536400", "quantity": -4, "at": "2010-12-02 09:00:00"} | cancelled))

    assert orders_of(rows)["C536400"]["cancels"] is None


def test_a_cancellation_finds_an_order_of_an_earlier_file(take, rows):
    take("one.csv", HEADER + row() + row(no="536366", code="1"), mapping="online_retail")
    body = HEADER + row(no="C536400", quantity=-4, at="2010-12-02 09:00:00")
    take("two.csv", body, mapping="online_retail")

    assert orders_of(rows)["C536400"]["cancels"] == "536365"


def test_a_link_that_we_found_is_no_part_of_what_was_asked_for(take):
    cancellation = row(no="C536400", quantity=-4, at="2010-12-02 09:00:00")
    take("alone.csv", HEADER + cancellation, mapping="online_retail")
    outcome = take("with its order.csv", HEADER + row() + cancellation, mapping="online_retail")

    assert (outcome.orders_new, outcome.orders_duplicate, outcome.orders_conflict) == (1, 1, 0)


def test_an_order_in_ledger_and_file_counts_once(take, rows):
    take("one.csv", HEADER + row(quantity=3), mapping="online_retail")
    body = HEADER + row(quantity=3) + row(no="C536400", quantity=-4, at="2010-12-02 09:00:00")
    take("two.csv", body, mapping="online_retail")

    assert orders_of(rows)["C536400"]["cancels"] is None


@pytest.mark.skipif(not REAL.is_dir(), reason="the real data is not here")
def test_the_real_file_is_reconciled_exactly(sqlite_engine, settings, now):
    from fakturo.intake.ingest import ingest_file

    (path,) = REAL.glob("*.parquet")
    found = ingest_file(sqlite_engine, settings, path, mapping="online_retail", now=now)

    assert (found.rows_in, found.rows_duplicate) == (748_841, 8_556)
    assert found.rows_in == found.rows_accepted + found.rows_duplicate + found.rows_quarantined
    assert (found.rows_quarantined, found.orders_new) == (169_145, 33_388)

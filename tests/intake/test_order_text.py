"""Order texts: understood as a whole, or left to the model; never half, never wrong."""

import json
import os
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakturo.intake.letters.order_text import understand

REAL = Path(os.environ.get("FAKTURO_TEST_DATA", "../shared/data")) / "order_texts" / "order_emails.jsonl"
TODAY = date(2026, 3, 2)

BULLETS = """Subject: Order PO-69294

Hello,

Please supply the following:

- 2 x RED SPOTTY ROUND CAKE TINS (21217) @ £9.95
- 12 x SET OF 6 RIBBONS (21232) @ £1.25 each

Deliver to our United Kingdom address. Account 14560.

Thanks
"""
TABLE = """PO PO-83370
Customer no: 12863

Code\tDescription\tQty\tUnit price
21231\tSWEETHEART CERAMIC TRINKET BOX\t24\t1.25
22197\tSMALL POPCORN HOLDER\t100\t0.72
"""
SEMICOLONS = """PO-69222;15061;United Kingdom
sku;qty;price
22423;32;10,95
22424;1;1.010,95
"""
BLOCKS = """Purchase order number: PO-76563
Date: 23 November 2010
Buyer account: 16821

Line 1
  Item: 22283
  Description: 6 EGG HOUSE PAINTED WOOD
  Quantity: 2 EA
  Price: EUR 7.95

Line 2
  Item: 22762
  Description: CUPBOARD 3 DRAWER
  Quantity: 1 EA
  Price: EUR 14.95
"""


def read(text, seller_currency="GBP"):
    found = understand(text, seller_currency=seller_currency, today=TODAY)
    return None if found is None else found.order


def lines(order):
    return [(line.code, line.name, line.quantity, line.unit_price) for line in order.lines]


def test_bullets():
    order = read(BULLETS)

    assert (order.external_id, order.customer.id, order.po_number) == ("14560/PO-69294", "14560", "PO-69294")
    assert (order.currency, order.ordered_on, order.customer.country) == ("GBP", TODAY, "GB")
    assert lines(order) == [
        ("21217", "RED SPOTTY ROUND CAKE TINS", 2, Decimal("9.95")),
        ("21232", "SET OF 6 RIBBONS", 12, Decimal("1.25")),
    ]


def test_a_table_with_tabs_takes_the_sellers_currency():
    order = read(TABLE, "CHF")

    assert order.currency == "CHF"
    assert lines(order)[1] == ("22197", "SMALL POPCORN HOLDER", 100, Decimal("0.72"))


def test_a_table_with_semicolons_decimal_commas_and_no_names():
    order = read(SEMICOLONS)

    assert (order.po_number, order.customer.id, order.customer.country) == ("PO-69222", "15061", "GB")
    assert lines(order) == [
        ("22423", "22423", 32, Decimal("10.95")),
        ("22424", "22424", 1, Decimal("1010.95")),
    ]


def test_a_table_drawn_with_pipes():
    text = (
        "PO-1234 | 15061\n| sku | qty | price | total |\n|-----|-----|---|---|\n| AB-1 | 2 | 3.50 | 7.00 |\n"
    )

    assert lines(read(text)) == [("AB-1", "AB-1", 2, Decimal("3.5"))]


def test_blocks_of_keys_and_values():
    order = read(BLOCKS)

    assert (order.currency, order.ordered_on) == ("EUR", date(2010, 11, 23))
    assert lines(order)[0] == ("22283", "6 EGG HOUSE PAINTED WOOD", 2, Decimal("7.95"))


def test_a_total_that_agrees_is_understood():
    assert read(BULLETS.replace("Thanks", "Net total: £34.90\n\nThanks")) is not None  # 2 x 9.95 + 12 x 1.25


LEFTOVERS = {
    "correction": "Sorry, make the first one 6, not 13.",
    "second thought": "PS: ignore line 2",
    "condition": "Only if you can deliver by Friday.",
    "tax": "Prices incl. VAT",
    "quote": "> - 2 x OTHER THING (21219) @ £1.00",
    "second order": "Our reference is PO-99999",
    "second account": "Account 99999",
    "wrong total": "Net total: £34.91",
    "unclear total": "Total: £34.90",
    "negative": "- -2 x LANTERN (21218) @ £9.95",
    "zero": "- 0 x LANTERN (21218) @ £9.95",
    "free": "- 1 x LANTERN (21218) @ £0.00",
    "per dozen": "- 2 x LANTERN (21218) @ £9.95 per dozen",
    "in the name": "- 2 x LANTERN PER DOZEN (21218) @ £9.95",
    "packs": "- 2 x LANTERN (21218) @ £9.95, each pack of 6",
    "discount": "less 10 % discount",
    "line discount": "- 2 x LANTERN (21218) @ £9.95 less 5 %",
    "other currency": "- 2 x LANTERN (21218) @ €9.95",
    "no currency": "- 2 x LANTERN (21218) @ 9.95",
    "dollar": "- 2 x LANTERN (21218) @ $9.95",
    "unknown currency": "- 2 x LANTERN (21218) @ QQQ 9.95",
    "two ways": "- 2 x LANTERN (21218) @ £1,234",
    "thousands": "- 1,000 x LANTERN (21218) @ £9.95",
    "decimal comma": "- 2 x LANTERN (21218) @ £9,95",
    "same code again": "- 3 x RED SPOTTY ROUND CAKE TINS (21217) @ £9.95",
    "words": "- two x LANTERN (21218) @ £9.95",
    "condition in a name": "- 2 x Lantern, not the red one (21218) @ £9.95",
    "cancelled": "Please cancel our last order.",
    "table too": "sku\tqty\tprice\n21219\t3\t1.25",
    "address": "Deliver to our Narnia address. Account 14560.",
    "signature": "Anna Smith, Head of Purchasing",
    "original": "-----Original Message-----",
    "other date": "Date: 03/04/2026",
}


@pytest.mark.parametrize("leftover", LEFTOVERS.values(), ids=LEFTOVERS)
@pytest.mark.parametrize(
    "at", ["Please supply the following:\n", "@ £1.25 each\n", "Thanks\n"], ids=["before", "among", "after"]
)
def test_anything_left_over_leaves_the_text_to_the_model(leftover, at):
    assert read(BULLETS.replace(at, f"{at}{leftover}\n")) is None


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [
        (BULLETS, "Subject: Order PO-69294", "Subject: Re: Order PO-69294"),
        (BULLETS, "Subject: Order PO-69294", "Hello"),
        (BULLETS, "Account 14560.", ""),
        (TABLE, "\t24\t", "\t24\t\t"),
        (TABLE, "\t24\t", "\t24 dozen\t"),
        (TABLE, "Unit price", "Price per dozen"),
        (TABLE, "Qty", "Qty ordered last year"),
        (TABLE, "0.72", "0.72 each pack of 6"),
        (TABLE, "22197\t", "\t"),
        (TABLE, "22197", "21231"),
        (TABLE, "1.25", "1,25"),
        (SEMICOLONS, "10,95", "10.950"),
        (SEMICOLONS, "22423;32", "22423;-32"),
        (SEMICOLONS, "United Kingdom", "not the usual place"),
        (BLOCKS, "Line 2", "Line 3"),
        (BLOCKS, "2 EA", "2 boxes of 12"),
        (BLOCKS, "  Quantity: 2 EA\n", ""),
        (BLOCKS, "  Quantity: 2 EA\n", "  Quantity: 2 EA\n  Quantity: 3 EA\n"),
        (BLOCKS, "  Quantity: 2 EA\n", "  Quantity: 2 EA\n  Discount: 5 %\n"),
        (BLOCKS, "EUR 14.95", "GBP 14.95"),
        (BLOCKS, "EUR 14.95", "14.95"),
        (BLOCKS, "23 November 2010", "next Monday"),
    ],
)
def test_a_slip_anywhere_leaves_the_text_to_the_model(text, old, new):
    assert old in text
    assert read(text) is not None
    assert read(text.replace(old, new, 1)) is None


def test_a_dollar_is_the_sellers_own_or_unclear():
    text = BULLETS.replace("£", "$")

    assert read(text) is None
    assert read(text, "CAD").currency == "CAD"


@pytest.mark.parametrize("text", ["Hello", "Please send two lanterns", "", "sku;qty;price", "Line 1\n"])
def test_a_text_without_order_lines_is_not_understood(text):
    assert read(text) is None


def test_an_endless_text_is_not_even_tried():
    assert read(BULLETS + "\n- 1 x LAMP (1) @ £1.00" * 3000) is None


NAMES = st.text("ABCDEFGHIKLMOPRSTUW ", min_size=3, max_size=20).map(
    lambda name: f"A{' '.join(name.split())}B"
)
LINES = st.lists(st.tuples(NAMES, st.integers(1, 99_999), st.integers(1, 999_999)), min_size=1, max_size=8)


@given(LINES, st.sampled_from(["bullets", "tabs", "blocks"]))
def test_what_is_written_is_read_back(asked, layout):
    shown = [
        (f"K{no}01", name, quantity, f"{minor // 100}.{minor % 100:02}")
        for no, (name, quantity, minor) in enumerate(asked)
    ]
    text = {
        "bullets": lambda: (
            "Order PO-777\nAccount 4711\n" + "\n".join(f"- {q} x {n} ({c}) @ EUR {p}" for c, n, q, p in shown)
        ),
        "tabs": lambda: (
            "PO-777;4711\nsku\tname\tqty\tprice\n"
            + "\n".join(f"{c}\t{n}\t{q}\t{p} EUR" for c, n, q, p in shown)
        ),
        "blocks": lambda: (
            "PO: PO-777\nCustomer: 4711\n"
            + "\n".join(
                f"\nLine {no}\nItem: {c}\nDescription: {n}\nQuantity: {q}\nPrice: €{p}"
                for no, (c, n, q, p) in enumerate(shown, start=1)
            )
        ),
    }[layout]()

    order = read(text)

    assert (order.currency, order.external_id) == ("EUR", "4711/PO-777")
    assert lines(order) == [(c, n, q, Decimal(p)) for c, n, q, p in shown]


@given(st.text(max_size=400))
def test_no_text_makes_the_parser_fail(text):
    read(text)


@given(st.lists(st.sampled_from((BULLETS + TABLE + SEMICOLONS + BLOCKS).split("\n")), max_size=30))
def test_shuffled_lines_give_one_account_and_one_order_or_nothing(shuffled):
    order = read("\n".join(shuffled))

    if order is not None:
        text = "\n".join(shuffled)
        assert order.po_number in text
        assert order.customer.id in text
        assert len({line.code for line in order.lines}) == len(order.lines)


@pytest.mark.skipif(not REAL.is_file(), reason="the real texts are not here")
def test_of_250_real_texts_none_is_read_wrong():
    understood = 0
    for record in map(json.loads, REAL.read_text().splitlines()):
        order, truth = read(record["text"]), record["truth"]
        if order is None:
            continue
        understood += 1
        assert (order.po_number, order.customer.id) == (truth["po_number"], truth["customer_id"])
        assert order.currency == truth["currency"]
        assert [(line.code, line.quantity, line.unit_price) for line in order.lines] == [
            (line["sku"], line["qty"], Decimal(str(line["unit_price"]))) for line in truth["lines"]
        ]
    assert understood == 199

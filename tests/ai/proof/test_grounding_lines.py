"""A line that can be read in two ways is a finding; units, packs, signs and names decide nothing by luck."""

import pytest

from fakturo.ai.proof.grounding import ground
from fakturo.seller import Seller
from tests.ai.proof.drafts_of_letters import SELLER, codes, reading

ASK = "Hi team, this is account 12765. Could we get {} Our reference is PO-71033. Many thanks!"


@pytest.mark.parametrize(
    ("wish", "line", "code"),
    [
        ("12 of the mug (item 22551, £1.65 per dozen)?", ("22551", "mug", "12", "1.65"), "caution"),
        ("12 of the mug (item 22551, £1.65 per 10)?", ("22551", "mug", "12", "1.65"), "lines_differ"),
        ("12 of the mug (item 22551, £1.65 the pair)?", ("22551", "mug", "12", "1.65"), "packs"),
        ("12 of the mug (item 22551, £1.65/100)?", ("22551", "mug", "12", "1.65"), "number_left_over"),
        ("two boxes of the mug (item 22551, £1.65 each)?", ("22551", "mug", "2", "1.65"), "packs"),
        ("two boxes of twelve mugs (item 22551, £9 each)?", ("22551", "mugs", "24", "9"), "lines_differ"),
        ("10-20 of the mug (item 22551, £1.65 each)?", ("22551", "mug", "10", "1.65"), "number_left_over"),
        ("10 or 20 of the mug (item 22551, £1.65 each)?", ("22551", "mug", "10", "1.65"), "lines_differ"),
        ("about 20 of the mug (item 22551, £1.65 each)?", ("22551", "mug", "20", "1.65"), "caution"),
        (
            "10 of the mug (item 22551, £1.65 or £1.55 each)?",
            ("22551", "mug", "10", "1.65"),
            "price_left_over",
        ),
        ("10 of the mug (item 22551, £16.50)?", ("22551", "mug", "10", "16.50"), "price_of_what"),
        ("10 of the mug (item 22551, £16.50 total)?", ("22551", "mug", "10", "16.50"), "price_of_what"),
        ("10 of the mug (item 22551) for £16.50?", ("22551", "mug", "10", "16.50"), "price_of_what"),
        ("10 of the mug (item 22551, £1.65 each, less 10%)?", ("22551", "mug", "10", "1.65"), "caution"),
        ("10 of the mug (item 22551, £1,234 each)?", ("22551", "mug", "10", "1.234"), "number_ambiguous"),
        ("10 of the mug (item 22551, £1,234 each)?", ("22551", "mug", "10", "1234"), "number_ambiguous"),
        ("-5 of the mug (item 22551, £1.65 each)?", ("22551", "mug", "5", "1.65"), "number_negative"),
        ("5 of the mug (item 22551, -£1.65 each)?", ("22551", "mug", "5", "1.65"), "number_negative"),
        ("5 of the mug (item 22551, £1.65- each)?", ("22551", "mug", "5", "1.65"), "number_negative"),
        ("5k of the mug (item 22551, £1.65 each)?", ("22551", "mug", "5", "1.65"), "quantity_not_found"),
        ("5 ½ of the mug (item 22551, £1.65 each)?", ("22551", "mug", "5", "1.65"), "lines_differ"),
        ("5 of the mug (item 22551, £0.00 each)?", ("22551", "mug", "5", "0"), "price_zero"),
        ("5 of the mug (item 22551, 7 each)?", ("22551", "mug", "5", "7"), "price_unmarked"),
        ("5 of the mug (item 22551, A$7 each)?", ("22551", "mug", "5", "7"), "currency_wrong"),
        ("5 of the mug (item 22551, CAD $7 each)?", ("22551", "mug", "5", "7"), "currency_wrong"),
        ("5 of the mug (item 22551, $7 CAD each)?", ("22551", "mug", "5", "7"), "currency_wrong"),
        ("5 of the mug (item 22551, £7 EUR each)?", ("22551", "mug", "5", "7"), "currency_wrong"),
        ("2 x 10 mugs (item 22551, £7 each)?", ("22551", "10 mugs", "2", "7"), "packs"),
        ("2 of the mug x 3 (item 22551, £7 each)?", ("22551", "mug x 3", "2", "7"), "name_holds_more"),
        ("5 of the mug (item 22551, ¥7 each)?", ("22551", "mug", "5", "7"), "currency_unclear"),
        ("5 of the mug (item 22551, €7 each)?", ("22551", "mug", "5", "7"), "currency_wrong"),
        (
            "5 of the mug and the cup (item 22551, £7 each)?",
            ("22551", "mug and the cup", "5", "7"),
            "name_holds_more",
        ),
        (
            "5 of the mug, 3 of the cup (item 22551, £7 each)?",
            ("22551", "mug, 3 of the cup", "5", "7"),
            "name_holds_more",
        ),
        ("5 of the mug (item 22551, £7 each)?", ("22552", "mug", "5", "7"), "code_not_found"),
        ("5 of the mug (item 22551, £7 each)?", ("", "jug", "5", "7"), "name_not_found"),
        ("\u0665 of the mug (item 22551, £7 each)?", ("22551", "mug", "5", "7"), "odd_digits"),
    ],
)
def test_an_unclear_line_is_a_finding(wish, line, code):
    assert code in codes(reading([line]), ASK.format(wish))


def test_two_currencies_are_a_finding():
    text = ASK.format("5 of the mug (item 22551, £7 each), 5 of the cup (item 22552, €7 each)?")
    lines = [("22551", "mug", "5", "7"), ("22552", "cup", "5", "7")]
    assert "currencies_mixed" in codes(reading(lines), text)


@pytest.mark.parametrize(("home", "expected"), [("CAD", "CAD"), ("GBP", "USD")])
def test_a_dollar_is_the_sellers_dollar_or_else_american(home, expected):
    text = ASK.format("5 of the mug (item 22551, $7 each)?")
    found = ground(
        reading([("22551", "mug", "5", "7")], currency=expected), text, seller=Seller(currency=home)
    )
    assert (found.currency, found.findings) == (expected, ())


@pytest.mark.parametrize(
    ("written", "currency"),
    [
        ("A$7", "AUD"),
        ("US$7", "USD"),
        ("CAD $7", "CAD"),
        ("$7 CAD", "CAD"),
        ("R$7", "BRL"),
        ("Fr. 7", "CHF"),
        ("CNY 7", "CNY"),
    ],
)
def test_a_currency_is_told_by_sign_and_code_together(written, currency):
    text = ASK.format(f"5 of the mug (item 22551, {written} each)?")
    found = ground(reading([("22551", "mug", "5", "7")], currency=currency), text, seller=SELLER)
    assert (found.currency, found.findings) == (currency, ())


def test_a_sentence_that_only_reports_is_no_order():
    text = "This is account 12765, PO-71033. We have 5 of the mug (item 22551, £7 each)."
    assert codes(reading([("22551", "mug", "5", "7")]), text) == {"no_request"}


def test_an_unknown_name_gives_way_to_the_code():
    found = ground(
        reading([("22551", "Large red coffee mug", "5", "7")]),
        ASK.format("5 of the red mug (item 22551, £7 each)?"),
        seller=SELLER,
    )
    assert (found.findings, found.names) == ((), ("22551",))

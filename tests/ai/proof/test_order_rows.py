"""Rows of a letter by kind, and what the others may change; expected rows by reading."""

import pytest

from fakturo.ai.proof.amounts_in_text import find_items
from fakturo.ai.proof.beside import matters, other_numbers, terms, unexplained
from fakturo.ai.proof.cautions import Caution
from fakturo.ai.proof.order_rows import Rows, find_rows, names_goods
from fakturo.ai.proof.proposal import ProposedLine
from fakturo.ai.proof.spans import Spans

CODED = [ProposedLine(code="22551", name="red mug", quantity="24", unit_price="1.65")]
UNCODED = [ProposedLine(code=None, name="red mug", quantity="24", unit_price="1.65")]
ORDER = "24 red mugs (22551) at £1.65 each."


def kinds(text, lines=CODED):
    rows = find_rows(text, find_items(text), lines)
    return {
        kind: [said for span in getattr(rows, kind) if (said := text[slice(*span)].strip())]
        for kind in Rows._fields
    }


def found(check, sentence, lines=CODED, **more):
    text = f"{ORDER}\n{sentence}"
    items = find_items(text)
    rows = find_rows(text, items, lines)
    arguments = {"items": items, "rows": rows, "lines": lines} | more
    wanted = check.__code__.co_varnames[1 : check.__code__.co_argcount]
    return [each.code for each in check(text, *(arguments[name] for name in wanted))]


def test_each_row_is_of_one_kind():
    text = f"Hi Jane.\n{ORDER}\nThe mugs are lovely.\nLeave it by the gate.\nOur shop is in Leeds."
    assert kinds(text) == {
        "order": [ORDER],
        "goods": ["The mugs are lovely."],
        "loose": ["Leave it by the gate."],
        "beside": ["Hi Jane.", "Our shop is in Leeds."],
    }


@pytest.mark.parametrize("anchor", ["22551", "red mug"])
def test_a_line_may_be_written_one_below_the_other(anchor):
    lines = CODED if anchor == "22551" else UNCODED
    text = f"{anchor}\n24\n£1.65\nOur shop is in Leeds."
    assert kinds(text, lines)["order"] == [anchor, "24", "£1.65"]
    assert kinds(text, lines)["beside"] == ["Our shop is in Leeds."]


def test_a_product_that_is_only_mentioned_orders_nothing():
    text = f"Your red mug 22551 sells well.\n\nMany greetings.\n\nWe are all fine.\n\n{ORDER}"
    assert kinds(text)["order"] == [ORDER]
    assert kinds(text)["goods"] == ["Your red mug 22551 sells well."]


def test_a_letter_without_the_thing_has_no_order_row():
    assert kinds("24 plates at £1.65 each.")["order"] == []


@pytest.mark.parametrize(
    ("said", "expected"),
    [("the mugs", True), ("item 22551", True), ("a red scarf", False), ("our shop", False)],
)
def test_goods_are_named_by_a_telling_word_or_a_code(said, expected):
    assert names_goods(said, CODED) is expected


@pytest.mark.parametrize(
    ("code", "word", "sentence", "expected"),
    [
        ("whole_order", "cancel", "cancel my holiday", True),
        ("correction", "not", "the mugs are not", True),
        ("correction", "instead", "it is there instead", True),
        ("correction", "instead", "our shop is here instead", False),
        ("refers_elsewhere", "as usual", "the mugs as usual", False),
        ("condition", "if", "if the price holds", True),
        ("condition", "if", "if the sun shines", False),
    ],
)
def test_a_word_of_caution_counts_where_it_may_reach_the_order(code, word, sentence, expected):
    text = f"{ORDER}\n{sentence}"
    rows = find_rows(text, find_items(text), CODED)
    assert matters(Caution(code, word, text.index(word, len(ORDER))), text, rows) is expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("The prices are in hundreds.", ["caution"]),
        ("Prices in EUR.", ["caution"]),
        ("Prices in GBP.", []),
        ("Prices are per piece.", []),
    ],
)
def test_prices_and_quantities_as_such_are_no_small_talk(sentence, expected):
    assert found(terms, sentence, harmless=Spans([]), currency="GBP") == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [("Account 11111.", ["number_left_over"]), ("Our shop is at 12 Mill Lane.", [])],
)
def test_a_number_that_stands_as_another_customers_is_noticed(sentence, expected):
    assert found(other_numbers, sentence, header=[]) == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("We paid £5.00.", ["price_left_over"]),
        ("Also 6 plates.", ["number_left_over"]),
        ("6 plates", ["number_left_over"]),
        ("Our shop is at 12 Mill Lane.", []),
        ("We are back in 3 weeks.", []),
        ("We have one shop.", []),
    ],
)
def test_a_number_beside_the_order_is_noticed_where_it_may_order(sentence, expected):
    assert found(unexplained, sentence) == expected

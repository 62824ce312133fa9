"""A correction means one line and one quantity, or a person reads it; the old value is never proved."""

import pytest

from fakturo.ai.proof.corrections import find_corrections
from tests.ai.proof.drafts_of_letters import PLAIN, PLAIN_DE, TWO, TWO_DE, codes, corpus, reading

CORPUS = corpus("corrections.toml")
ORDERS = {"english": (PLAIN, TWO, "GBP"), "german": (PLAIN_DE, TWO_DE, "EUR")}
CASES = [(group, said) for group in ORDERS for said in CORPUS[group]]


def ordering(lines, quantities):
    return [
        (code, name, str(quantity), price)
        for (code, name, _, price), quantity in zip(lines, quantities, strict=True)
        if quantity
    ]


@pytest.mark.parametrize(("group", "said"), CASES)
def test_the_corrected_order_is_proved(group, said):
    text, lines, currency = ORDERS[group]
    right = reading(ordering(lines, CORPUS[group][said]), currency=currency)
    assert codes(right, f"{text} {said}") == set()


@pytest.mark.parametrize(("group", "said"), CASES)
def test_the_order_before_its_correction_is_not_proved(group, said):
    text, lines, currency = ORDERS[group]
    assert codes(reading(lines, currency=currency), f"{text} {said}")


@pytest.mark.parametrize("said", CORPUS["review"])
def test_a_correction_with_a_doubt_is_never_proved(said):
    letter = f"{PLAIN} {said}"
    new = CORPUS["review"][said]
    for mugs, cups in ((24, 6), (new, 6), (24, new), (24 - new, 6), (24 + new, 6), (18, 6), (new, 0), (0, 6)):
        assert codes(reading(ordering(TWO, (mugs, cups))), letter), (mugs, cups)


def test_a_total_must_agree_with_the_corrected_order():
    letter = PLAIN + " PS: make the first one 6."
    right = reading(ordering(TWO, (6, 6)))
    assert codes(right, letter + " Total £27.60.") == set()  # 6 x 1.65 + 6 x 2.95
    assert codes(right, letter + " Total £57.30.") == {"total_differs"}


def test_a_correction_that_stands_before_a_line_is_unclear():
    letter = "Please change item 22551 to 6. " + PLAIN
    assert "correction_unclear" in codes(reading(ordering(TWO, (6, 6))), letter)


def test_two_lines_that_could_be_meant_are_unclear():
    letter = PLAIN.replace("blue cup", "blue mug") + " Sorry, change the mugs to 8."
    lines = (("22551", "red mug", "8", "1.65"), ("22555", "blue mug", "6", "2.95"))
    assert "correction_unclear" in codes(reading(lines), letter)


def test_an_old_quantity_that_two_lines_have_is_unclear():
    letter = PLAIN.replace("two dozen", "six") + " PS: actually 8 not 6."
    lines = (("22551", "red mug", "8", "1.65"), ("22555", "blue cup", "6", "2.95"))
    assert "correction_unclear" in codes(reading(lines), letter)


def test_a_long_sentence_is_no_correction():
    said = "please make the first one of all the many things that we asked for in this letter of ours, "
    assert find_corrections(said * 3 + "6.") == []

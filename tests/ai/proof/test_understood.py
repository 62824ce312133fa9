"""What a row beside the order may say: each sentence was read by hand as harmless, or as one that is not."""

import pytest

from fakturo.ai.proof.amounts_in_text import find_items
from fakturo.ai.proof.order_rows import find_rows
from fakturo.ai.proof.proposal import ProposedLine
from fakturo.ai.proof.understood import LONGEST_ROW, not_understood

ORDER = "24 red mugs (22551) at £1.65 each."
LINES = [ProposedLine(code="22551", name="red mug", quantity="24", unit_price="1.65")]


def left_of(sentence, lines=LINES):
    text = f"{ORDER}\n{sentence}"
    items = find_items(text)
    findings = not_understood(text, items, find_rows(text, items, lines), lines, [])
    return [finding.message.split("'")[1] for finding in findings]


@pytest.mark.parametrize(
    "sentence",
    [
        "Please deliver to reception by Friday.",
        "Ship to: The Angel, 4 Bridge Street, Wetherby LS22 6PD",
        "Deliveries to the front office only, between 9.00 and 14.30, please.",
        "DELIVER TO STAND 14, FOOD MUSEUM, STOWMARKET",
        "We are closed on Mondays.",
        "Our account is 12765, our reference PO-71033.",
        "We would like to place the following order:",
        "Could you confirm the order, please?",
        "The invoice should go to our accounts department.",
        "Many thanks for your help, Imogen",
        "Sue White",
        "Red Mug Catering Ltd",
        "J. R. Pennard",
        "Purchasing Coordinator",
        "Bitte liefern Sie bis zum 4. Dezember an unsere Filiale in der Bahnhofstraße 12, 35390 Gießen.",
        "Anlieferung nur vormittags, am Montag ist Ruhetag.",
        "Rechnung bitte an unsere Buchhaltung.",
        "Mit freundlichen Grüßen",
        "i. A. Svenja Klotz",
        "Code | Description | Qty | Unit price",
    ],
)
def test_what_is_only_courtesy_delivery_head_asking_or_a_name_is_understood(sentence):
    assert left_of(sentence) == []


@pytest.mark.parametrize(
    ("sentence", "left"),
    [
        ("And a teapot", "a teapot"),
        ("Please deliver nothing.", "nothing"),
        ("Please deliver the mugs by Friday.", "mugs"),
        ("Deliver 3 by Friday.", "0"),
        ("Thanks, but no thanks.", "but no"),
        ("No delivery, please.", "no"),
        ("White", "white"),
        ("Sample", "sample"),
        ("Specimen Copy", "specimen copy"),
        ("Musterbestellung", "musterbestellung"),
        ("Not for the shop.", "not for the shop"),
        ("Rechnung bitte an den Förderverein.", "rechnung an den Förderverein"),
    ],
)
def test_a_row_that_says_more_goes_to_a_person(sentence, left):
    assert left_of(sentence) == [left]


def test_a_thing_that_is_written_with_a_capital_is_never_a_name():
    lines = [ProposedLine(code="22551", name="Becher rot", quantity="24", unit_price="1.65")]
    assert left_of("Weitere Becher", lines) == ["Weitere becher"]


def test_a_very_long_sentence_is_not_understood():
    assert left_of("Please deliver by Friday, " * (LONGEST_ROW // 20)) != []

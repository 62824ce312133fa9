"""The proof is quick on long orders, and no text makes it slow: times are processor seconds, with room."""

import time
from decimal import Decimal
from random import Random

import pytest

from fakturo.ai.drafting import LONGEST_TEXT
from fakturo.ai.proof.grounding import ground
from fakturo.ai.proof.proposal import Proposal, ProposedLine
from tests.ai.proof.drafts_of_letters import SELLER, TWO, reading
from tests.ai.proof.letter_layouts import Hand, Line, bullets

LETTERS = LONGEST_TEXT * 2 // 5
LONGEST_S = 4.0
"""For 40,000 letters; .03 to 1 s, 2.5 s under coverage beside other work. One quadratic pattern took 12 s."""
HOSTILE = (
    "-",
    ".",
    "!?",
    "> ",
    ">\n",
    "\n",
    " \n",
    "\t",
    "a-",
    "1.",
    "1,",
    "1'",
    "1 ",
    "9",
    "£",
    "£1",
    "EUR ",
    "<a ",
    "<!--",
    "<style",
    "&amp;",
    "&",
    "=20",
    "=C2=A3",
    "a.b",
    "(",
    "one ",
    "two hundred and ",
    "hundert",
    "dozen ",
    "qty price ",
    "make the first one 6 and ",
    "make the first one 6, not 13. ",
    "bitte 6 statt 13 ",
    "On x wrote:\n",
    "From: x\n",
    "display ",
    "account 1 ",
    "Tel 0 0 0 0 ",
    "Mon-Fri 9:00 ",
    "1 High Street, ",
    "red mug ",
    "22551 ",
    "22551",
    "Hi ",
    "jo@",
    "\u200b",
    "é",
    "İ",
)


def seconds(proposal, text):
    start = time.process_time()
    findings = ground(proposal, text, seller=SELLER).findings
    return time.process_time() - start, findings


def letters(number):
    """A word without digits, another for each number."""
    return "q" + "".join(chr(97 + int(digit)) for digit in str(number))


def order(count):
    chance = Random(1)
    lines = [
        Line(
            str(20000 + no),
            f"red mug {letters(no)}",
            12,
            Decimal("1.65"),
        )
        for no in range(count)
    ]
    text = "Account 12765, PO-71033\n\n" + bullets(Hand(chance, "en", "GBP"), lines)
    drafted = [
        ProposedLine(code=line.code, name=line.name, quantity=line.quantity, unit_price=line.price)
        for line in lines
    ]
    return text, Proposal(customer_id="12765", po_number="PO-71033", currency="GBP", lines=drafted)


@pytest.mark.parametrize(("count", "at_most_s"), [(200, 0.25), (1000, 1.5)])
def test_a_long_order_is_proved_in_time(count, at_most_s):
    """Measured .04 s and .25 s; the bounds leave room for a busy machine."""
    text, proposal = order(count)
    took, findings = seconds(proposal, text)
    assert findings == ()
    assert took < at_most_s


@pytest.mark.parametrize("part", HOSTILE, ids=repr)
def test_no_text_makes_the_proof_slow(part):
    text = (part * (LETTERS // len(part) + 1))[:LETTERS]
    took, _ = seconds(reading(TWO), text + " x")
    assert took < LONGEST_S

"""The proof grows with its text, not with its square: two lengths in one run, so no machine is too slow."""

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
NOISE_S = 0.3
"""Processor seconds: what a machine with other work may add. The slowest text takes 1 s, a pattern that was
quadratic took 12 s."""
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


def grows_at_most(times, short, long):
    """Whether the longer one takes at most so many times as long; a machine may stumble now and then."""
    return any(seconds(*long)[0] < times * seconds(*short)[0] + NOISE_S for _ in range(3))


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


def test_an_order_of_five_times_the_lines_takes_about_five_times_as_long():
    """Measured .04 s and .25 s; in the square it were 25 times."""
    (short, few), (long, many) = order(200), order(1000)
    assert seconds(many, long)[1] == ()
    assert grows_at_most(10, (few, short), (many, long))


@pytest.mark.parametrize("part", HOSTILE, ids=repr)
def test_no_text_makes_the_proof_slow(part):
    text = (part * (LETTERS // len(part) + 1))[:LETTERS]
    quarter = text[: LETTERS // 4]
    assert grows_at_most(8, (reading(TWO), quarter + " x"), (reading(TWO), text + " x"))

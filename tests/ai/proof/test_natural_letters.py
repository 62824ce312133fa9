"""Letters as customers write them, by another hand than the proof: 240 orders, and 120 that are none.

Each line of natural_letters.jsonl is a letter with its right reading (null: no clear order) and with readings
that must never be proved. Lines of a reading are code, name, quantity, unit price.
"""

import json
from pathlib import Path

import pytest

from fakturo.ai.proof.grounding import ground
from fakturo.ai.proof.proposal import Proposal
from tests.ai.proof.drafts_of_letters import SELLER

LETTERS = [
    json.loads(line)
    for line in Path(__file__).with_name("natural_letters.jsonl").read_text("utf-8").splitlines()
]
PROVED_AT_LEAST = 59
"""Of 240; the rest wait for a person. 91 before each sentence beside the order had to be understood."""


def is_proved(reading, text):
    names = ("code", "name", "quantity", "unit_price")
    lines = [dict(zip(names, line, strict=True)) for line in reading["lines"]]
    proposal = Proposal.model_validate(reading | {"lines": lines, "doubts": []})
    return not ground(proposal, text, seller=SELLER).findings


@pytest.mark.parametrize("letter", LETTERS, ids=[letter["id"] for letter in LETTERS])
def test_no_wrong_reading_of_a_natural_letter_is_proved(letter):
    assert [each for each in letter["wrong"] if is_proved(each, letter["text"])] == []


def test_as_many_right_readings_are_proved_as_before():
    right = [letter for letter in LETTERS if letter["right"]]
    proved = sum(is_proved(letter["right"], letter["text"]) for letter in right)
    assert len(right) == 240
    assert proved >= PROVED_AT_LEAST

"""Letters of the test corpora, and drafts of them as a model would answer."""

import tomllib
from pathlib import Path

from fakturo.ai.proof.grounding import ground
from fakturo.ai.proof.proposal import Proposal, ProposedLine
from fakturo.seller import Seller

SELLER = Seller()
FOLDER = Path(__file__).parent


def corpus(name):
    """A corpus of this folder."""
    return tomllib.loads((FOLDER / name).read_text("utf-8"))


def reading(lines, customer="12765", po_number="PO-71033", currency="GBP", doubts=()):
    """A model's answer; lines are code, name, quantity, unit price."""
    return Proposal(
        customer_id=customer,
        po_number=po_number,
        currency=currency,
        lines=[
            ProposedLine(code=code or None, name=name, quantity=quantity, unit_price=price)
            for code, name, quantity, price in lines
        ],
        doubts=doubts,
    )


def of_letter(letter):
    """The right answer to a letter of letters.toml."""
    return reading(letter["lines"], letter["customer"], letter.get("po_number"), letter["currency"])


def codes(proposal, text):
    """Codes of the findings; empty: proved."""
    return {finding.code for finding in ground(proposal, text, seller=SELLER).findings}


HOSTILE = corpus("hostile_orders.toml")
PLAIN = HOSTILE["plain"]["text"]
PLAIN_DE = HOSTILE["plain_de"]["text"]
TWO = (("22551", "red mug", "24", "1.65"), ("22555", "blue cup", "6", "2.95"))
TWO_DE = (("22551", "Becher rot", "24", "1.65"), ("22555", "Tassen blau", "6", "2.95"))

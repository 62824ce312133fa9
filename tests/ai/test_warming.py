"""After warming up, no large pattern is left to compile when the first letter comes."""

import re
import sys

import pytest

from fakturo.ai.proof.grounding import ground
from fakturo.ai.proof.proposal import Proposal
from fakturo.ai.warming import warm
from tests.ai.proof.drafts_of_letters import SELLER

LETTERS = {
    "english": (
        "Hello,\n\nwe need 4 x lantern LN-104 at 14.50 EUR each.\n\n"
        "PS: sorry, the first one should be 5, not 4.\n\nBest wishes\nTom"
    ),
    "german": (
        "Hallo,\n\nbitte 4 Stück Laterne LN-104 zu je 14,50 EUR.\n\n"
        "PS: Korrektur: beim ersten bitte 5 statt 4.\n\nGruß\nTom"
    ),
}
ANSWER = {"lines": [{"code": "LN-104", "name": "lantern", "quantity": "5", "unit_price": "14.50"}]}
LARGE = 2000
"""Letters of a pattern; shorter ones compile in a millisecond or two."""


def forget():
    """As in a process that has just started."""
    re.purge()
    for name, module in list(sys.modules.items()):
        if name.startswith("fakturo.ai"):
            for each in vars(module).values():
                if hasattr(each, "cache_clear"):
                    each.cache_clear()


@pytest.mark.parametrize("letter", LETTERS.values(), ids=LETTERS.keys())
def test_nothing_large_is_compiled_for_the_first_letter(letter, monkeypatch):
    compiled = []
    real = re._compiler.compile
    monkeypatch.setattr(re._compiler, "compile", lambda p, flags=0: compiled.append(p) or real(p, flags))

    def largest():
        compiled.clear()
        ground(Proposal.model_validate(ANSWER), letter, seller=SELLER)
        return max((len(each) for each in compiled), default=0)

    forget()
    assert largest() > LARGE
    forget()
    warm(SELLER)
    assert largest() < LARGE

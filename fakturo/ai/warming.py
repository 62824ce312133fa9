"""Make everything ready that the first letter would otherwise wait for.

The proof's patterns are compiled when they are first used: 0.4 s for the first letter in a language that
corrects itself. A resident process reads two letters before it takes orders.
"""

from fakturo.ai import prompting
from fakturo.ai.proof.grounding import ground
from fakturo.ai.proof.proposal import Proposal, schema
from fakturo.seller import Seller

LETTERS = (
    (
        "Dear team,\n\nplease send us a dozen mugs (item 22551) at £2.50 each.\n\n"
        "PS: make the first one 6, not 12.\n\nKind regards\nAnn"
    ),
    (
        "Guten Tag,\n\nbitte liefern Sie uns zwölf Becher (Artikel 22551) zu je 2,50 €.\n\n"
        "PS: Beim ersten bitte 6 statt 12.\n\nViele Grüße\nAnna"
    ),
)
"""One a language, with all that a letter may have; the answer is compared as any other, and thrown away."""
_ANSWER = {"lines": [{"code": "22551", "name": "mugs", "quantity": "6", "unit_price": "2.50"}]}


def warm(seller: Seller) -> None:
    """Read each of `LETTERS` once; about half a second of one processor, no network, nothing written."""
    schema()
    for letter in LETTERS:
        prompting.question(letter)
        ground(Proposal.model_validate(_ANSWER), letter, seller=seller)

"""One thing that a person should know about an invoice: what, where, what is allowed, what to do."""

from enum import StrEnum
from typing import NamedTuple


class Weight(StrEnum):
    """What follows from a finding."""

    REFUSED = "refused"
    """The official rules, or a plain fact, forbid the invoice."""
    WARNING = "warning"
    """The official rules let it pass; a person should look."""
    NOTE = "note"
    """Good to know."""


class Finding(NamedTuple):
    """What was found at one place."""

    weight: Weight
    rule: str
    """BR-CO-15, PEPPOL-EN16931-R120, XSD, or our own word: pdf, ledger, file."""
    about: str
    """The field by its name and number, `Invoice total amount with VAT (BT-112)`; empty: the whole file."""
    place: str
    """XPath of local names; empty: the whole file."""
    text: str
    """What is wrong and what is allowed, in whole sentences."""
    remedy: str = ""
    """What to do."""

"""Before a number is spent: would the official rules accept this invoice as CII and as UBL?

Both are written with a number that stands in and checked whole, once for every shape of invoice; the next
invoice of a shape that passed has been answered (`fakturo.einvoice.writing.shape` says why). The final
number is text, and no rule reads more of a text than that it is there.
"""

import hashlib
from functools import cache
from importlib.metadata import version

from fakturo.einvoice.plain_words import in_plain_words
from fakturo.einvoice.writing.shape import shape
from fakturo.einvoice.writing.terms import terms
from fakturo.finding import Finding
from fakturo.invoice import Invoice

STAND_IN = "0000000000"
"""Of the number that is not given yet."""
WRITER = 2
"""Goes up with every change of what is written, so that what passed before is asked again."""


@cache
def rules_version() -> str:
    """Which rules are asked, and which writer asks them."""
    return f"factur-x {version('factur-x')}, writer {WRITER}"


def key(invoice: Invoice) -> str:
    """SHA-256, hex, of an invoice's shape under these rules: equal keys are accepted or refused alike."""
    seen = f"{rules_version()} {shape(terms(_numbered(invoice)))!r}"
    return hashlib.sha256(seen.encode()).hexdigest()


def refused(invoice: Invoice) -> list[Finding]:
    """Why the official rules would refuse an invoice, by running schema and rules on this very one.

    Args:
        invoice: proved by `fakturo.check`; its number may be missing.

    Returns:
        One finding a rule, even where both syntaxes break it, and one for rules that mean the same; empty
        when both pass.
    """
    from fakturo.einvoice import rules
    from fakturo.einvoice.writing.xml import FORMS, write  # .6 s, and most processes ask nothing new

    found: dict[str, Finding] = {}
    for form in FORMS:
        try:
            broken = rules.check(write(_numbered(invoice), form))
        except ValueError as error:  # what factur-x cannot write is refused like what a rule forbids
            found.setdefault("written", _finding(_unwritten(error, form)))
            continue
        for each in broken:
            if each.severity is rules.Severity.FATAL:
                plain = in_plain_words(each.rule)
                message = f"{plain or f'{each.text} (as {form.upper()})'} Rule {each.rule} of EN 16931."
                found.setdefault(plain or each.rule, _finding(message, each.rule))
    return list(found.values())


def _numbered(invoice: Invoice) -> Invoice:
    return invoice if invoice.number else invoice.model_copy(update={"number": STAND_IN})


def _unwritten(error: ValueError, form: str) -> str:
    return f"No {form.upper()} can be written of this invoice: {error}; correct the order or report this."


def _finding(message: str, place: str | None = None) -> Finding:
    return Finding(code="einvoice_refused", message=message, place=place)

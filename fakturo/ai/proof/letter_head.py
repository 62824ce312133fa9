"""Currency, customer, order number and total of a letter, each held against what the model says. Pure."""

import re
from collections.abc import Sequence
from decimal import Decimal

from fakturo.ai.proof.amounts_in_text import Item, currencies
from fakturo.ai.proof.cues import customer_spans, list_numbers, po_spans
from fakturo.ai.proof.proposal import Proposal
from fakturo.ai.proof.spans import Span
from fakturo.finding import Finding
from fakturo.money import rounded

_DOLLARS = frozenset({"USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN"})
_NAMED_CURRENCY = re.compile(
    r"\b(EUR|GBP|USD|CHF|INR|JPY|CAD|AUD|SEK|NOK|DKK|PLN|euros?|pounds?|sterling)\b", re.IGNORECASE
)
_SIGNS = {"£": "GBP", "€": "EUR", "₹": "INR", "$": "$"}
_NAMES = {"euro": "EUR", "euros": "EUR", "pound": "GBP", "pounds": "GBP", "sterling": "GBP"}


def named_currencies(text: str) -> set[str]:
    """Currencies that a text names by code or word, as ISO 4217 codes."""
    return {_NAMES.get(word.lower(), word.upper()) for word in _NAMED_CURRENCY.findall(text)}


def prove_currency(proposal: Proposal, text: str, items: list[Item], home: str) -> tuple[str, list[Finding]]:
    """The text's one currency, or `home` (the seller's) where it names none.

    Returns:
        ISO 4217 code, and findings where the text or the proposal says otherwise.
    """
    named = currencies(items)
    if not named:
        named = named_currencies(text) or {_SIGNS[sign] for sign in _SIGNS if sign in text}
    if "$" in named:
        named = (named - {"$"}) | {home if home in _DOLLARS else "USD"}
    if "¥" in named:
        named = (named - {"¥"}) | {home if home in {"JPY", "CNY"} else "?"}
    if len(named) > 1:
        said = ", ".join(sorted(named))
        return home, [Finding(code="currencies_mixed", message=f"The text names several currencies: {said}.")]
    if "?" in named:
        return home, [Finding(code="currency_unclear", message="'¥' may be yen or yuan.", place="currency")]
    found = next(iter(named), home)
    if (proposal.currency or found).upper() == found:
        return found, []
    source = "the text says" if named else "holds where the text names none"
    message = f"Currency {proposal.currency} is not {found}, which {source}; write {found}."
    return found, [Finding(code="currency_wrong", message=message, place="currency")]


def prove_header(proposal: Proposal, text: str) -> tuple[list[Span], list[Finding]]:
    """Places of customer and order number, and of numbers that only count the lines."""
    spans, findings = list(list_numbers(text)), []
    if not proposal.customer_id:
        message = "customer_id is null; copy the number that stands after a word such as account or "
        "Kundennummer, if there is one."
        findings.append(Finding(code="customer_missing", message=message, place="customer"))
    else:
        found = customer_spans(text, proposal.customer_id)
        spans += found
        if not found:
            message = (
                f"Customer {proposal.customer_id!r} does not stand in the text as an account number; "
                "copy the one that does, or null."
            )
            findings.append(Finding(code="customer_not_found", message=message, place="customer"))
    if proposal.po_number:
        found = po_spans(text, proposal.po_number)
        spans += found
        if not found:
            message = (
                f"Order number {proposal.po_number!r} does not stand in the text as one; "
                "copy the one that does, or null."
            )
            findings.append(Finding(code="po_number_not_found", message=message, place="po_number"))
    return spans, findings


def prove_total(
    proposal: Proposal, stated: Sequence[Item], currency: str
) -> tuple[Decimal | None, list[Finding]]:
    """The total that the text names, where it is the lines' sum; None where it names none."""
    if not stated:
        return None, []
    lines = sum((rounded(line.quantity * line.unit_price, currency) for line in proposal.lines), Decimal(0))
    if all(item.value == lines for item in stated):
        return lines, []
    said = ", ".join(item.text for item in stated)
    message = f"The text's total {said} is not {lines}, the sum of the lines; check each line once more."
    return None, [Finding(code="total_differs", message=message, place="total")]

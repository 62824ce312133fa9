"""What a payment that no rule could place may be for: proposals for a person, the best first."""

from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from fakturo.receivables.facts import Invoice, Read
from fakturo.receivables.payers import name_key
from fakturo.receivables.terms import Terms

SHOWN = 10
ALIKE = 0.75
"""Share of equal letters from which on two names may be the same one misspelled."""


class Candidate(NamedTuple):
    """An invoice that may be meant, as far as it is open."""

    invoice: Invoice
    open_minor: int
    customer_name: str | None


class Proposal(NamedTuple):
    """An invoice to put a payment on. `score` is 0..100: for ranking, not a probability."""

    invoice: Invoice
    amount_minor: int
    score: int
    reason: str


def ranked(read: Read, rest_minor: int, candidates: Sequence[Candidate], terms: Terms) -> list[Proposal]:
    """The open invoices that a payment may be for, the best first; at most `SHOWN`."""
    found = []
    for each in candidates:
        if each.open_minor > 0 and each.invoice.currency == read.payment.currency:
            score, reasons = _judged(read, rest_minor, each, terms)
            if reasons:
                amount = min(rest_minor, each.open_minor)
                found.append(Proposal(each.invoice, amount, min(score, 99), "; ".join(reasons)))
    found.sort(key=lambda each: (-each.score, each.invoice.due_date, each.invoice.number))
    return found[:SHOWN]


def _judged(read: Read, rest: int, candidate: Candidate, terms: Terms) -> tuple[int, list[str]]:
    payment, invoice, balance = read.payment, candidate.invoice, candidate.open_minor
    score = 0
    reasons: list[str] = []
    if invoice.id in read.named.firm:
        score, reasons = score + 50, [*reasons, "the payment names it"]
    elif invoice.id in read.named.weak:
        score, reasons = score + 35, [*reasons, "its number stands in the text"]
    if invoice.customer_id == read.customer_id:
        score, reasons = score + 25, [*reasons, f"client {read.customer_id} is {read.how}"]
    else:
        alike = _alike(payment.payer, candidate.customer_name)
        if alike >= ALIKE:
            score, reasons = (
                score + int(20 * alike),
                [*reasons, f"the name is like {candidate.customer_name}"],
            )
        if payment.customer_id is not None and read.named.firm:
            reasons.append(f"but the source states client {payment.customer_id}")
    if balance == rest:
        score, reasons = score + 25, [*reasons, "the amount is what is open"]
    elif balance - terms.discount(balance) == rest and terms.discount_pct:
        score, reasons = score + 20, [*reasons, f"the amount is what is open less {terms.discount_pct} %"]
    elif rest < balance and reasons:
        score, reasons = score + 5, [*reasons, "it would be paid in part"]
    if invoice.issue_date > payment.value_date and reasons:
        score, reasons = score - 10, [*reasons, "it was issued after the payment"]
    return score, reasons


def _alike(payer: str | None, name: str | None) -> float:
    one, other = name_key(payer), name_key(name)
    return SequenceMatcher(None, one, other).ratio() if one and other else 0.0

"""Prove a model's reading of an order against the text, number by number. Pure.

Nothing is believed: each quantity, price, code, the currency, the customer and the order number is found in
the text at its own place, each number of the text is accounted for, and the sentences that order something
hold no word that could change them. What is not proved is a finding; findings mean ask again or a person.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from fakturo.ai.amounts_in_text import Item, currencies, find_items
from fakturo.ai.cautions import find_cautions
from fakturo.ai.cues import customer_spans, list_numbers, order_date, po_spans, totals
from fakturo.ai.matching import Matched, match_lines
from fakturo.ai.plain_words import ASKING, REFERENCES, REPORTING, SENTENCE_WORDS, is_foreign, unknown_words
from fakturo.ai.proposal import Proposal
from fakturo.ai.sentences import sentence_spans
from fakturo.ai.source_text import SourceText, read_source
from fakturo.ai.spans import Span
from fakturo.check import Finding
from fakturo.money import rounded
from fakturo.settings import Seller

_DOLLARS = frozenset({"USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN"})
_NAMED_CURRENCY = re.compile(
    r"\b(EUR|GBP|USD|CHF|JPY|CAD|AUD|SEK|NOK|DKK|PLN|euros?|pounds?|sterling)\b", re.IGNORECASE
)
_NAMES = {"euro": "EUR", "euros": "EUR", "pound": "GBP", "pounds": "GBP", "sterling": "GBP"}
_GREETING = re.compile(
    r"(?:^|\n)[ \t]*(?:hi|hello|hey|dear|good\s+(?:morning|afternoon|evening)|hallo|liebe[rs]?|guten\s+\w+"
    r"|moin|sehr\s+geehrte[rs]?)(?:\s+[^\W\d_]+\.?){0,4}\s*[,!:\n]",
    re.IGNORECASE,
)
_ASKS_FOR = re.compile(r"\s*(?:and|und|with|mit)\b", re.IGNORECASE)
"""A sentence that begins so goes on with the order before it."""
_COURTESY = re.compile(
    r"(?:let\s+(?:me|us)\s+know\s+if|if\s+you\s+have|if\s+there\s+(?:is|are)|do\s+not\s+hesitate|don['\u2019]t\s+hesitate"
    r"|bei\s+fragen)"
    r"\s+(?:you\s+have\s+|there\s+are\s+|to\s+)?(?:any\s+)?(?:questions?|queries|problems?|issues?"
    r"|contact\w*(?:\s+us|\s+me)?|rückfragen|bitte\s+melden)"
    r"|(?:many\s+)?thanks?(?:\s+you)?\s+(?:once\s+)?again|\bfrom\s+now\b(?!\s+on)",
    re.IGNORECASE,
)
_OF_THE_TEXT = {
    "caution",
    "currencies_mixed",
    "currency_unclear",
    "hidden_text",
    "model_doubt",
    "number_ambiguous",
    "no_request",
    "number_negative",
    "odd_digits",
    "packs",
    "price_of_what",
    "price_unmarked",
    "quoted_thread",
    "total_differs",
    "words_not_understood",
}
"""Findings that lie in the text: asking the model again cannot help."""


class Grounded(NamedTuple):
    """What the text itself says around the lines, and everything that is not proved."""

    findings: tuple[Finding, ...]
    currency: str
    names: tuple[str, ...]
    """As the text writes them, one a line."""
    ordered_on: date | None
    stated_net: Decimal | None
    """Total that the text names; equal to the lines' sum, or there is a finding."""

    @property
    def may_ask_again(self) -> bool:
        """Whether another answer could be proved."""
        return any(finding.code not in _OF_THE_TEXT for finding in self.findings)


def ground(proposal: Proposal, text: str, *, seller: Seller) -> Grounded:
    """Compare a reading with the order text.

    Args:
        proposal: the model's answer; its doubts count against it.
        text: the order as it came.
        seller: for the currency of a text that names none.
    """
    source = read_source(text)
    items = find_items(source.own)
    currency, findings = _currency(proposal, source.own, items, seller)
    findings += _text_findings(source, proposal)
    explained, header_findings = _header(proposal, source.own)
    findings += header_findings
    announced = totals(source.own, items)
    explained += [span for _, span in announced]
    total, total_findings = _total(proposal, [item for item, _ in announced], currency)
    findings += total_findings
    left = [item for item in items if not _is_explained(item, explained)]
    matched = match_lines(source.own, left, proposal.lines)
    findings += matched.findings
    findings += _sentences(source.own, matched, explained)
    return Grounded(tuple(findings), currency, matched.names, order_date(source.own, items), total)


def _currency(proposal: Proposal, text: str, items: list[Item], seller: Seller) -> tuple[str, list[Finding]]:
    named = currencies(items)
    if not named:
        named = {_NAMES.get(word.lower(), word.upper()) for word in _NAMED_CURRENCY.findall(text)}
    if "$" in named:
        named = (named - {"$"}) | {seller.currency if seller.currency in _DOLLARS else "USD"}
    if "¥" in named:
        named = (named - {"¥"}) | {seller.currency if seller.currency in {"JPY", "CNY"} else "?"}
    found = next(iter(named)) if len(named) == 1 else seller.currency
    findings = []
    if len(named) > 1:
        findings.append(
            Finding(
                code="currencies_mixed",
                message=f"The text names several currencies: {', '.join(sorted(named))}.",
            )
        )
    elif "?" in named:
        findings.append(Finding(code="currency_unclear", message="'¥' may be yen or yuan.", place="currency"))
        found = seller.currency
    elif (proposal.currency or found).upper() != found:
        source = "the text says" if named else "holds where the text names none"
        findings.append(
            Finding(
                code="currency_wrong",
                message=f"Currency {proposal.currency} is not {found}, which {source}.",
                place="currency",
            )
        )
    return found, findings


def _text_findings(source: SourceText, proposal: Proposal) -> Iterator[Finding]:
    if source.has_hidden:
        yield Finding(code="hidden_text", message="The letter's markup hides or strikes out text.")
    if any(item.kind in {"money", "count", "percent", "token"} for item in find_items(source.quoted)):
        yield Finding(code="quoted_thread", message="The letter quotes an older one that holds numbers.")
    if any(letter.isdigit() and not letter.isascii() for letter in source.own):
        yield Finding(code="odd_digits", message="The letter writes digits of another script.")
    for doubt in proposal.doubts:
        if doubt.strip():
            yield Finding(code="model_doubt", message=f"The model is not sure: {doubt.strip()[:200]}")


def _header(proposal: Proposal, text: str) -> tuple[list[Span], list[Finding]]:
    """Places of customer and order number, and of numbers that only count the lines."""
    spans, findings = list(list_numbers(text)), []
    if not proposal.customer_id:
        findings.append(
            Finding(code="customer_missing", message="The text names no customer number.", place="customer")
        )
    else:
        found = customer_spans(text, proposal.customer_id)
        spans += found
        if not found:
            message = f"Customer {proposal.customer_id!r} does not stand in the text as an account number."
            findings.append(Finding(code="customer_not_found", message=message, place="customer"))
    if proposal.po_number:
        found = po_spans(text, proposal.po_number)
        spans += found
        if not found:
            message = f"Order number {proposal.po_number!r} does not stand in the text as one."
            findings.append(Finding(code="po_number_not_found", message=message, place="po_number"))
    return spans, findings


def _total(proposal: Proposal, stated: Sequence[Item], currency: str) -> tuple[Decimal | None, list[Finding]]:
    if not stated:
        return None, []
    lines = sum((rounded(line.quantity * line.unit_price, currency) for line in proposal.lines), Decimal(0))
    if all(item.value == lines for item in stated):
        return lines, []
    said = ", ".join(item.text for item in stated)
    return None, [
        Finding(
            code="total_differs",
            message=f"The text's total {said} is not {lines}, the sum of the lines.",
            place="total",
        )
    ]


def _is_explained(item: Item, spans: Sequence[Span]) -> bool:
    if item.kind in {"date", "mark"}:
        return True
    return any(start <= item.start and item.end <= end for start, end in spans)


def _sentences(text: str, matched: Matched, explained: Sequence[Span]) -> Iterator[Finding]:
    """Words that may change the order, and words that are not understood where something is ordered."""
    courtesy = [found.span() for found in _COURTESY.finditer(text)]
    counted = [(item.start, item.end) for item in find_items(text) if item.kind == "count"]  # "half a dozen"
    for caution in find_cautions(text, [*matched.name_spans, *counted]):
        if not any(start <= caution.start < end for start, end in courtesy):
            yield Finding(
                code="caution", message=f"{caution.words!r} may change what is ordered ({caution.code})."
            )
    skipped = [
        *matched.groups,
        *explained,
        *courtesy,
        *(found.span() for found in _GREETING.finditer(text)),
        *((item.start, item.end) for item in find_items(text) if item.kind in {"date", "mark"}),
    ]
    named = {
        word for name in matched.names for word in re.findall(r"[^\W\d_]{3,}", name.casefold())
    } - SENTENCE_WORDS
    for start, end in (
        sentence_spans(text) if matched.groups else []
    ):  # else every word of a line would be named
        rest = _without(text, start, end, skipped)
        orders = any(begin < end and start < stop for begin, stop in matched.groups)
        words = set(re.findall(r"[^\W\d_]+", rest.casefold()))
        if orders and words & REPORTING and not words & ASKING:
            yield Finding(code="no_request", message="The sentence may only report, not order.")
        if (
            orders
            or is_foreign(rest)
            or words & REFERENCES
            or _ASKS_FOR.match(rest)
            or any(word.startswith(each) for each in named for word in words)
        ):
            unknown = unknown_words(rest, SENTENCE_WORDS)
            if unknown:
                yield Finding(
                    code="words_not_understood",
                    message=f"Words that are not understood beside the order: {', '.join(unknown[:5])}.",
                )


def _without(text: str, start: int, end: int, spans: Sequence[Span]) -> str:
    kept, place = [], start
    for begin, stop in sorted(spans):
        if stop <= place or begin >= end:
            continue
        kept.append(text[place : max(begin, place)])
        place = min(stop, end)
    return " ".join([*kept, text[place:end]])

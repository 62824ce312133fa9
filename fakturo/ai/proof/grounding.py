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

from fakturo.ai.proof.amounts_in_text import Item, find_items
from fakturo.ai.proof.beside import matters, other_numbers, terms, unexplained
from fakturo.ai.proof.cautions import find_cautions
from fakturo.ai.proof.corrections import find_corrections
from fakturo.ai.proof.courtesies import courtesies, greetings
from fakturo.ai.proof.cues import find_word, order_date, totals
from fakturo.ai.proof.footers import footer_spans
from fakturo.ai.proof.letter_head import prove_currency, prove_header, prove_total
from fakturo.ai.proof.matching import Matched, match_lines
from fakturo.ai.proof.order_rows import Rows, find_rows
from fakturo.ai.proof.plain_words import ASKING, PER_PIECE, REPORTING, WORD, has_price_head, is_foreign
from fakturo.ai.proof.proposal import Proposal, ProposedLine
from fakturo.ai.proof.quoted_threads import LEANS
from fakturo.ai.proof.source_text import read_source
from fakturo.ai.proof.spans import Span, Spans, blanked
from fakturo.ai.proof.understood import not_understood
from fakturo.finding import Finding
from fakturo.seller import Seller

FEWEST_WORDS = 4
"""Of a sentence; fewer tell no language."""
_OF_THE_TEXT = {
    "caution",
    "correction_unclear",
    "currencies_mixed",
    "currency_unclear",
    "hidden_text",
    "model_doubt",
    "number_ambiguous",
    "no_request",
    "number_negative",
    "odd_digits",
    "odd_letters",
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
    corrections = find_corrections(source.own)
    own = blanked(source.own, [correction.span for correction in corrections])
    items = find_items(own)
    quoted = _numbers(source.quoted)
    currency, findings = prove_currency(proposal, own, items, seller.currency)
    findings += source.findings
    findings += _doubts(proposal)
    explained, header_findings = prove_header(proposal, own)
    findings += header_findings
    header = list(explained)
    announced = totals(own, items)
    explained += [span for _, span in announced]
    total, total_findings = prove_total(proposal, [item for item, _ in announced], currency)
    findings += total_findings
    explained += footer_spans(own, _used(proposal))
    places = Spans(explained)
    left = [
        item
        for item in items
        if item.kind not in {"date", "mark"} and not places.cover((item.start, item.end))
    ]
    rows = find_rows(own, left, proposal.lines)
    ordered = Spans(rows.order)
    focus = blanked(own, [*rows.goods, *rows.loose, *rows.beside])
    in_rows = [item for item in left if ordered.touch((item.start, item.end))]
    is_per_piece = has_price_head(own) or bool(PER_PIECE.search(own)) or total is not None
    matched = match_lines(
        focus,
        in_rows,
        proposal.lines,
        corrections,
        has_quote=bool(quoted),
        is_per_piece=is_per_piece,
        letter=own,
    )
    findings += matched.findings
    findings += unexplained(own, left, rows, proposal.lines)
    findings += other_numbers(own, left, rows, header)
    findings += terms(own, rows, places, currency)
    if not proposal.lines:
        message = "The draft has no lines; copy each ordered thing with its quantity and unit price."
        findings.append(Finding(code="no_lines", message=message))
    if quoted and (not matched.groups or LEANS.search(blanked(own, matched.groups))):
        message = "The letter quotes an older one that holds numbers, and may lean on it."
        findings.append(Finding(code="quoted_thread", message=message))
    explained += find_word(own, seller.name) or find_word(own, seller.name.rpartition(" ")[0])
    findings += _sentences(own, items, matched, explained, rows, proposal.lines)
    return Grounded(tuple(findings), currency, matched.names, order_date(own, items), total)


def _numbers(text: str) -> list[Item]:
    """Numbers of a quoted text that could order something."""
    return [item for item in find_items(text) if item.kind in {"money", "count", "percent", "token"}]


def _doubts(proposal: Proposal) -> Iterator[Finding]:
    for doubt in proposal.doubts:
        if doubt.strip():
            yield Finding(code="model_doubt", message=f"The model is not sure: {doubt.strip()[:200]}")


def _used(proposal: Proposal) -> set[str]:
    codes = {line.code for line in proposal.lines if line.code}
    return codes | {each for each in (proposal.customer_id, proposal.po_number) if each}


def _sentences(
    text: str,
    items: Sequence[Item],
    matched: Matched,
    explained: Sequence[Span],
    rows: Rows,
    lines: Sequence[ProposedLine],
) -> Iterator[Finding]:
    """Words that may change the order, and rows that may only report or that nobody here reads."""
    polite = list(courtesies(text))
    counted = [(item.start, item.end) for item in items if item.kind == "count"]  # "half a dozen"
    coded = [span for line in lines if line.code for span in find_word(text, line.code)]
    for caution in find_cautions(text, matched.name_spans, [*polite, *counted, *coded, *explained]):
        if matters(caution, text, rows):
            message = f"{caution.words!r} may change what is ordered ({caution.code})."
            yield Finding(code="caution", message=message)
    places = [*matched.groups, *explained, *polite, *greetings(text)]
    yield from not_understood(text, items, rows, lines, places)
    skipped = Spans(places)
    prose = [skipped.cut(text, span) for span in rows.order if matched.groups]
    if any(is_foreign(said) for said in prose if _is_prose(said)):
        yield Finding(code="words_not_understood", message="The letter's language is not understood.")
    for span in rows.order:
        rest = skipped.cut(text, span)
        words = set(re.findall(r"[^\W\d_]+", rest.casefold()))
        if words & REPORTING and not words & ASKING:
            yield Finding(code="no_request", message="The sentence may only report, not order.")


def _is_prose(said: str) -> bool:
    """Whether a row is a sentence, not an address, a name or a head of a table."""
    words = WORD.findall(said)
    return len(words) >= FEWEST_WORDS and 2 * sum(word[0].isupper() for word in words) < len(words)

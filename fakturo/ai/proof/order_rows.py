"""Which rows of a letter order something, which speak of the goods, and which stand beside. Pure.

A row is a sentence or a line of a list. Only rows that order something are matched with the draft, number by
number; what stands in the others may still change the order, and is judged by what it speaks of.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from fakturo.ai.proof.amounts_in_text import Item
from fakturo.ai.proof.cues import find_word
from fakturo.ai.proof.plain_words import OF_NAMES
from fakturo.ai.proof.proposal import ProposedLine
from fakturo.ai.proof.sentences import sentence_spans
from fakturo.ai.proof.spans import Span

FARTHEST = 5
"""Rows that a line of a list may be spread over: name, quantity and price one below the other."""
_WORD = re.compile(r"[^\W\d_]{3,}")
_SPEAKS = re.compile(
    r"\b(?:everything|the\s+rest|the\s+others?|(?:first|second|third|fourth|fifth|last)"
    r"(?:\s+(?:one|line|item|position|two|three))?(?=[\s,.:]*(?:$|[,.:;]|to\b|is\b|should\b|by\b|out\b|off\b|one|line|item|pos))"
    r"|lines?|items?|orders?|quantit\w+|prices?|amounts?|goods|positions?"
    r"|den\s+rest|erste[nrs]?|zweite[nrs]?|dritte[nrs]?|letzte[nrs]?|positionen"
    r"|artikel|bestellung|auftrag|mengen?|preise?|stück|ware|waren)\b",
    re.IGNORECASE,
)
_POINTS = re.compile(
    r"\b(?:of\s+that|of\s+this|it|them|those|these|that|ones|all|both|half|davon|sie|alle[ns]?|beide[nrs]?|die\s+hälfte)\b",
    re.IGNORECASE,
)


class Rows(NamedTuple):
    """The rows of a letter, each in one of four kinds, in the order of the text."""

    order: tuple[Span, ...]
    goods: tuple[Span, ...]
    """Name an ordered thing, a line, a quantity or a price."""
    loose: tuple[Span, ...]
    """Speak of "it" or "them"."""
    beside: tuple[Span, ...]


def find_rows(text: str, items: Sequence[Item], lines: Sequence[ProposedLine]) -> Rows:
    """Sort the rows of a text.

    Args:
        text: the sender's own words.
        items: its numbers that are not explained otherwise.
        lines: what the model read.
    """
    spans = sentence_spans(text)
    holds = _by_row(spans, items)
    chosen = _order_rows(text, spans, holds, lines)
    order, goods, loose, beside = [], [], [], []
    for no, span in enumerate(spans):
        said = text[slice(*span)]
        if no in chosen:
            order.append(span)
        elif names_goods(said, lines) or _SPEAKS.search(said):
            goods.append(span)
        elif _POINTS.search(said):
            loose.append(span)
        else:
            beside.append(span)
    return Rows(tuple(order), tuple(goods), tuple(loose), tuple(beside))


def _by_row(spans: Sequence[Span], items: Sequence[Item]) -> list[list[Item]]:
    starts = [start for start, _ in spans]
    held: list[list[Item]] = [[] for _ in spans]
    for item in items:
        held[bisect_right(starts, item.start) - 1].append(item)
    return held


def _order_rows(
    text: str, spans: Sequence[Span], holds: Sequence[Sequence[Item]], lines: Sequence[ProposedLine]
) -> set[int]:
    starts = [start for start, _ in spans]
    line_coded = any(line.code for line in lines)
    chosen: set[int] = set()
    for line in lines:
        places = find_word(text, line.code) if line.code else []
        places = places or (find_word(text, line.name) if line.name else [])
        rows = {bisect_right(starts, start) - 1 for start, _ in places}
        priced = {no for no in rows if _has_price(holds, no, line)}
        chosen |= priced or rows
    if not chosen:
        return chosen
    first, last = min(chosen), max(chosen)
    chosen |= {no for no in range(first, last) if holds[no]}
    if first and holds[first - 1] and not _has_count(holds[first]):
        chosen.add(first - 1)
    for no in range(last + 1, min(last + FARTHEST, len(spans))):
        if any(item.kind == "money" for item in holds[last]) or len(holds[last]) > 1:
            break
        if holds[no]:
            chosen |= set(range(last + 1, no + 1))
    near = range(max(first - FARTHEST, 0), min(last + FARTHEST, len(spans)))
    named = {
        bisect_right(starts, start) - 1
        for line in lines
        if line.name
        for start, _ in find_word(text, line.name)
    }
    return chosen | {no for no in near if no in named and (line_coded or holds[no])}


def _has_price(holds: Sequence[Sequence[Item]], no: int, line: ProposedLine) -> bool:
    near = (item for row in holds[no : no + FARTHEST] for item in row)
    return any(item.value == line.unit_price for item in near)


def _has_count(row: Sequence[Item]) -> bool:
    return any(item.kind in {"count", "weak_count"} for item in row)


def goods_words(lines: Sequence[ProposedLine]) -> frozenset[str]:
    """The telling words of ordered things, in lower case."""
    return frozenset(
        word for line in lines for word in map(str.casefold, _WORD.findall(line.name)) if word not in OF_NAMES
    )


def names_goods(said: str, lines: Sequence[ProposedLine]) -> bool:
    """Whether a row holds a telling word or the code of something that is ordered."""
    words = {word.casefold() for word in _WORD.findall(said)}
    tells = goods_words(lines)
    stems = {word[:-1] for word in tells if word.endswith("s")} | tells
    if any(word in stems or word.rstrip("s") in stems for word in words):
        return True
    return any(line.code and find_word(said, line.code) for line in lines)

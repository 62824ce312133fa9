"""Sentences outside the order rows, each of which has to be understood to the last word. Pure.

Whoever changes or calls off an order finds a wording that no list of cautions holds. So the harmless is
listed (understood.toml): what a sentence says of delivery, the letter's head, the asking, the invoice or
out of courtesy is cut out of it. What remains has to be nothing; a row of names alone is a signature.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from fakturo.ai.proof.amounts_in_text import Item
from fakturo.ai.proof.name_words import ABBREVIATIONS, FILLERS, with_marks, with_names
from fakturo.ai.proof.order_rows import Rows
from fakturo.ai.proof.phrases import LISTS, NAME, Phrases, read_phrases
from fakturo.ai.proof.plain_words import WORD
from fakturo.ai.proof.proposal import ProposedLine
from fakturo.ai.proof.spans import Span, blanked
from fakturo.finding import Finding

LONGEST_ROW = 500
"""Letters; a longer sentence is not understood."""
_IS_NAME = re.compile(NAME)
_BREAKS = re.compile(
    r"[,;:()\[\]{}|/\u2013\u2014\u2022\u00b7*_<>=+\"\u201c\u201d\u201e!?.\u2026~#]+|(?<!\w)-|-(?!\w)"
)
_LAST = re.compile(r"([^\W\d_]*)[.!?]$")
LONGEST_END = 20


class Topic(NamedTuple):
    """What a sentence may be about."""

    heads: Phrases
    """Each makes a sentence one of this topic."""
    details: Phrases
    """Understood only beside a head."""
    is_alone: bool
    """Whether nothing of another topic may stand beside."""
    may_ask: bool
    """Whether a question may be about it: not whether this can be had."""


def not_understood(
    text: str, items: Sequence[Item], rows: Rows, lines: Sequence[ProposedLine], skipped: Sequence[Span]
) -> Iterator[Finding]:
    """Rows outside the order rows that hold more than is understood.

    Args:
        text: the sender's own words.
        items: all of its numbers.
        rows: its rows by kind.
        lines: what the model read.
        skipped: places that are explained otherwise.
    """
    plain = with_names(blanked(with_marks(text, items), skipped), lines)
    for row in (*rows.goods, *rows.loose, *rows.beside):
        if left := _left(plain[slice(*row)]):
            said = " ".join(text[slice(*row)].split())[:80]
            message = f"It is not certain what {', '.join(left)[:60]!r} means for the order, in {said!r}."
            yield Finding(code="words_not_understood", message=message)


def _left(said: str) -> list[str]:
    """What is not understood of a row."""
    if not WORD.search(said):
        return []
    parts = _parts(said)
    if len(said) > LONGEST_ROW:
        return parts
    if not _is_sentence(said) and all(
        map(_IS_NAME.fullmatch, filter(None, map(str.strip, _BREAKS.split(said))))
    ):
        return []
    left, found = said.strip(), []
    for topic in _topics():
        without = topic.heads.cut(left)
        if without != left and not (topic.is_alone and _parts(topic.details.cut(topic.heads.cut(said)))):
            left = without
            found.append(topic)
    for topic in found:
        left = topic.details.cut(left)
    is_question = "?" in said and not any(topic.may_ask for topic in found)
    return parts if is_question else _parts(left)


def _is_sentence(said: str) -> bool:
    last = _LAST.search(said.rstrip()[-LONGEST_END:])
    return last is not None and len(last[1]) > 1 and last[1].lower() not in ABBREVIATIONS


def _parts(left: str) -> list[str]:
    parts = (
        " ".join(word for word in part.split() if word.lower() not in FILLERS) for part in _BREAKS.split(left)
    )
    return [part for part in parts if any(map(str.isalnum, part))]


@cache
def _topics() -> tuple[Topic, ...]:
    return tuple(
        Topic(
            read_phrases(said["heads"]),
            read_phrases(said["details"]),
            said.get("is_alone", False),
            said.get("may_ask", False),
        )
        for said in LISTS["topics"].values()
    )

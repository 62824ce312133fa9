"""A letter as the phrases of understood.toml read it: numbers marked, capitals only where names are. Pure.

Each letter keeps its place. A word of an ordered thing is no name, nor a common word, nor one that could say
something of an order ("Sample"); some are, beside another word of a name ("Tom White", "Bluebird Coffee").
"""

import re
from collections.abc import Sequence

from fakturo.ai.proof.amounts_in_text import Item
from fakturo.ai.proof.cautions import lowered
from fakturo.ai.proof.order_rows import goods_words
from fakturo.ai.proof.phrases import LISTS, MOMENT, NUMBER
from fakturo.ai.proof.plain_words import COMMON, WORD
from fakturo.ai.proof.proposal import ProposedLine

_WORDS = {name: frozenset(listed.split()) for name, listed in LISTS["words"].items()}
FILLERS = _WORDS["fillers"]
ABBREVIATIONS = _WORDS["abbreviations"]
"""With which a row of names may end in a dot."""
_NEVER = (COMMON | _WORDS["in_no_name"]) - _WORDS["in_names"]
_NEVER_ENDS = tuple(_WORDS["endings_in_no_name"])
_CAPITAL_BEFORE = re.compile(r"([A-ZÀ-ÖØ-Þ][^\W\d_]+)[ ]$")
_CAPITAL_AFTER = re.compile(r"[ ]([A-ZÀ-ÖØ-Þ][^\W\d_]+)")
LONGEST_WORD = 30
LONGEST_NUMBER = 24
"""Letters; a longer one may be text that only a machine reads."""


def with_marks(text: str, items: Sequence[Item]) -> str:
    """The text with NUMBER for each letter of a number, and MOMENT for each of a date or a time."""
    letters = list(text.replace(MOMENT, "&"))
    for item in items:
        is_said = item.kind == "count" and item.text.lower() not in _WORDS["articles"]
        is_written = any(map(str.isdigit, item.text)) and (
            item.kind == "mark" or len(item.text) <= LONGEST_NUMBER
        )
        if is_said or is_written:
            mark = MOMENT if item.kind == "date" else NUMBER
            letters[item.start : item.end] = mark * (item.end - item.start)
    return "".join(letters)


def with_names(text: str, lines: Sequence[ProposedLine]) -> str:
    """The text with a capital only where a word may be of a name.

    Args:
        text: any text.
        lines: what was ordered; a thing that is written with a capital there is never of a name.
    """
    goods = goods_words(lines)
    nouns = {lowered(word) for line in lines for word in WORD.findall(line.name) if not word.islower()}

    def is_never(low: str) -> bool:
        is_noun = _is_one_of(low, goods) and _is_one_of(low, nouns)
        return is_noun or low in _NEVER or low.endswith(_NEVER_ENDS)

    def needs_another(low: str) -> bool:
        return low in _WORDS["beside_names"] or _is_one_of(low, goods)

    def has_another(word: re.Match[str]) -> bool:
        before = _CAPITAL_BEFORE.search(text[max(word.start() - LONGEST_WORD, 0) : word.start()])
        after = _CAPITAL_AFTER.match(text, word.end())
        near = [lowered(found[1]) for found in (before, after) if found]
        return any(not is_never(each) and not needs_another(each) for each in near)

    def written(word: re.Match[str]) -> str:
        low = lowered(word[0])
        if is_never(low) or (needs_another(low) and not has_another(word)):
            return low
        return word[0][0] + low[1:]

    return WORD.sub(written, text)


def _is_one_of(low: str, words: frozenset[str] | set[str]) -> bool:
    return low in words or low.rstrip("s") in words

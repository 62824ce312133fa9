"""The phrases of understood.toml, and the small language that they are written in. Pure.

A phrase is plain words: `word*` any ending, `a/b` one of two, `a_b` two words in one place, `word?` may be
missing, `#` a number, `@` a date or a time of day, `^` a name or an address, `<slot>` a phrase of that slot.
Commas and line ends part phrases. Texts have NUMBER and MOMENT for each letter of a number and of a date.
"""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from fakturo.ai.proof.plain_words import WORD

LISTS = tomllib.loads(Path(__file__).with_name("understood.toml").read_text("utf-8"))
NUMBER, MOMENT, CUT = "0", "@", "|"
_WORD = r"(?:[A-ZÀ-ÖØ-Þ][\w'\u2019.&-]{0,24}|0+)(?!\w)"
_JOINT = r"(?:of|the|and|de|la|le|du|van|von|der|zu|zur|zum|am|y|for|on|at|by|[&+])"
NAME = rf"(?:the\s+)?{_WORD}(?:[\s,/|\"'()\u2013-]+(?:{_JOINT}\s+){{0,2}}{_WORD})*"
"""Words with a capital, and numbers among them: "The Angel, 4 Bridge Street"."""
_NAME_BESIDE = rf"(?:(?!\A){NAME}|{_WORD}\s+{_WORD}(?!\w)(?=\s*[,:|(\u2013-]))"
"""Not the first word of a sentence, which has a capital and need be no name."""
_GAP = re.compile(r"[\s_]+")
_SLOT = re.compile(r"<\w+>")
_BETWEEN = r"[\s:./]+"


class Phrases(NamedTuple):
    """Phrases that may be cut out of a text."""

    longer: tuple[re.Pattern[str], ...]
    words: frozenset[str]
    """Single words, apart: most phrases are, and a set is asked sooner than a pattern."""

    def cut(self, text: str) -> str:
        """The text with a mark in place of each phrase, single words last."""
        for each in self.longer:
            text = each.sub(CUT, text)
        return WORD.sub(self._mark, text)

    def _mark(self, word: re.Match[str]) -> str:
        return CUT if word[0].lower() in self.words else word[0]


@cache
def read_phrases(listed: str) -> Phrases:
    """Read phrases of the list; those of a slot that stands alone are read once for all."""
    phrases = set(_each(listed))
    slots = sorted(filter(_SLOT.fullmatch, phrases))
    shared = [read_phrases(_slot(slot)) for slot in slots]
    words = {phrase for phrase in phrases if WORD.fullmatch(phrase)}
    own = sorted(
        phrases - words - set(slots), key=lambda phrase: (-len(_GAP.split(phrase)), -len(phrase), phrase)
    )
    longer = [re.compile(rf"(?<!\w)(?:{'|'.join(map(_shape, own))})")] if own else []
    return Phrases(
        (*longer, *(pattern for each in shared for pattern in each.longer)),
        frozenset(words).union(*(each.words for each in shared)),
    )


def _each(listed: str) -> Iterator[str]:
    for phrase in filter(None, map(str.strip, re.split(r"[,\n]", listed))):
        is_choice = " " not in phrase and not phrase.endswith("?")
        yield from phrase.split("/") if is_choice else [phrase]


def _slot(token: str) -> str:
    return str(LISTS["slots"][token[1:-1]])


def _shape(phrase: str) -> str:
    return _NAME_BESIDE if phrase == "^" else "".join(map(_token, phrase.split()))


def _token(token: str) -> str:
    bare = token.removesuffix("?")
    ordered = sorted(bare.split("/"), key=lambda words: (-words.count("_"), -len(words)))
    shapes = [_BETWEEN.join(map(_word, words.split("_"))) for words in ordered]
    shape = shapes[0] if len(shapes) == 1 and "|" not in shapes[0] else f"(?:{'|'.join(shapes)})"
    return rf"{shape}(?!\w)[\s:]*" if token == bare else rf"(?:{shape}(?!\w)[\s:]*)?"


def _word(word: str) -> str:
    if word == "^":
        return NAME
    if _SLOT.fullmatch(word):
        return "|".join(map(_shape, _each(_slot(word))))
    if word in {"#", MOMENT}:
        return f"{NUMBER if word == '#' else MOMENT}+"
    first = f"[{word[0].lower()}{word[0].upper()}]" if word[0].isalpha() else re.escape(word[0])
    return first + re.escape(word[1:]).replace(r"\*", r"\w*")

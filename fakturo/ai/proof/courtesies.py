"""Greetings and polite phrases that change nothing, although a word in them might. Pure.

The phrases are in courtesies.toml.
"""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from fakturo.ai.proof.cautions import either_of, lowered
from fakturo.ai.proof.spans import Span

_LIST = Path(__file__).with_name("courtesies.toml")
_GREETING = re.compile(
    r"(?:^|\n)[ \t]*(?:hi|hello|hey|dear|good[ \t]+(?:morning|afternoon|evening)|hallo|liebe[rs]?"
    r"|guten[ \t]+\w+|moin|sehr[ \t]+geehrte[rs]?)"
    r"(?:[ \t]{1,9}(?:(?-i:[A-ZÀ-ÖØ-Þ])[^\W\d_]*\.?|und|and|or|&)){0,5}(?<!\w{4}\.)"
    r"(?:[ \t]{1,9}[^\W\d_]+)?[ \t]{0,9}[,!:\n]",
    re.IGNORECASE,
)
"""With names after it and at most one other word, or it may say more than a greeting."""


def courtesies(text: str) -> Iterator[Span]:
    """Places of polite phrases."""
    return (found.span() for found in _phrases().finditer(lowered(text)))


def greetings(text: str) -> Iterator[Span]:
    """Places of "Dear Jane," and the like."""
    return (found.span() for found in _GREETING.finditer(text))


@cache
def _phrases() -> re.Pattern[str]:
    listed = tomllib.loads(_LIST.read_text("utf-8"))["harmless"]
    phrases = sorted(re.split(r"[,\n]\s*", listed.strip().lower()), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{either_of(','.join(phrases))})(?!\w)")

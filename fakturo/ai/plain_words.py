"""Words that mean nothing for an order: what may stand around quantities, codes and prices unread.

A sentence that orders something may hold these and the named things, nothing else; an unknown word there
could be "frozen" or "minus", and a person looks. The words are in plain_words.toml.
"""

import re
import tomllib
from pathlib import Path

_LISTS = tomllib.loads(Path(__file__).with_name("plain_words.toml").read_text("utf-8"))

LINE_WORDS = frozenset(_LISTS["line"].split())
"""Between the quantity, the code and the price of one line."""

SENTENCE_WORDS = LINE_WORDS | frozenset(_LISTS["sentence"].split())
"""Anywhere in a sentence that orders something."""

REFERENCES = frozenset(_LISTS["reference"].split())
"""Words that speak of the order itself: a sentence that holds one is read as strictly as an order line."""

_PACK = (
    r"(?:box(?:es)?|packs?|packets?|packages?|cartons?|crates?|cases?|pallets?|trays?|sets?|pairs?|rolls?|bundles?|sleeves?"
    r"|kilos?|kg|g|m|cm|litres?|metres?|kartons?|kisten?|paletten?|gebinde|packungen?|päckchen|pakete?|paare?|sätze"
    r"|rollen?|bündel|ve|dozen|dutzend|hundred|hundert)\b"
)
PACKS = re.compile(rf"\s*(?:of\s+(?:the\s+)?)?{_PACK}(?!\s+of\s+\d)", re.IGNORECASE)
"""Right after a quantity: pieces or packs? Only where the item's code fixes what one of it is."""
PACKS_PRICED = re.compile(
    rf"\s*(?:/|\b(?:an?|per|the|for|each|pro|je|das|die|der|für)\b)\s*(?:an?\s+|the\s+)?{_PACK}",
    re.IGNORECASE,
)
"""Right after a price: the price of more than one piece."""

WORD = re.compile(r"[^\W\d_]+(?:['\u2019.-][^\W\d_]+)*", re.UNICODE)


def unknown_words(text: str, known: frozenset[str]) -> list[str]:
    """Words of a text that are not among the known, in lower case."""
    words = (word.casefold().replace("\u2019", "'") for word in WORD.findall(text))
    return [word for word in words if word not in known and not set(word.split("-")) <= known]

"""Common words of orders (plain_words.toml), by which a language and a request are known. Pure."""

import re
import tomllib
from pathlib import Path

_LISTS = tomllib.loads(Path(__file__).with_name("plain_words.toml").read_text("utf-8"))

ASKING = frozenset(_LISTS["asking"].casefold().split())
REPORTING = frozenset(_LISTS["reporting"].casefold().split())
COMMON = frozenset(f"{_LISTS['line']} {_LISTS['sentence']} {_LISTS['common']}".casefold().split())
"""By these words a language is known, and a word that is no name."""
OF_NAMES = frozenset(_LISTS["of_names"].casefold().split())
"""Words of names that any sentence may hold."""
LEAST_COMMON = 0.2
"""Share of common words below which a sentence is in no language that we read."""
LONGEST_SIGNATURE = 4
_SIGNATURE_PARTS = re.compile("[|\u00b7\u2022]")

_PACK = (
    r"(?:box(?:es)?|packs?|packets?|packages?|cartons?|crates?|cases?|pallets?|trays?|sets?|pairs?|rolls?"
    r"|bundles?|sleeves?"
    r"|kilos?|kg|g|m|cm|litres?|metres?|meter|liter|kartons?|kisten?|paletten?|gebinde|packungen?"
    r"|päckchen|pakete?|paare?|sätze"
    r"|rollen?|bündel|ve|dozen|dutzend|hundred|hundert)\b"
)
PACKS = re.compile(rf"\s*(?:of\s+(?:the\s+)?)?{_PACK}(?!\s+of\s+\d)", re.IGNORECASE)
"""Right after a quantity: pieces or packs? Only where the item's code fixes what one of it is."""
PACKS_PRICED = re.compile(
    r"[ \t]*(?:/|\b(?:an?|per|the|for|each|pro|je|das|die|der|für)\b)[ \t]*(?:an?[ \t]+|the[ \t]+)?"
    rf"(?:{_PACK}|\d)",
    re.IGNORECASE,
)
"""Right after a price: the price of more than one piece."""
UNIT_PRICE = re.compile(
    r"\b(?:each|apiece|ea|per\s+(?:piece|unit|item)|a\s+piece|unit\s+price|price|respectively|je"
    r"|pro\s+(?:stück|st|stk|einheit)|einzelpreis"
    r"|stückpreis|preis|à|at)\b|@",
    re.IGNORECASE,
)
"""Says that a price is for one; without it "10 mugs, £20" may mean all ten."""

_HEADS_QUANTITY = re.compile(r"\b(?:qty|quantity|menge|anzahl|stück)\b", re.IGNORECASE)
_HEADS_PRICE = re.compile(
    r"\b(?:price|preis|einzelpreis|stückpreis|ep|e-preis|unit\s+cost|price\s+each)\b", re.IGNORECASE
)
PER_PIECE = re.compile(
    r"\bprices?\b[^.\n]{0,40}\b(?:each|per\s+(?:piece|unit|item)|apiece)\b|\bunit\s+(?:prices?|cost)\b|\bprice\s+each\b"
    r"|\bpreise?\b[^.\n]{0,40}\b(?:je|pro)\s+(?:stück|stk|einheit)|\b(?:einzel|stück)preise?\b",
    re.IGNORECASE,
)
"""Says of all prices of a letter that they are for one."""
LONGEST_HEAD = 200
"""Letters of a table's head."""
MOST_COLUMN_WORDS = 10

WORD = re.compile(r"[^\W\d_]+(?:['\u2019.-][^\W\d_]+)*", re.UNICODE)


def has_price_head(text: str) -> bool:
    """Whether a line is the head of a table with quantities and, right of them, prices of one piece."""
    for line in text.split("\n"):
        is_head = len(line) <= LONGEST_HEAD and not line.rstrip().endswith((".", "!", "?", ":"))
        if is_head and len(WORD.findall(line)) <= MOST_COLUMN_WORDS and not any(map(str.isdigit, line)):
            quantity = _HEADS_QUANTITY.search(line)
            if quantity and _HEADS_PRICE.search(line, quantity.end()):
                return True
    return False


def is_foreign(text: str) -> bool:
    """Whether a sentence is in no language that we read; a short line of capitalised words is a signature."""
    return any(map(_is_part_foreign, _SIGNATURE_PARTS.split(text)))


def _is_part_foreign(text: str) -> bool:
    words = [word[0] for word in WORD.finditer(text)]
    if not words or (len(words) <= LONGEST_SIGNATURE and all(word[0].isupper() for word in words)):
        return False
    return sum(_is_known(_plain(word), COMMON) for word in words) < LEAST_COMMON * len(words)


def _is_known(word: str, known: frozenset[str]) -> bool:
    return word in known or set(word.split("-")) <= known


def _plain(word: str) -> str:
    return word.casefold().replace("\u2019", "'")

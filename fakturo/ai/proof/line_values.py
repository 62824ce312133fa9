"""Whether a line's quantity and price are what the text says, and whether the price is for one. Pure."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import lru_cache

from fakturo.ai.proof.amounts_in_text import Item
from fakturo.ai.proof.item_names import is_catalogue_name, line_finding
from fakturo.ai.proof.plain_words import PACKS, PACKS_PRICED, UNIT_PRICE
from fakturo.ai.proof.proposal import ProposedLine
from fakturo.ai.proof.spans import Span
from fakturo.finding import Finding

FEWEST_PRICE_DECIMALS = 2
FEWEST_SMALL_LETTERS = 20
"""Of a text; with fewer, capitals tell no catalogue's name from other words."""
THOUSANDS_PART = 3
"""Digits before the first space of "123 456,78"."""
_MANY = frozenset({"dozen", "dutzend", "hundred", "hundert"})
_AFTER_PRICE = re.compile(r"[^\d,;\n]{0,25}")
_AT = re.compile(r"(?:\b(?:zu|zum\s+preis\s+von)|\s[àáa])\s*$", re.IGNORECASE)
"""Right before a price for one: "zwei Karten zu 20 €"."""
_ATTRIBUTE = re.compile(
    r"\d{1,3}(?:\s|-)?(?:tier|drawer|seater|door|arm|ply|layer|step|inch|cm|mm|ml|cl|watt|volt|d)\b",
    re.IGNORECASE,
)
"""Says how large one thing is, never how many there are."""
_GROUP_OF_THREE = re.compile(r"\d{3}(?!\d)")


def price_and_count(values: Sequence[Item]) -> tuple[Item | None, Item | None]:
    """Price and quantity of a line; without a sign the price is the one with two decimals or more."""
    prices = [item for item in values if item.kind == "money"]
    counts = [item for item in values if item.kind in {"count", "weak_count"}]
    if not prices:
        known = [(item, _decimals(item.value)) for item in counts if item.value is not None]
        prices = [item for item, decimals in known if decimals >= FEWEST_PRICE_DECIMALS]
        counts = [item for item, decimals in known if decimals == 0]
    if len(prices) != 1 or len(counts) != 1:
        return None, None
    return prices[0], counts[0]


def line_total(values: Sequence[Item]) -> Item | None:
    """The last of three numbers where it is the product of the two before it, exactly."""
    *pair, last = values
    price, count = price_and_count(pair)
    if price is None or count is None or price.value is None or count.value is None:
        return None
    same_kind = last.kind == price.kind and last.currency == price.currency
    return last if same_kind and last.value == price.value * count.value else None


def value_findings(
    text: str, line: ProposedLine, no: int, price: Item, count: Item, corrected: Decimal | None
) -> Iterator[Finding]:
    """Compare a drafted line with its numbers in the text.

    Args:
        text: the sender's own words.
        line: the drafted line.
        no: its number, from 0.
        price: its unit price in the text.
        count: its quantity in the text.
        corrected: the quantity that a later sentence gives it; None: none does.
    """
    if price.value is None or count.value is None:
        unclear = price.text if price.value is None else count.text
        yield line_finding("number_ambiguous", no, f"{unclear!r} can be read in two ways.")
        return
    if _may_be_one_number(text, count, price) or _may_be_one_number(text, price, count):
        both = text[min(count.start, price.start) : max(count.end, price.end)]
        yield line_finding("number_ambiguous", no, f"{both!r} may be one number or two.")
    if price.is_negative or count.is_negative:
        yield line_finding("number_negative", no, "a quantity or price has a minus sign.")
    if corrected is not None and line.quantity != corrected:
        message = f"quantity {line.quantity} is wrong: a later sentence corrects {count.text!r} to "
        f"{corrected}; write {corrected}."
        yield line_finding("quantity_wrong", no, message)
    elif corrected is None and line.quantity != count.value:
        message = f"quantity {line.quantity} is not the text's {count.text!r}; write {count.value:f}."
        yield line_finding("quantity_wrong", no, message)
    if line.unit_price != price.value:
        message = f"unit price {line.unit_price} is not the text's {price.text!r}; write {price.value}."
        yield line_finding("price_wrong", no, message)
    if line.unit_price == 0 or line.quantity == 0:
        yield line_finding("price_zero", no, "quantity or price is zero.")


def price_meaning(
    text: str,
    line: ProposedLine,
    no: int,
    price: Item,
    count: Item,
    *,
    whole: Span,
    name: Span | None,
    is_per_piece: bool,
    letter: str,
) -> Iterator[Finding]:
    """Whether the price is for one of what is counted.

    Args:
        text: the sender's own words.
        line: the drafted line.
        no: its number, from 0.
        price: its unit price in the text.
        count: its quantity in the text.
        whole: place of the line.
        name: place of its name.
        is_per_piece: a table's head or a line total says so.
        letter: all of the sender's own words, for how they are written.
    """
    if count.value != 1 and not is_per_piece and not says_each(text, price, count, whole, name):
        yield line_finding("price_of_what", no, f"whether {price.text!r} is for one or for all is not said.")
    if _is_of_packs(text, price, count, name):
        yield line_finding("packs", no, "the price is for more than one piece.")
    catalogued = bool(line.code and name and _is_of_the_name(letter, text[slice(*name)]))
    follows = name is not None and name[0] >= count.end and not text[count.end : name[0]].strip()
    if name and follows and text[name[0]].isdigit() and not catalogued:
        said = text[count.start : name[1]]
        yield line_finding("packs", no, f"{said!r} may be {count.text!r} times a pack.")
    packs = PACKS.match(text, count.end)
    same_pack = PACKS_PRICED.match(text, price.end) and not _is_of_packs(text, price, count, name)
    if packs and not same_pack and not (line.code and name and name[0] <= packs.end() <= name[1]):
        pack = packs[0].split()[-1]
        yield line_finding("packs", no, f"whether the price is for a piece or for a {pack} is not certain.")


def _is_of_packs(text: str, price: Item, count: Item, name: Span | None) -> bool:
    """Whether a price is for more than one of what is counted: "per dozen", or per box where pieces are."""
    priced = PACKS_PRICED.match(text, price.end)
    if priced is None:
        return False
    word = re.findall(r"\w+", priced[0])[-1].casefold().rstrip("s")
    if word.isdigit() or word in _MANY:
        return True
    counted = PACKS.match(text, count.end)
    said = (text[slice(*name)] if name else "") + " " + (counted[0] if counted else "")
    return not any(each.casefold().startswith(word[:-1] or word) for each in re.findall(r"[^\W\d_]+", said))


def says_each(text: str, price: Item, count: Item, whole: Span, name: Span | None) -> bool:
    """Whether the words around a price say that it is for one of what is counted."""
    if PACKS_PRICED.match(text, price.end) and not _is_of_packs(text, price, count, name):
        return True
    if _AT.search(text[max(0, price.start - 8) : price.start]):
        return True
    said = text[whole[0] : name[0]] + " " + text[name[1] : whole[1]] if name else text[slice(*whole)]
    after = _AFTER_PRICE.match(text, price.end)
    return bool(UNIT_PRICE.search(f"{said} {after[0] if after else ''}"))


def _is_of_the_name(text: str, name: str) -> bool:
    """Whether a number at a name's start is a part of it: "3 tier stand", or any in a catalogue's name."""
    return bool(_ATTRIBUTE.match(name)) or (is_catalogue_name(name) and not _is_shouted(text))


@lru_cache(maxsize=2)
def _is_shouted(text: str) -> bool:
    return sum(map(str.islower, text)) < FEWEST_SMALL_LETTERS


def _may_be_one_number(text: str, one: Item, other: Item) -> bool:
    """Whether "1 234,50" stands there: two numbers, or one with a space between its thousands."""
    between = text[one.end : other.start]
    return (
        one.end <= other.start
        and between == " "
        and one.text.isdigit()
        and len(one.text) <= THOUSANDS_PART
        and bool(_GROUP_OF_THREE.match(other.text))
    )


def _decimals(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0

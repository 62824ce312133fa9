"""What the official rules can tell apart about an invoice, so that a shape that passed need not ask again.

A rule of EN 16931 looks at three things. Amounts that must agree (BR-CO-10 to 17, BR-S-08 and its siblings):
`fakturo.check` proves those, with less tolerance than the rules have. Codes, signs, rates and counts of
decimals: they are part of the shape as they stand. And whether a term is there at all: the shape says so.
What else a text says, no rule reads. So two invoices of one shape are accepted or refused alike, and a test
holds that against the rules.
"""

from collections.abc import Hashable, Mapping
from datetime import date
from typing import Any

from fakturo.einvoice.writing.terms import Terms

AMOUNTS = frozenset(
    ("BT-106", "BT-107", "BT-108", "BT-109", "BT-110", "BT-111", "BT-112", "BT-113", "BT-114", "BT-115",
     "BT-116", "BT-117", "BT-131", "amount")
)  # fmt: skip
"""Of these the sign and the decimals count (BR-DEC)."""
NUMBERS = frozenset(("BT-129", "BT-146", "BT-149"))
"""Of these the sign alone (BR-27): quantities and prices may have any number of decimals."""
CODES = frozenset(
    ("BT-3", "BT-5", "BT-6", "BT-24", "BT-81", "BT-87-1", "BT-118", "BT-119", "BT-121", "BT-130", "BT-151",
     "BT-152", "BT-157-1", "country_code", "legal_identifier_schemeid", "einvoicing_addr_schemeid",
     "vat_category_code", "vat_rate")
)  # fmt: skip
"""Of these every letter counts."""
PREFIXED = frozenset(("vat_identifier",))
"""BR-CO-09 reads the two letters of the country."""
COUNTED = frozenset(("BG-23",))
"""Of these lists order and number count (BR-E-01: one group of a category); of others which kinds occur."""


def shape(terms: Terms) -> Hashable:
    """What a rule can see of an invoice; equal shapes are accepted or refused alike."""
    return _of_mapping(terms)


def _of_mapping(found: Mapping[Any, Any]) -> Hashable:
    return tuple(sorted((str(key), _of_value(key, value)) for key, value in found.items()))


def _of_value(key: Any, value: Any) -> Hashable:
    if isinstance(value, Mapping):
        return _of_mapping(value)
    if isinstance(value, list):
        kinds = [_of_mapping(each) for each in value]
        return tuple(kinds) if key in COUNTED else (len(kinds) > 1, tuple(sorted(set(kinds), key=repr)))
    return "date" if isinstance(value, date) else _of_text(key, str(value))


def _of_text(key: str, text: str) -> Hashable:
    if key in CODES:
        return text
    if key in PREFIXED:
        return text[:2]
    if key in AMOUNTS:
        return _sign(text), len(text.partition(".")[2])
    return _sign(text) if key in NUMBERS else "text"


def _sign(number: str) -> str:
    """'-12.50' -> '-', '0.00' -> '0', '3' -> '+'."""
    if not number.strip("-0."):
        return "0"
    return "-" if number.startswith("-") else "+"

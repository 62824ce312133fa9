"""EN 16931 code lists of tax: what each category means, and which exemption codes (VATEX, BT-121) fit it.

Source: UNCL 5305 as restricted by EN 16931-1 (BT-118, BT-151); code list VATEX of the Commission's eInvoicing
registry; Peppol BIS Billing 3.0 rules P0104 to P0111 (which code goes with which category).
"""

import csv
from functools import cache
from pathlib import Path
from typing import NamedTuple, cast

from fakturo.order import TaxCategory

MEANINGS: dict[TaxCategory, str] = {
    "S": "standard rate (and reduced ones)",
    "Z": "zero-rated goods",
    "E": "exempt from tax",
    "AE": "reverse charge",
    "K": "intra-Community supply",
    "G": "free export item",
    "O": "not subject to tax",
    "L": "IGIC, Canary Islands",
    "M": "IPSI, Ceuta and Melilla",
}
"""Names of the categories in EN 16931, in plain words."""

RULE_PREFIX: dict[TaxCategory, str] = {
    "S": "BR-S",
    "Z": "BR-Z",
    "E": "BR-E",
    "AE": "BR-AE",
    "K": "BR-IC",
    "G": "BR-G",
    "O": "BR-O",
    "L": "BR-AF",
    "M": "BR-AG",
}
"""How the rules of a category begin in the official validation artefacts."""

NEEDS_REASON: frozenset[TaxCategory] = frozenset({"E", "AE", "K", "G", "O"})
"""Categories whose group must have an exemption reason or its code (BR-E-10 and siblings)."""

_BY_ITSELF: dict[TaxCategory, str] = {
    "AE": "VATEX-EU-AE",
    "K": "VATEX-EU-IC",
    "G": "VATEX-EU-G",
    "O": "VATEX-EU-O",
}
_TABLE = Path(__file__).with_name("vatex.csv")


class ExemptionCode(NamedTuple):
    """One code of the list VATEX."""

    code: str
    category: TaxCategory
    basis: str
    """The article or law that exempts."""


@cache
def exemption_codes() -> dict[str, ExemptionCode]:
    """All codes of the list that we know, by code in capitals."""
    with _TABLE.open(encoding="utf-8", newline="") as lines:
        return {
            row["code"]: ExemptionCode(row["code"], cast("TaxCategory", row["category"]), row["basis"])
            for row in csv.DictReader(lines)
        }


def default_code(category: TaxCategory) -> str | None:
    """The VATEX code that a category has by itself; None where none is due, or the law must be known (E)."""
    return _BY_ITSELF.get(category)


def codes_of(category: TaxCategory) -> tuple[str, ...]:
    """Every VATEX code that may stand in a group of this category."""
    return tuple(each.code for each in exemption_codes().values() if each.category == category)

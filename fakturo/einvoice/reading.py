"""What an e-invoice says, read for its arithmetic: one record for CII and UBL, every figure with its place.

Nothing is rounded, corrected or completed; what is absent or no number is None, and the schema tells of it.
Names are those of EN 16931-1. The paths are in `cii.py` and `ubl.py`.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from fakturo.einvoice.parsing import Node

MOST_DIGITS = 40
"""A longer figure is no amount, and would only cost time."""
_DAY = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")


class Figure(NamedTuple):
    """A number and where it stands."""

    value: Decimal
    element: Node


@dataclass(frozen=True)
class Adjustment:
    """An allowance or a charge, of the document or of a line (BG-20, BG-21, BG-27, BG-28)."""

    is_charge: bool
    amount: Figure
    base: Figure | None = None
    percent: Figure | None = None
    category: str = ""
    rate: Decimal | None = None


@dataclass(frozen=True)
class Line:
    """One invoice line (BG-25)."""

    id: str
    """BT-126."""
    element: Node
    quantity: Figure | None = None
    """BT-129."""
    unit: str = ""
    net: Figure | None = None
    """BT-131."""
    price: Figure | None = None
    """BT-146."""
    gross_price: Figure | None = None
    """BT-148."""
    discount: Figure | None = None
    """BT-147."""
    base: Figure | None = None
    """BT-149; absent means 1."""
    base_unit: str = ""
    adjustments: tuple[Adjustment, ...] = ()
    category: str = ""
    rate: Decimal | None = None
    counts: bool = True
    """False for lines that only group or inform (Factur-X EXTENDED)."""


@dataclass(frozen=True)
class TaxGroup:
    """One row of the VAT breakdown (BG-23)."""

    element: Node
    taxable: Figure | None
    """BT-116."""
    tax: Figure | None
    """BT-117."""
    category: str
    rate: Decimal | None


@dataclass(frozen=True)
class Said:
    """What an invoice says."""

    number: str
    """BT-1; empty where there is none."""
    currency: str
    """BT-5."""
    seller: str
    """BT-27."""
    seller_vat_id: str
    """BT-31."""
    element: Node
    """Where the totals stand."""
    type_code: str = ""
    """BT-3."""
    issue_date: date | None = None
    """BT-2."""
    due_date: date | None = None
    """BT-9."""
    buyer: str = ""
    """BT-44."""
    buyer_vat_id: str = ""
    """BT-48."""
    lines: tuple[Line, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()
    groups: tuple[TaxGroup, ...] = ()
    totals: dict[str, Figure] = field(default_factory=dict)
    """BT-106 to BT-115 by number, those that are there."""

    @property
    def total(self) -> Decimal | None:
        """BT-112, with tax."""
        found = self.totals.get("BT-112")
        return found.value if found else None

    @property
    def due(self) -> Decimal | None:
        """BT-115."""
        found = self.totals.get("BT-115")
        return found.value if found else None


def day_of(text: str) -> date | None:
    """A day as either syntax writes it, 2026-03-02 or 20260302; None where it is none."""
    found = _DAY.match(text)
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def number_of(text: str | None) -> Decimal | None:
    """A decimal as XML schema writes it; None where it is none, or longer than any amount."""
    stripped = (text or "").strip()
    if len(stripped) > MOST_DIGITS or not _NUMBER.fullmatch(stripped) or not stripped.isascii():
        return None
    return Decimal(stripped)

"""A document beside what was usual before it: the records that the rules of fakturo/policy.py compare.

Quantities and amounts are floats: they are held against each other, never booked. What is usual comes from
earlier documents only; what is not known is NaN, None or empty, and no rule fires on it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import nan


@dataclass(frozen=True)
class Line:
    """One line, in the document's currency."""

    number: int
    product: str
    quantity: float
    unit_price: float


@dataclass(frozen=True)
class Document:
    """An order or a drafted invoice; amounts in major units of its currency."""

    document_id: str
    customer_id: str
    currency: str
    created_at: datetime
    net: float
    tax: float
    tax_rate_pct: float | None
    """Of the whole document: the mean of its rates, weighted by net."""
    lines: Sequence[Line]
    country: str | None = None
    bank_account: str | None = None


@dataclass(frozen=True)
class Earlier:
    """An earlier document of the same customer and currency; older than a week it says nothing."""

    document_id: str
    created_at: datetime
    net: float
    lines: Sequence[tuple[str, float]]
    """Product and quantity."""


@dataclass(frozen=True)
class UsualProduct:
    """Of one product in one currency, from the lines of earlier documents."""

    lines: int = 0
    document_share: float = 0.0
    """Of all earlier documents, those with this product."""
    price: float = nan
    """Median unit price of the last 50 lines."""
    low_price: float = nan
    top_price: float = nan
    """Of the same lines."""
    quantity: float = nan
    """Median of the last 50 lines."""
    taken: int = 0
    """Lines of this customer."""
    taken_quantity: float = nan
    """Median of this customer's last 20."""
    taken_top: float = nan
    """The most that this customer ever took."""
    taken_price: float = nan
    """Unit price of this customer's last one."""


@dataclass(frozen=True)
class Usual:
    """What is known from before a document; the defaults say that nothing is."""

    earlier: Sequence[Earlier] = ()
    products: Mapping[str, UsualProduct] = field(default_factory=dict)
    customer_lines: int = 0
    """In the document's currency."""
    customer_scale: float = 1.0
    """Median of quantity / the product's usual quantity, over the customer's last 100 lines."""
    customer_top_price: float = nan
    """Highest unit price that the customer took."""
    accounts: frozenset[str] = frozenset()
    """Bank accounts seen for the customer."""
    account_is_anothers: bool = False
    """Whether the document's account was seen for another customer."""
    country_rate_pct: float | None = None
    """Median of the country's last 50 documents; None with fewer than fakturo.policy.RATES_KNOWN."""
    customer_rate_pct: float | None = None
    """Median of the customer's last 20 documents."""
    hour_share: float | None = None
    """Share of earlier documents within an hour before or after; None with fewer than HOURS_KNOWN."""
    limits: Sequence[float] = ()
    """Amounts from which a document needs approval, in its currency."""

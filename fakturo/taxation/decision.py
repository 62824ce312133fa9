"""What is asked of tax determination, and its answer: a decision with its reason, or a question."""

from decimal import Decimal
from typing import Literal, NamedTuple

from fakturo.finding import Finding
from fakturo.order import TaxCategory

Kind = Literal["goods", "services", "electronic", "unknown"]
"""`electronic`: telecommunication, broadcasting and electronically supplied services (art. 58); the other
services follow the general rules (arts. 44 and 45), not those of land, events or transport (arts. 47-57)."""

OneStopShop = Literal["unknown", "registered", "below_threshold"]
"""Sales to consumers in other member states: taxed there through the one-stop shop (art. 369a), or below
10,000 EUR a year and taxed at home (art. 59c). Nobody but the seller knows which."""

Certainty = Literal["decided", "ask", "not_known"]
"""`ask`: a person or a setting must say it. `not_known`: outside these rules, the seller's settings apply."""

KIND_SETTING = "FAKTURO_SELLER_SUPPLIES"
OSS_SETTING = "FAKTURO_SELLER_ONE_STOP_SHOP"


class Supplier(NamedTuple):
    """What must be known of who supplies."""

    country: str
    """ISO 3166-1 alpha-2."""
    vat_id: str | None = None
    postcode: str | None = None
    is_small_business: bool = False
    """Exempt as a small enterprise (arts. 282-292, § 19 UStG): no VAT on its invoices."""
    one_stop_shop: OneStopShop = "unknown"


class Customer(NamedTuple):
    """What must be known of who is supplied, at the place where goods arrive or services are received."""

    country: str | None
    postcode: str | None = None
    vat_id: str | None = None
    is_business: bool | None = None
    """None: nobody said."""


class Decision(NamedTuple):
    """Category and rate of a supply with the reason why, or why it is not decided."""

    category: TaxCategory | None
    rate: Decimal | None
    """Percent; None where it is not decided."""
    reason: str
    """One or two English sentences that name the article."""
    vatex: str | None = None
    """Code of the exemption reason (BT-121)."""
    certainty: Certainty = "decided"
    findings: tuple[Finding, ...] = ()
    """Why a person must decide; empty unless certainty is `ask`."""


def taxed(rate: Decimal, reason: str, category: TaxCategory = "S") -> Decision:
    """Tax is charged at this rate, percent."""
    return Decision(category, rate, reason)


def free(category: TaxCategory, reason: str, vatex: str | None = None) -> Decision:
    """No tax is charged."""
    return Decision(category, Decimal(0), reason, vatex)


def ask(code: str, reason: str, place: str = "customer") -> Decision:
    """A person must say more; nothing is guessed."""
    finding = Finding(code=code, message=reason, place=place)
    return Decision(None, None, reason, certainty="ask", findings=(finding,))


def ask_kind(between: str) -> Decision:
    """Goods or services? It decides here.

    Args:
        between: what depends on it, as a clause: `goods are K, services AE`.
    """
    reason = (
        f"Whether goods or services are supplied decides the tax here ({between}); "
        f"say so for all orders by {KIND_SETTING}, or give the lines their tax category."
    )
    return ask("supply_kind_unknown", reason, "tax")


def not_known(reason: str) -> Decision:
    """Outside these rules."""
    return Decision(None, None, f"{reason}; the seller's settings apply.", certainty="not_known")

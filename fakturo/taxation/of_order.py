"""The tax that an order's place of supply gives to the lines that say nothing of their own."""

from datetime import date

from fakturo.invoice import TaxGroup
from fakturo.order import Order, Party
from fakturo.seller import Seller
from fakturo.tax import Client
from fakturo.taxation.decision import Customer, Decision, Supplier
from fakturo.taxation.place import supply


def decide(order: Order, buyer: Party, client: Client, seller: Seller, on: date) -> Decision | None:
    """What follows from who sells what to whom, where, on the day of the supply.

    Returns:
        None where nothing depends on it: every line or the client says its tax, the seller has not said
        what it supplies, or the case lies outside the rules; then the seller's settings apply.
    """
    if seller.supplies is None or client.tax_category is not None or client.tax_rate is not None:
        return None
    if all(line.tax_category or line.tax_rate is not None for line in order.lines):
        return None
    where = order.deliver_to or buyer
    decision = supply(
        Supplier(
            country=seller.country,
            vat_id=seller.vat_id,
            postcode=seller.postcode,
            is_small_business=seller.small_business,
            one_stop_shop=seller.one_stop_shop,
        ),
        Customer(country=where.country, postcode=where.postcode, vat_id=buyer.vat_id),
        seller.supplies,
        on,
    )
    return None if decision.certainty == "not_known" else decision


def told(groups: tuple[TaxGroup, ...], decision: Decision | None) -> tuple[TaxGroup, ...]:
    """The tax breakdown with the reason of what was decided, and its code where the law gives one."""
    if decision is None:
        return groups
    return tuple(
        group.model_copy(
            update={
                "determined": decision.reason,
                "exemption_code": decision.vatex or group.exemption_code,
                "exemption_reason": group.exemption_reason or (decision.reason if decision.vatex else None),
            }
        )
        if (group.category, group.rate) == (decision.category, decision.rate)
        else group
        for group in groups
    )

"""Which tax one supply bears, from who sells what to whom, where and when: the one door of this room.

Nothing is guessed: what the parties do not show is a question for a person, what lies outside these rules
is not known, and a VAT id that is wrong is never a reason to leave VAT away. See docs/taxes.md for the
table in words.
Source: Directive 2006/112/EC, titles V, VIII, IX and XII; the national laws are named where they are applied.
"""

from datetime import date

from fakturo.taxation import vat_ids
from fakturo.taxation.decision import Customer, Decision, Kind, Supplier, ask, ask_kind, not_known
from fakturo.taxation.domestic import is_domestic, small_business, within_state
from fakturo.taxation.outside_union import from_third_country, out_of_union
from fakturo.taxation.territory import SPELLINGS, Territory, in_union, locate
from fakturo.taxation.within_union import between_states


def supply(supplier: Supplier, customer: Customer, kind: Kind, on: date) -> Decision:
    """Category, rate and reason of one supply.

    Args:
        supplier: who sells.
        customer: who buys, at the address where goods arrive or services are received.
        kind: goods, services, electronic services, or unknown.
        on: day of the supply (the tax point, BT-7).
    """
    if not customer.country:
        return not_known("The customer has no country")
    here = _seller_place(supplier, on)
    there = locate(customer.country, customer.postcode, on)
    if supplier.is_small_business and not here.services_in_union:
        return not_known(f"What a small business in {here.name or here.country} charges is not known")
    if is_domestic(here, there):
        if supplier.is_small_business:
            return small_business(here)
        if kind in {"services", "electronic"} and _is_registered_abroad(customer, here, on):
            return ask(
                "vat_id_of_another_state",
                f"The customer in {there.country} uses a VAT id of another state, {customer.vat_id}; "
                "services are taxed "
                "where the customer's business is (Directive 2006/112/EC art. 44). Say which address "
                "receives them.",
            )
        return within_state(here, there, on)
    return _abroad(here, there, supplier, customer, kind, on)


def _abroad(
    here: Territory, there: Territory, supplier: Supplier, customer: Customer, kind: Kind, on: date
) -> Decision:
    """A supply that leaves the seller's state, or the tax area of its part of it."""
    is_half_inside = any(each.goods_in_union and not each.services_in_union for each in (here, there))
    if kind == "unknown" and is_half_inside and here.goods_in_union:
        return ask_kind("for goods Northern Ireland counts as a member state, for services it does not")
    of_goods = kind in {"goods", "unknown"}
    leaves_union = here.goods_in_union if of_goods else here.services_in_union
    enters_union = there.goods_in_union if of_goods else there.services_in_union
    if leaves_union and enters_union:
        return between_states(here, there, supplier, customer, kind, on)
    if in_union(here.country, on) and not here.is_excluded:
        if supplier.is_small_business and kind == "goods":
            return small_business(here)
        return out_of_union(here, there, customer, kind)
    return from_third_country(here, there, customer, kind)


def _seller_place(supplier: Supplier, on: date) -> Territory:
    """A British seller with an XI number supplies goods from Northern Ireland, whatever its postcode."""
    here = locate(supplier.country, supplier.postcode, on)
    if here.place == "GB" and vat_ids.read(supplier.vat_id).country == "XI":
        return locate("GB", "BT1", on)
    return here


def _is_registered_abroad(customer: Customer, here: Territory, on: date) -> bool:
    found = vat_ids.read(customer.vat_id, SPELLINGS.get(customer.country or "", customer.country))
    if found.status != "valid" or found.country is None or {found.country, here.country} <= {"GB", "XI"}:
        return False
    return found.country != here.country and in_union(found.country, on)

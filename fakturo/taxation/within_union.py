"""A supply from one member state to another: to a business without VAT, to a consumer with the right state's.

Source: Directive 2006/112/EC arts. 33, 44, 45, 58, 59c, 138, 196, 369a; Regulation 282/2011 art. 18;
Protocol on Northern Ireland art. 8 (XI counts as a member state for goods).
"""

from datetime import date

from fakturo.taxation import rates, vat_ids
from fakturo.taxation.decision import (
    OSS_SETTING,
    Customer,
    Decision,
    Kind,
    Supplier,
    ask,
    ask_kind,
    free,
    taxed,
)
from fakturo.taxation.domestic import aged, at_home, small_business
from fakturo.taxation.territory import Territory, in_union
from fakturo.taxation.vat_ids import VatId

_GOODS_LAW = {"DE": " (§ 4 no. 1 b, § 6a UStG)"}
_SERVICES_LAW = {"DE": " (§ 3a (2) UStG)"}


def between_states(
    here: Territory, there: Territory, supplier: Supplier, customer: Customer, kind: Kind, on: date
) -> Decision:
    """Tax of a supply that leaves one member state for another.

    Args:
        here: the seller's place, in the EU for this kind of supply.
        there: the customer's place, in the EU for this kind and in another state.
        supplier: for its VAT id, one-stop shop and small-business flag.
        customer: for its VAT id and whether it is a business.
        kind: goods or services.
        on: day of the supply.
    """
    vat_id = vat_ids.read(customer.vat_id, "XI" if there.place == "XI" else there.country)
    if vat_id.status == "invalid":
        return wrong(vat_id)
    if vat_id.status == "valid" and _is_of_a_member_state(vat_id, kind, on):
        return _to_business(here, there, supplier, vat_id, kind)
    if vat_id.status != "absent":
        return ask(
            "vat_id_of_no_member_state",
            f"The customer's VAT id {vat_id.number} is of no member state"
            f"{f' ({vat_id.problem})' if vat_id.problem else ''}, and the supply goes to "
            f"{there.name or there.country}; "
            "get the VAT id that it uses there, or clear it if the customer is a consumer.",
        )
    if customer.is_business:
        return ask(
            "vat_id_missing",
            f"The customer is a business in {there.name or there.country} without a VAT id; without one "
            "neither K nor AE "
            "holds (art. 138 (1) (b), Regulation 282/2011 art. 18). Ask for it.",
        )
    return _to_consumer(here, there, supplier, customer, kind, on)


def wrong(vat_id: VatId) -> Decision:
    """The customer's VAT id cannot be right, and the tax depends on it."""
    return ask(
        "vat_id_invalid",
        f"The customer's VAT id {vat_id.number} is wrong: {vat_id.problem}. Ask the customer; until then "
        "it is no reason "
        "to leave VAT away.",
    )


def _is_of_a_member_state(vat_id: VatId, kind: Kind, on: date) -> bool:
    if vat_id.country == "XI":
        return kind in {"goods", "unknown"}
    return vat_id.country is not None and in_union(vat_id.country, on)


def _to_business(
    here: Territory, there: Territory, supplier: Supplier, vat_id: VatId, kind: Kind
) -> Decision:
    if vat_id.country == here.place[:2]:
        return ask(
            "vat_id_of_sellers_state",
            f"The customer in {there.name or there.country} uses a VAT id of the seller's own state, "
            f"{vat_id.number}; "
            "art. 138 and art. 196 need one of another state. Ask for it.",
        )
    if kind == "unknown":
        return ask_kind("to a business in another member state goods are K, services AE")
    if kind == "goods" and supplier.is_small_business:
        return small_business(here)  # art. 139 (1): art. 138 is not for small enterprises
    own = vat_ids.read(supplier.vat_id, here.place[:2])
    if own.status != "valid" or own.country != here.place[:2]:
        return ask(
            "seller_vat_id_missing",
            "A supply without VAT to a business in another member state needs the seller's own valid VAT "
            "id of "
            f"{here.place[:2]} (art. 226 (3)); set FAKTURO_SELLER_VAT_ID.",
            "seller",
        )
    if kind == "goods":
        reason = (
            f"Goods from {here.place} to a business in {there.place} with the VAT id {vat_id.number}: exempt "
            f"intra-Community supply, Directive 2006/112/EC art. 138{_GOODS_LAW.get(here.country, '')}."
        )
        return free("K", reason, "VATEX-EU-IC")
    reason = (
        f"Services to a business in {there.place} with the VAT id {vat_id.number}: taxed there (Directive "
        "2006/112/EC "
        f"art. 44){_SERVICES_LAW.get(here.country, '')}, and the customer owes the tax (art. 196, reverse "
        "charge)."
    )
    return free("AE", reason, "VATEX-EU-AE")


def _to_consumer(  # noqa: PLR0911  one return a rule
    here: Territory, there: Territory, supplier: Supplier, customer: Customer, kind: Kind, on: date
) -> Decision:
    settled = supplier.one_stop_shop
    if settled == "unknown" and (kind != "services" or customer.is_business is None):
        return ask(
            "customer_status_unknown",
            f"The customer in {there.name or there.country} has no VAT id. If it is a business, add the "
            "id; if it is a "
            f"consumer, {OSS_SETTING} (registered or below_threshold) says whose rate holds (arts. 33, "
            "59c, 369a).",
        )
    if kind == "services":
        if supplier.is_small_business:
            return small_business(here)
        why = f"Services to a consumer in {there.place}, taxed at home (Directive 2006/112/EC art. 45)"
        return at_home(here, on, why)
    if settled == "below_threshold":
        if supplier.is_small_business:
            return small_business(here)
        why = (
            f"Sold to a consumer in {there.place} below 10,000 EUR a year to other states, so taxed at home "
            "(Directive 2006/112/EC art. 59c)"
        )
        return at_home(here, on, why)
    if kind == "unknown":
        return ask_kind(
            "sold to a consumer, goods and electronic services bear the customer's rate, others the seller's"
        )
    rate = rates.standard(there.place, on)
    if rate is None:
        return ask(
            "rate_not_known",
            f"Sold to a consumer in {there.name or there.country}, whose standard rate of {on} is not "
            "known; give the "
            "lines their category and rate.",
        )
    article = "art. 33 (a)" if kind == "goods" else "art. 58"
    return taxed(
        rate.pct,
        f"Sold to a consumer in {there.place} and taxed there (Directive 2006/112/EC {article}, one-stop "
        "shop art. 369a): "
        f"standard rate {rate.pct} % on {on} ({rate.source}).{aged(on)}",
    )

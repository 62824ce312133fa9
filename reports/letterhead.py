"""The head of the letter: whom it goes to, and what a clerk files it by. Pure."""

from fakturo.invoice import Invoice
from reports.language import Language
from reports.said import Said

_POSTCODE_LAST = frozenset({"GB", "IE", "US", "CA", "AU", "IN"})
_PLACE = ("name", "street", "city", "postcode")
"""What two places of delivery differ in."""


def address(invoice: Invoice, say: Language) -> tuple[str, ...]:
    """Lines of the address window; the country only where the letter leaves the seller's own."""
    buyer = invoice.buyer
    abroad = buyer.country is not None and buyer.country != invoice.seller.country
    country = say.country(buyer.country) if abroad else (buyer.country_name or "").upper()
    name = buyer.name or say.say("account", id=buyer.id)
    lines = (name, buyer.street or "", town(buyer.postcode, buyer.city, buyer.country), country)
    return tuple(line for line in lines if line)


def town(postcode: str | None, city: str | None, country: str | None) -> str:
    """Town and postcode in the order of the country: Leeds LS1 4AP, but 04109 Leipzig."""
    parts = [postcode or "", city or ""]
    if country in _POSTCODE_LAST:
        parts.reverse()
    return " ".join(part for part in parts if part)


def details(invoice: Invoice, say: Language) -> tuple[Said, ...]:
    """The block beside the address: what a clerk files the document by."""
    kind = invoice.kind
    is_invoice = kind == "invoice"
    rows = (
        Said(say.say(f"{kind}_number"), invoice.number or ""),
        Said(say.say(f"{kind}_date"), say.day(invoice.issue_date)),
        Said(say.say("due_date"), say.day(invoice.due_date) if is_invoice else ""),
        *_supplied(invoice, say),
        *(Said(say.say("deducts" if is_invoice else "corrects"), each.number) for each in invoice.preceding),
        Said(say.say("buyer_reference"), invoice.buyer_reference or ""),
        Said(say.say("po_number"), invoice.po_number or ""),
        Said(say.say("contract"), invoice.contract or ""),
        Said(say.say("project"), invoice.project or ""),
        Said(say.say("order"), invoice.order_id),
        Said(say.say("customer"), invoice.buyer.id),
        Said(say.say("customer_vat_id"), invoice.buyer.vat_id or ""),
    )
    return tuple(row for row in rows if row.value)


def _supplied(invoice: Invoice, say: Language) -> tuple[Said, ...]:
    """When and where; nothing is supplied yet when a deposit is asked for."""
    period, delivery = invoice.period, invoice.delivery
    days = delivery.delivered_on if delivery else None
    rows = []
    if not invoice.is_deposit and (days or not period):
        rows.append(Said(say.say("tax_point"), say.day(invoice.tax_point_date)))
    if period:
        rows.append(Said(say.say("period"), say.period(period.first, period.last)))
    to = delivery.to if delivery else None
    if to and any(getattr(to, name) != getattr(invoice.buyer, name) for name in _PLACE):
        country = say.country(to.country) if to.country != invoice.seller.country else ""
        parts = (to.name, to.street, town(to.postcode, to.city, to.country), country)
        rows.append(Said(say.say("deliver_to"), ", ".join(part for part in parts if part) or to.id))
    return tuple(rows)

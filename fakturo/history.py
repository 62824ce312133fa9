"""An invoice that another system issued, in our own record: its number, its amounts, no tax claim. Pure."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from fakturo.invoice import DocumentAdjustment, Invoice, InvoiceLine
from fakturo.issue import line_net_minor, seller_party
from fakturo.money import to_major, to_minor
from fakturo.order import Order, OrderLine
from fakturo.seller import Seller
from fakturo.tax import WITH_RATE, Tax, groups, unlawful

SERIES = "imported"
"""Of all invoices that were issued elsewhere; they keep the numbers that they have."""
_NO_TAX = Decimal(0)


def issued_elsewhere(order: Order, *, number: str, seller: Seller) -> Invoice:
    """The record of an invoice or credit note as its file states it.

    Args:
        order: what was invoiced; of kind 'cancellation' it makes a credit note with positive amounts.
            `ordered_on` is the day of issue. A line without a tax rate bears no tax (category O): what
            another system charged is not ours to guess.
        number: as it stands on the document.
        seller: for name and, where the file states none, terms of payment.
    """
    lines = tuple(_line(line, order.currency) for line in order.lines)
    tax = {(line.tax_category, line.tax_rate) for line in lines}
    category, rate = next(iter(tax)) if len(tax) == 1 else ("O", _NO_TAX)
    adjustments = tuple(
        DocumentAdjustment(
            kind=each.kind,
            amount_minor=to_minor(each.amount, order.currency),
            reason=each.reason,
            tax_category=each.tax_category or category,
            tax_rate=rate if each.tax_rate is None else each.tax_rate,
        )
        for each in order.adjustments
    )
    line_net = sum(line.net_minor for line in lines)
    allowance = sum(each.amount_minor for each in adjustments if each.kind == "allowance")
    charge = sum(each.amount_minor for each in adjustments if each.kind == "charge")
    net = line_net - allowance + charge
    tax_groups = groups(lines, adjustments, seller)
    tax_minor = sum(group.tax_minor for group in tax_groups)
    terms = seller.terms_days if order.terms_days is None else order.terms_days
    return Invoice(
        number=number,
        kind="credit_note" if order.kind == "cancellation" else "invoice",
        order_id=order.external_id,
        po_number=order.po_number,
        issue_date=order.ordered_on,
        due_date=order.ordered_on + timedelta(days=terms),
        tax_point_date=order.ordered_on,
        terms_days=terms,
        currency=order.currency,
        seller=seller_party(seller),
        buyer=order.customer,
        lines=lines,
        adjustments=adjustments,
        tax_groups=tax_groups,
        line_net_minor=line_net,
        allowance_minor=allowance,
        charge_minor=charge,
        net_minor=net,
        tax_minor=tax_minor,
        total_minor=net + tax_minor,
        note=order.note,
    )


def doubts(order: Order, invoice: Invoice) -> Iterator[str]:
    """Why this cannot be what the other system issued, one sentence each; nothing when it can.

    Args:
        order: what the file states.
        invoice: what `issued_elsewhere` made of it.
    """
    for line, stated in zip(invoice.lines, order.lines, strict=True):
        yield from _unlawful(f"Line {line.no}", Tax(line.tax_category, line.tax_rate), stated.tax_rate)
        if line.net_minor < 0:
            yield f"Line {line.no} is negative after its allowances; import it as part of a credit note."
    taxes = {(line.tax_category, line.tax_rate) for line in invoice.lines}
    for each, stated_adjustment in zip(invoice.adjustments, order.adjustments, strict=True):
        if stated_adjustment.tax_rate is None and len(taxes) > 1:
            yield f"{each.reason} has no tax rate and the lines bear several; say which one it belongs to."
    if invoice.total_minor < 0:
        yield "The invoice comes to less than nothing; import it as a credit note."
    for amount, minor, name in (
        (order.stated_net, invoice.line_net_minor, "sum of lines"),
        (order.stated_total, invoice.total_minor, "total"),
    ):
        if amount is not None and to_minor(abs(amount), order.currency) != minor:
            given = to_major(minor, order.currency)
            yield f"The file states a {name} of {amount} {order.currency}, but its lines give {given}."


def _unlawful(place: str, tax: Tax, stated_rate: Decimal | None) -> Iterator[str]:
    if stated_rate is None and tax.category in WITH_RATE:
        yield f"{place} has tax category {tax.category} and no rate; give the rate in percent."
        return
    refusal = unlawful(tax, place)
    if refusal:
        yield refusal.message


def _line(line: OrderLine, currency: str) -> InvoiceLine:
    taxed = line.tax_rate is not None and line.tax_rate > 0
    return InvoiceLine(
        no=line.no,
        code=line.code,
        name=line.name,
        quantity=line.quantity,
        unit=line.unit,
        unit_price=line.unit_price,
        price_base=line.price_base,
        adjustments=line.adjustments,
        net_minor=line_net_minor(line.quantity, line.unit_price, line.price_base, line.adjustments, currency),
        tax_category=line.tax_category or ("S" if taxed else "O"),
        tax_rate=_NO_TAX if line.tax_rate is None else line.tax_rate,
    )

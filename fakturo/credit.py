"""From an issued invoice to the credit note that takes it back, whole or in part: pure.

A credit note has its invoice's lines under their numbers, at its prices and taxes, never others. Taken back
whole it mirrors every amount to the cent; in part, its amounts are worked out by the same steps as any
invoice's (EN 16931-1, 7.5). BG-3 names the invoice. Source: EN 16931-1, BT-3 381.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from fakturo.accounting_currency import recounted
from fakturo.arithmetic import arithmetic
from fakturo.finding import Finding
from fakturo.invoice import Invoice, InvoiceLine, TaxGroup
from fakturo.issue import Proposal, line_net_minor
from fakturo.order import Order, OrderLine
from fakturo.tax import tax_on
from fakturo.trade import Preceding


class Correction(NamedTuple):
    """What is corrected: the issued invoice and the credit notes that it has already."""

    original: Invoice
    credited: Sequence[Invoice] = ()


def propose_credit(order: Order, correction: Correction, *, issue_date: date) -> Proposal:
    """The credit note that a cancellation asks for, without a number, or why a person must decide.

    Args:
        order: of kind 'cancellation'; its lines say what is taken back.
    """
    original = correction.original
    if (order.currency, order.customer.id) != (original.currency, original.buyer.id):
        message = (
            f"The cancellation is of customer {order.customer.id} in {order.currency}; invoice "
            f"{original.number} is of {original.buyer.id} in {original.currency}. Currencies and customers "
            "never mix: correct or reject it."
        )
        return Proposal(None, (Finding(code="credit_of_another", message=message),))
    left = _left(correction)
    taken, findings = _taken(order, original, left)
    if findings:
        return Proposal(None, tuple(findings))
    whole = {line.no: line.quantity for line in original.lines if line.quantity > 0}
    if not correction.credited and taken == whole:  # with what a final invoice deducts
        return _proved(_headed(original, order, issue_date))
    return _part(original, order, taken, issue_date, correction)


def _left(correction: Correction) -> dict[int, Decimal]:
    """Quantity of each line that no credit note has taken back."""
    left = {line.no: line.quantity for line in correction.original.lines}
    for note in correction.credited:
        for line in note.lines:
            left[line.no] -= line.quantity
    return left


def _taken(
    order: Order, original: Invoice, left: dict[int, Decimal]
) -> tuple[dict[int, Decimal], list[Finding]]:
    """How much of each line is taken back: the same thing at the same price, while it lasts."""
    taken: dict[int, Decimal] = defaultdict(Decimal)
    findings = []
    for asked in order.lines:
        open_quantity = asked.quantity
        for line in original.lines:
            if _is_the_same(line, asked) and open_quantity and line.quantity > 0:
                part = min(open_quantity, left[line.no] - taken[line.no])
                taken[line.no] += part
                open_quantity -= part
        if open_quantity:
            message = (
                f"Line {asked.no} takes back {asked.quantity} x {asked.code or asked.name} at "
                f"{asked.unit_price} {order.currency}, and invoice {original.number} has "
                f"{asked.quantity - open_quantity} of them left at that price; correct or reject it."
            )
            findings.append(Finding(code="credit_exceeds", message=message, place=f"line {asked.no}"))
    return {no: quantity for no, quantity in taken.items() if quantity}, findings


def _is_the_same(line: InvoiceLine, asked: OrderLine) -> bool:
    thing = line.code == asked.code if asked.code else line.name == asked.name
    return thing and line.unit_price / line.price_base == asked.unit_price / asked.price_base


def _headed(original: Invoice, order: Order, issue_date: date) -> Invoice:
    """The invoice as its own mirror: every amount stays, what it is changes."""
    return original.model_copy(
        update={
            "number": None,
            "kind": "credit_note",
            "is_deposit": False,
            "order_id": order.external_id,
            "issue_date": issue_date,
            "due_date": issue_date,
            "terms_days": 0,
            "preceding": (Preceding(number=original.number or "", issue_date=original.issue_date),),
            "payment": None,
            "early_payments": (),
            "note": order.note,
        }
    )


def _part(
    original: Invoice, order: Order, taken: dict[int, Decimal], issue_date: date, correction: Correction
) -> Proposal:
    """Some lines, or some of their quantity; allowances that cannot be split are a person's to judge."""
    lines = []
    for line in original.lines:
        quantity = taken.get(line.no)
        if quantity is None:
            continue
        if quantity != line.quantity and line.adjustments:
            return _undecided(original, f"line {line.no} has allowances or charges of its own")
        net = line_net_minor(quantity, line.unit_price, line.price_base, line.adjustments, original.currency)
        lines.append(line.model_copy(update={"quantity": quantity, "net_minor": net}))
    if original.adjustments:
        return _undecided(original, "it has allowances or charges on the whole")
    if original.prepaid_minor or original.rounding_minor:
        return _undecided(original, "it has a prepaid or rounded amount")
    groups = _groups(original, lines)
    net_minor = sum(line.net_minor for line in lines)
    tax_minor = sum(group.tax_minor for group in groups)
    note = _headed(original, order, issue_date).model_copy(
        update={
            "lines": tuple(lines),
            "tax_groups": groups,
            "line_net_minor": net_minor,
            "net_minor": net_minor,
            "tax_minor": tax_minor,
            "total_minor": net_minor + tax_minor,
        }
    )
    if note.accounting_tax:
        note = note.model_copy(update={"accounting_tax": recounted(note.accounting_tax, note)})
    before = sum(each.total_minor for each in correction.credited)
    if before + note.total_minor > original.total_minor and original.lines[-1].quantity < 0:
        return _undecided(original, "deposits have paid for a part of it")
    if before + note.total_minor > original.total_minor:
        over = before + note.total_minor - original.total_minor
        return _undecided(original, f"the parts round to {over} minor units more than the whole")
    return _proved(note)


def _groups(original: Invoice, lines: Sequence[InvoiceLine]) -> tuple[TaxGroup, ...]:
    sums: dict[tuple[str, Decimal], int] = defaultdict(int)
    for line in lines:
        sums[line.tax_category, line.tax_rate] += line.net_minor
    return tuple(
        group.model_copy(update={"taxable_minor": taxable, "tax_minor": tax_on(taxable, group.rate)})
        for group in original.tax_groups
        if (taxable := sums.get((group.category, group.rate))) is not None
    )


def _undecided(original: Invoice, why: str) -> Proposal:
    message = (
        f"A part of invoice {original.number} cannot be credited by itself: {why}. Credit all of it with "
        f"`fakturo credit {original.number}` and invoice anew what stays."
    )
    return Proposal(None, (Finding(code="credit_not_divisible", message=message),))


def _proved(note: Invoice) -> Proposal:
    return Proposal(note, tuple(arithmetic(note)))

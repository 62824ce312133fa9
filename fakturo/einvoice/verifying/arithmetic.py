"""Exact totals: every sum and product of an invoice done again, with no tolerance at all.

The official rules let a tax pass that is off by up to 1.00 a group, and never multiply quantity by price.
Here a cent is a difference. Rounding is half away from zero to the currency's minor unit, at most two digits,
as EN 16931 writes amounts. Sources: EN 16931-1, 6.4.2 (BR-CO-10 to BR-CO-17, BR-S-08 and its like); Peppol
BIS Billing 3.0 (R040, R046, R120, R121, R130).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal, localcontext
from typing import NamedTuple

from fakturo.einvoice.parsing import Node, place_of
from fakturo.einvoice.reading import Adjustment, Figure, Line, Said, TaxGroup
from fakturo.einvoice.verifying.rounding import in_currency, shown

_DIGITS = 120
"""Enough that no product of three figures of 40 digits is ever rounded on the way."""
_NAMES = {
    "BT-106": "Sum of invoice line net amounts",
    "BT-107": "Sum of allowances on document level",
    "BT-108": "Sum of charges on document level",
    "BT-109": "Invoice total amount without VAT",
    "BT-110": "Invoice total VAT amount",
    "BT-112": "Invoice total amount with VAT",
    "BT-115": "Amount due for payment",
}
_TAXABLE_RULES = {"K": "BR-IC-08", "L": "BR-IG-08", "M": "BR-IP-08"}


class Difference(NamedTuple):
    """A figure that is not what the invoice's own figures make."""

    rule: str
    about: str
    place: str
    text: str


def differences(said: Said) -> list[Difference]:
    """Every figure that does not follow from the others, in the order of the invoice."""
    with localcontext() as context:
        context.prec = _DIGITS
        return [
            *(each for line in said.lines for each in _line(line, said.currency)),
            *(each for one in said.adjustments for each in _percentage(one, said.currency, "the document")),
            *_groups(said),
            *_totals(said),
        ]


def _line(line: Line, currency: str) -> Iterator[Difference]:
    named = f"line {line.id or '?'}"
    base = line.base.value if line.base else Decimal(1)
    if base <= 0:
        text = f"The price of {named} is for {shown(base)} units; the base quantity must be above 0."
        yield Difference("PEPPOL-EN16931-R121", "Item price base quantity (BT-149)", _place(line.base), text)
        return
    if line.base and line.base_unit and line.unit and line.base_unit != line.unit:
        text = f"The price of {named} is per {line.base_unit}, the quantity in {line.unit}; they must be one."
        about = "Item price base quantity unit (BT-150)"
        yield Difference("PEPPOL-EN16931-R130", about, _place(line.base), text)
        return
    for adjustment in line.adjustments:
        yield from _percentage(adjustment, currency, named)
    if line.gross_price and line.price:
        discount = line.discount.value if line.discount else Decimal(0)
        expected = line.gross_price.value - discount
        if expected != line.price.value:
            how = f"gross price {shown(line.gross_price.value)} - discount {shown(discount)}"
            about = f"Item net price (BT-146) of {named}"
            yield _differs("PEPPOL-EN16931-R046", about, line.price, expected, how)
    if line.net is None or line.quantity is None or line.price is None:
        return
    product = line.quantity.value * line.price.value / base
    added = _signed(line.adjustments)
    exact = product + added
    allowed = {in_currency(product, currency) + added, in_currency(exact, currency)}
    if line.net.value not in allowed:
        expected = in_currency(exact, currency)
        how = f"{shown(line.quantity.value)} x {shown(line.price.value)}"
        how += f" / {shown(base)}" if base != 1 else ""
        how += "".join(
            f" {'+' if each.is_charge else '-'} {shown(each.amount.value)}" for each in line.adjustments
        )
        yield _differs(
            "PEPPOL-EN16931-R120", f"Invoice line net amount (BT-131) of {named}", line.net, expected, how
        )


def _percentage(adjustment: Adjustment, currency: str, where: str) -> Iterator[Difference]:
    if adjustment.base is None or adjustment.percent is None:
        return
    base, percent = adjustment.base.value, adjustment.percent.value
    expected = in_currency(base * percent / 100, currency)
    if expected != adjustment.amount.value:
        kind = "Charge" if adjustment.is_charge else "Allowance"
        how = f"{shown(base)} x {shown(percent)} %"
        yield _differs("PEPPOL-EN16931-R040", f"{kind} amount of {where}", adjustment.amount, expected, how)


def _groups(said: Said) -> Iterator[Difference]:
    taxable: dict[tuple[str, Decimal], Decimal] = defaultdict(Decimal)
    for line in said.lines:
        if line.counts and line.net:
            taxable[_rate(line)] += line.net.value
    for each in said.adjustments:
        taxable[_rate(each)] += _signed([each])
    for group in said.groups:
        yield from _group(group, said, taxable[_rate(group)])


def _group(group: TaxGroup, said: Said, expected: Decimal) -> Iterator[Difference]:
    named = group.category or "?"
    named += f" {shown(group.rate)} %" if group.rate is not None else ""
    if group.taxable is None:
        return
    if said.lines and expected != group.taxable.value:
        rule = _TAXABLE_RULES.get(group.category, f"BR-{group.category or '?'}-08")
        about = f"VAT category taxable amount (BT-116) of {named}"
        how = "the sum of what bears this rate, lines and document's charges less allowances,"
        yield _differs(rule, about, group.taxable, expected, how)
    rate = group.rate or Decimal(0)
    if group.tax is not None:
        expected = in_currency(group.taxable.value * rate / 100, said.currency)
        if expected != group.tax.value:
            about = f"VAT category tax amount (BT-117) of {named}"
            how = f"{shown(group.taxable.value)} x {shown(rate)} %"
            yield _differs("BR-CO-17", about, group.tax, expected, how)


def _totals(said: Said) -> Iterator[Difference]:
    if said.lines:
        nets = [line.net.value for line in said.lines if line.counts and line.net]
        yield from _total(
            said, "BR-CO-10", "BT-106", sum(nets, Decimal(0)), f"the sum of {len(nets)} line net amounts"
        )
        for rule, name, is_charge in (("BR-CO-11", "BT-107", False), ("BR-CO-12", "BT-108", True)):
            amounts = [each.amount.value for each in said.adjustments if each.is_charge == is_charge]
            how = f"the sum of {len(amounts)} document {'charges' if is_charge else 'allowances'}"
            yield from _total(said, rule, name, sum(amounts, Decimal(0)), how)
    if "BT-106" in said.totals:
        net = _value(said, "BT-106") - _value(said, "BT-107") + _value(said, "BT-108")
        yield from _total(said, "BR-CO-13", "BT-109", net, "BT-106 - BT-107 + BT-108")
    if said.groups:
        taxes = [group.tax.value for group in said.groups if group.tax]
        yield from _total(
            said, "BR-CO-14", "BT-110", sum(taxes, Decimal(0)), f"the tax of {len(taxes)} VAT groups"
        )
    if "BT-109" in said.totals:
        total = _value(said, "BT-109") + _value(said, "BT-110")
        yield from _total(said, "BR-CO-15", "BT-112", total, "BT-109 + BT-110")
    if "BT-112" in said.totals:
        due = _value(said, "BT-112") - _value(said, "BT-113") + _value(said, "BT-114")
        yield from _total(said, "BR-CO-16", "BT-115", due, "BT-112 - BT-113 + BT-114")


def _total(said: Said, rule: str, name: str, expected: Decimal, how: str) -> Iterator[Difference]:
    stated = said.totals.get(name, Figure(Decimal(0), said.element))
    if stated.value != expected:
        yield _differs(rule, f"{_NAMES[name]} ({name})", stated, expected, how)


def _differs(rule: str, about: str, stated: Figure, expected: Decimal, how: str) -> Difference:
    text = (
        f"It says {shown(stated.value)}; {how} = {shown(expected)}, "
        f"a difference of {shown(stated.value - expected)}."
    )
    return Difference(rule, about, place_of(stated.element), text)


def _rate(item: Line | Adjustment | TaxGroup) -> tuple[str, Decimal]:
    return item.category, item.rate or Decimal(0)


def _signed(adjustments: Iterable[Adjustment]) -> Decimal:
    amounts = (each.amount.value if each.is_charge else -each.amount.value for each in adjustments)
    return sum(amounts, Decimal(0))


def _value(said: Said, name: str) -> Decimal:
    found = said.totals.get(name)
    return found.value if found else Decimal(0)


def _place(figure: Figure | None) -> str:
    element: Node = figure.element if figure else None
    return place_of(element) if element is not None else ""

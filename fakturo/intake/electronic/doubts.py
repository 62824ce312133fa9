"""What in an XML order a person must see, whichever its syntax."""

from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation

from fakturo.finding import Finding
from fakturo.intake.electronic.xml import Node
from fakturo.issue import line_net_minor
from fakturo.money import to_minor
from fakturo.order import Order

ORDINARY = frozenset({None, "105", "220", "402"})
"""UNCL 1001: purchase order, order, and an order without a code."""


def line_amounts(order: Order, stated: Sequence[str | None]) -> Iterator[Finding]:
    """Lines whose stated net amount is not what quantity and price give.

    Args:
        stated: as the lines of the XML tell it, in their order.
    """
    for line, text in zip(order.lines, stated, strict=False):
        amount = number(text)
        net = line_net_minor(
            line.quantity, line.unit_price, line.price_base, line.adjustments, order.currency
        )
        if amount is not None and to_minor(amount, order.currency) != net:
            message = f"Line {line.no} states an amount of {amount}, but its quantity and price give another."
            yield finding("line_amount_differs", message, f"line {line.no}")


def unread(element: Node, place: str) -> Finding:
    """An element that nobody here understands."""
    name = str(element.tag).rpartition("}")[2]
    text = " ".join("".join(element.itertext()).split())[:120]
    return finding("element_not_understood", f"{name} ({text}) may change what is owed; read it.", place)


def number(text: str | None) -> Decimal | None:
    """A decimal as XML writes it; None where it is none."""
    try:
        return Decimal(text) if text else None
    except InvalidOperation:
        return None


def finding(code: str, message: str, place: str) -> Finding:
    """One doubt."""
    return Finding(code=code, message=message, place=place)

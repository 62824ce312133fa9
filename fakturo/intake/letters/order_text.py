"""An order's text, understood by code only where *all* of it is; else the model or a person reads it.

Every line must have one known role: greeting, subject with the purchase order, account, date, delivery,
heading, order line, total, thanks. One line without a role, a second purchase order or account, a code that
comes twice, a total that differs, another currency or a number that can be read in two ways, and nothing is
understood: a correction or a condition in prose looks just like that.
"""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from fakturo.intake.letters import lines as text_lines
from fakturo.intake.letters.lines import Item
from fakturo.intake.letters.numbers import Decimals, currency_of, to_number
from fakturo.intake.letters.roles import Facts, read_role
from fakturo.issue import line_net_minor
from fakturo.money import to_minor
from fakturo.order import Order, OrderLine, Party

MOST_LINES = 2000


class Understood(NamedTuple):
    """An order whose whole text was understood."""

    order: Order
    is_dated: bool
    """Whether the text states its day; else it is the day it came in."""


def understand(text: str, *, seller_currency: str, today: date) -> Understood | None:
    """The order that a text holds, if every line of it is understood.

    Args:
        seller_currency: of prices that stand without any sign; decides what `$` means.
        today: the day of an order that states none.
    """
    lines = [line.rstrip() for line in text.strip().split("\n")]
    if len(lines) > MOST_LINES:
        return None
    found = text_lines.take(lines)
    if found is None:
        return None
    facts = Facts()
    if not all(read_role(line, facts) for line in found.others if line.strip()):
        return None
    if not (facts.is_consistent() and found.items):
        return None
    order = _order(found.items, facts, seller_currency, today)
    return None if order is None else Understood(order, facts.ordered_on is not None)


def _order(items: list[Item], facts: Facts, seller_currency: str, today: date) -> Order | None:
    amounts = [item.price for item in items] + facts.totals
    decimals = Decimals.of(amounts)
    currency = _currency(amounts, facts, seller_currency)
    codes = [item.code for item in items if item.code]
    if decimals is None or currency is None or len(set(codes)) != len(codes):
        return None
    read = [_line(no, item, decimals, currency) for no, item in enumerate(items, start=1)]
    lines = [line for line in read if line is not None]
    if len(lines) != len(items) or not all(_agrees(each, decimals, lines, currency) for each in facts.totals):
        return None
    customer, po_number = next(iter(facts.customers)), next(iter(facts.po_numbers))
    return Order(
        external_id=f"{customer}/{po_number}",
        customer=Party(id=customer, country=next(iter(facts.countries), None)),
        currency=currency,
        ordered_on=facts.ordered_on or today,
        po_number=po_number,
        lines=tuple(lines),
    )


def _line(no: int, item: Item, decimals: Decimals, currency: str) -> OrderLine | None:
    quantity, price = to_number(item.quantity, None), to_number(item.price, decimals)
    name = item.name or item.code
    if not quantity or not price or not name:
        return None
    line = OrderLine(no=no, code=item.code, name=name, quantity=quantity, unit_price=price)
    stated = item.total
    return line if stated is None or _agrees(stated, decimals, [line], currency) else None


def _currency(amounts: list[str], facts: Facts, seller_currency: str) -> str | None:
    """The one currency of all amounts; None where they name two, an unclear one, or only some name any."""
    signs = {currency_of(text, seller_currency) for text in amounts} | facts.currencies
    named = signs - {None}
    if len(named) > 1 or "?" in named or (named and None in signs and not facts.currencies):
        return None
    return next(iter(named), seller_currency)


def _agrees(stated: str, decimals: Decimals, lines: list[OrderLine], currency: str) -> bool:
    """Whether a stated sum is that of the lines, without tax."""
    amount = to_number(stated, decimals)
    nets = [line_net_minor(each.quantity, each.unit_price, Decimal(1), (), currency) for each in lines]
    return amount is not None and to_minor(amount, currency) == sum(nets)

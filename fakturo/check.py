"""What is proved about an invoice: its arithmetic, that it is of its order, that a clerk would send it.

Works from the records alone, by other steps than the code that built it, so that a slip there shows here.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal

from fakturo.arithmetic import arithmetic, tax_of
from fakturo.deposit import Deposit
from fakturo.finding import Finding
from fakturo.invoice import Invoice
from fakturo.money import exponent, to_minor
from fakturo.order import Order, TaxCategory


def prove(invoice: Invoice, order: Order, deposits: Sequence[Deposit] = ()) -> list[Finding]:
    """Every reason why this is not the exact invoice of this order; empty when it is proved.

    Args:
        deposits: those of the order that were issued; the invoice deducts what is left of them.
    """
    return [
        *_follows_order(invoice, order, deposits),
        *_deducts(invoice, len(order.lines), deposits),
        *arithmetic(invoice),
        *_plausible(invoice, len(order.lines)),
    ]


def _follows_order(invoice: Invoice, order: Order, deposits: Sequence[Deposit]) -> Iterator[Finding]:
    """Every line of the order, as ordered; what comes behind them are deductions."""
    if invoice.currency != order.currency or invoice.buyer.id != order.customer.id:
        yield Finding(code="not_this_order", message="Currency or customer is not that of the order.")
    ordered = invoice.lines[: len(order.lines)]
    is_longer = len(invoice.lines) > len(order.lines) and not deposits
    if len(ordered) != len(order.lines) or is_longer or len(invoice.adjustments) != len(order.adjustments):
        yield Finding(code="lines_differ", message="The invoice has more or fewer lines than the order.")
        return
    for line, asked in zip(ordered, order.lines, strict=True):
        if (line.quantity, line.unit_price, line.price_base, line.code, line.adjustments) != (
            asked.quantity,
            asked.unit_price,
            asked.price_base,
            asked.code,
            asked.adjustments,
        ):
            message = f"Line {line.no} is not what was ordered."
            yield Finding(code="line_differs", message=message, place=f"line {line.no}")
    deducted = [part for each in deposits for part in each.left().values()]
    net = sum(part.net_minor for part in deducted)
    if invoice.prepaid_minor or invoice.rounding_minor:
        message = "The invoice tells of money that was paid or rounded, of which the order says nothing."
        yield Finding(code="paid_unproved", message=message, place="prepaid_minor")
    for stated, computed, name in (
        (order.stated_net, invoice.line_net_minor + net, "sum of lines"),
        (order.stated_total, invoice.total_minor + net + sum(part.tax_minor for part in deducted), "total"),
    ):
        if stated is not None and to_minor(stated, order.currency) != computed:
            message = (
                f"The order states a {name} of {stated} {order.currency}, its lines give "
                f"{Decimal(computed).scaleb(-exponent(order.currency))}; ask the customer which holds."
            )
            yield Finding(code="stated_amount_differs", message=message, place=name)


def _deducts(invoice: Invoice, ordered: int, deposits: Sequence[Deposit]) -> Iterator[Finding]:
    """Behind the lines of the order what is left of each deposit at each rate, once, and nothing else.

    Counted from the lines and tax groups of the deposits and of their credit notes.
    """
    expected: dict[tuple[str | None, TaxCategory, Decimal], int] = {}
    taxes: dict[tuple[TaxCategory, Decimal], int] = {}
    for deposit in deposits:
        for document in (deposit.invoice, *deposit.credited):
            sign = 1 if document is deposit.invoice else -1
            for line in document.lines:
                key = (deposit.invoice.number, line.tax_category, line.tax_rate)
                expected[key] = expected.get(key, 0) + sign * line.net_minor
            for group in document.tax_groups:
                rate = (group.category, group.rate)
                taxes[rate] = taxes.get(rate, 0) + sign * group.tax_minor
    expected = {key: net for key, net in expected.items() if net}
    numbers = list(dict.fromkeys(number for number, _, _ in expected))
    found = Counter(
        (
            (line.deducts, line.tax_category, line.tax_rate),
            (line.quantity, line.unit_price, line.price_base, line.adjustments),
        )
        for line in invoice.lines[ordered:]
    )
    digits = exponent(invoice.currency)
    right = {
        (key, (Decimal(-1), Decimal(net).scaleb(-digits), Decimal(1), ())): 1 for key, net in expected.items()
    }
    if found != right:
        message = "The invoice does not deduct exactly what is left of the order's deposits; report this."
        yield Finding(code="deductions_wrong", message=message)
    if [each.number for each in invoice.preceding] != numbers:
        message = "The invoice does not name exactly the deposits that it deducts; report this."
        yield Finding(code="deductions_wrong", message=message, place="preceding")
    deducted: dict[tuple[TaxCategory, Decimal], int] = {}
    for (_, category, percent), net in expected.items():
        deducted[category, percent] = deducted.get((category, percent), 0) + net
    yield from _once(invoice, deducted, taxes)


def _once(
    invoice: Invoice,
    deducted: dict[tuple[TaxCategory, Decimal], int],
    taxes: dict[tuple[TaxCategory, Decimal], int],
) -> Iterator[Finding]:
    """Net and tax of deposits and final invoice are those of the whole order."""
    credit = "credit the deposits with `fakturo credit`, then ask for them anew or issue without"
    for group in invoice.tax_groups:
        key = (group.category, group.rate)
        if key not in deducted and not taxes.get(key):
            continue
        place = f"tax {group.category} {group.rate} %"
        if group.taxable_minor < 0:
            message = f"The deposits have more at {group.rate} % than the order; {credit}."
            yield Finding(code="deposit_exceeds", message=message, place=place)
            continue
        whole = tax_of(group.taxable_minor + deducted.get(key, 0), group.rate)
        if (both := group.tax_minor + taxes.get(key, 0)) != whole:
            message = (
                f"Deposits and final invoice have {both} minor units of tax at {group.rate} %, the whole "
                f"order has {whole}, because the order or its deposits have changed; {credit}."
            )
            yield Finding(code="deposit_tax_differs", message=message, place=place)


def _plausible(invoice: Invoice, ordered: int) -> Iterator[Finding]:
    """What no arithmetic forbids, but no clerk would send; deposits may have paid for all of it."""
    for line in invoice.lines[:ordered]:
        if line.net_minor < 0:
            message = f"Line {line.no} is negative after its allowances; correct them or make a credit note."
            yield Finding(code="line_negative", message=message, place=f"line {line.no}")
    if invoice.total_minor < 0 or (invoice.total_minor == 0 and len(invoice.lines) == ordered):
        message = "The invoice comes to nothing or less; approve it by hand or reject the order."
        yield Finding(code="total_not_positive", message=message, place="total")
    for group in invoice.tax_groups:
        if group.category in {"E", "AE", "K", "G", "O"} and not group.exemption_reason:
            message = (
                f"Tax category {group.category} needs a reason; set FAKTURO_SELLER_TAX_EXEMPTION_REASON."
            )
            yield Finding(code="exemption_reason_missing", message=message, place=f"tax {group.category}")
    if invoice.tax_point_date > invoice.issue_date:
        message = f"The order is dated {invoice.tax_point_date}, after today; check its date."
        yield Finding(code="dated_in_future", message=message, place="date")

"""What is proved about an invoice, exactly: every rule with zero tolerance, every failure a finding.

Works from the record alone, by other steps than the code that built it, so that a slip there shows here.
Source: EN 16931-1 rules BR-CO-10, 13, 14, 15, 17, BR-S-08 and siblings; the official rules tolerate a tax
that is off by 0.50, these do not.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal

from fakturo.deposit import Deposit
from fakturo.invoice import Invoice, InvoiceLine
from fakturo.money import exponent, to_minor
from fakturo.order import Order, Record, TaxCategory


class Finding(Record):
    """One reason why something is not proved: what, where, what to do."""

    code: str
    """snake_case, stable: `line_net_wrong`, `total_differs`, `lines_quarantined`."""
    message: str
    """One sentence for a person."""
    place: str | None = None
    """`line 3`, `customer`, `total`."""


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


def arithmetic(invoice: Invoice) -> Iterator[Finding]:
    """Recompute every amount of an invoice from its prices, quantities and rates."""
    scale = 10 ** exponent(invoice.currency)
    sums: dict[tuple[TaxCategory, Decimal], int] = {}
    for line in invoice.lines:
        net = _line_net(line, scale)
        if net != line.net_minor:
            yield _wrong("line_net_wrong", f"line {line.no}", line.net_minor, net)
        key = (line.tax_category, line.tax_rate)
        sums[key] = sums.get(key, 0) + line.net_minor
    charged = 0
    for adjustment in invoice.adjustments:
        signed = adjustment.amount_minor if adjustment.kind == "charge" else -adjustment.amount_minor
        charged += signed
        key = (adjustment.tax_category, adjustment.tax_rate)
        sums[key] = sums.get(key, 0) + signed
    if invoice.charge_minor - invoice.allowance_minor != charged:
        yield _wrong(
            "adjustments_wrong", "adjustments", invoice.charge_minor - invoice.allowance_minor, charged
        )
    grouped = {(group.category, group.rate): group for group in invoice.tax_groups}
    if grouped.keys() != sums.keys() or len(grouped) != len(invoice.tax_groups):
        yield Finding(
            code="tax_groups_wrong", message="The tax breakdown does not list the rates of the lines."
        )
        return
    for key, taxable in sums.items():
        group = grouped[key]
        tax = _half_away_of(group.rate, taxable, 100)
        if (group.taxable_minor, group.tax_minor) != (taxable, tax):
            yield _wrong("tax_wrong", f"tax {key[0]} {key[1]} %", group.tax_minor, tax)
    expected = (
        ("line_net_minor", sum(line.net_minor for line in invoice.lines)),
        ("net_minor", invoice.line_net_minor + charged),
        ("tax_minor", sum(group.tax_minor for group in invoice.tax_groups)),
        ("total_minor", invoice.net_minor + invoice.tax_minor),
    )
    for name, value in expected:
        if getattr(invoice, name) != value:
            yield _wrong("total_wrong", name, getattr(invoice, name), value)
    yield from _accounting_tax(invoice, scale)


def _accounting_tax(invoice: Invoice, scale: int) -> Iterator[Finding]:
    """BT-111 is BT-110 in the other currency at the rate told; BR-53 asks for it, none computes it."""
    counted = invoice.accounting_tax
    if counted is None:
        return
    other_scale = 10 ** exponent(counted.currency)
    rate, over = counted.rate.as_integer_ratio()
    tax = _half_away(invoice.tax_minor * rate * other_scale, over * scale)
    if counted.tax_minor != tax:
        yield _wrong("accounting_tax_wrong", "tax_minor", counted.tax_minor, tax)


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
        whole = _half_away_of(group.rate, group.taxable_minor + deducted.get(key, 0), 100)
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


def _line_net(line: InvoiceLine, scale: int) -> int:
    """BT-131 in minor units, in integers only."""
    pieces, of_pieces = line.quantity.as_integer_ratio()
    price, of_price = line.unit_price.as_integer_ratio()
    base, of_base = line.price_base.as_integer_ratio()
    net = _half_away(pieces * price * of_base * scale, of_pieces * of_price * base)
    for each in line.adjustments:
        amount = _half_away_of(each.amount, scale)
        net += amount if each.kind == "charge" else -amount
    return net


def _half_away(numerator: int, denominator: int) -> int:
    """Nearest integer of a fraction with a positive denominator, halves away from zero; integers only."""
    magnitude = (2 * abs(numerator) + denominator) // (2 * denominator)
    return magnitude if numerator >= 0 else -magnitude


def _half_away_of(amount: Decimal, times: int, over: int = 1) -> int:
    numerator, denominator = amount.as_integer_ratio()
    return _half_away(numerator * times, denominator * over)


def _wrong(code: str, place: str, found: int, expected: int) -> Finding:
    message = f"{place} is {found} minor units where {expected} is right; nothing was issued, report this."
    return Finding(code=code, message=message, place=place)

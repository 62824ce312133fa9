"""Every amount of an invoice, recomputed from its prices, quantities and rates with zero tolerance.

By other steps than the code that built it, in integers only, so that a slip there shows here.
Source: EN 16931-1, rules BR-CO-10 to 17 and BR-S-08 with its siblings, of which the official ones tolerate a
tax that is off by 0.50; Peppol BIS Billing 3, PEPPOL-EN16931-R120 and R121, of which the first tolerates 0.02
a line. R040 and R046 ask for percentages and gross prices, which the record has none of; R130 for one unit
in two places, which the record has in one.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from fakturo.finding import Finding
from fakturo.invoice import Invoice, InvoiceLine
from fakturo.money import exponent
from fakturo.order import TaxCategory
from fakturo.trade import AccountingTax

Sums = Mapping[tuple[TaxCategory, Decimal], int]
"""Taxable amounts in minor units, by row of the breakdown."""


def arithmetic(invoice: Invoice) -> Iterator[Finding]:
    """What of an invoice does not follow from its prices, quantities and rates; nothing where all does."""
    scale = 10 ** exponent(invoice.currency)
    yield from _lines(invoice, scale)
    yield from _adjustments(invoice)
    yield from _breakdown(invoice)
    yield from _totals(invoice)
    yield from _amount_due(invoice, scale)
    yield from _accounting_tax(invoice)


def _lines(invoice: Invoice, scale: int) -> Iterator[Finding]:
    """R120: quantity x price / base +- charges; R121: base above 0; BR-27: no price below 0."""
    for line in invoice.lines:
        place = f"line {line.no}"
        if line.price_base <= 0:
            yield _unlike(place, f"a price for {line.price_base} units; the base must be above 0")
            continue
        if line.unit_price < 0:
            yield _unlike(place, f"a price of {line.unit_price}; only its quantity may be below 0")
        net = _line_net(line, scale)
        if net != line.net_minor:
            yield _wrong("line_net_wrong", place, line.net_minor, net)


def _adjustments(invoice: Invoice) -> Iterator[Finding]:
    """BR-CO-11 and BR-CO-12: allowances and charges, each sum by itself; none of them below zero."""
    sums = {"allowance": 0, "charge": 0}
    for each in invoice.adjustments:
        sums[each.kind] += each.amount_minor
        if each.amount_minor < 0:
            what = "charge" if each.kind == "allowance" else "allowance"
            yield _unlike("adjustments", f"an {each.kind} below 0; make it a {what}")
    for name, found in (("allowance", invoice.allowance_minor), ("charge", invoice.charge_minor)):
        if found != sums[name]:
            yield _wrong("adjustments_wrong", f"{name}_minor", found, sums[name])


def _breakdown(invoice: Invoice) -> Iterator[Finding]:
    """A row for each category and rate (BR-S-01 and siblings), its sum (BR-S-08), its tax (BR-CO-17)."""
    sums = _taxable(invoice)
    groups = {(group.category, group.rate): group for group in invoice.tax_groups}
    if groups.keys() != sums.keys() or len(groups) != len(invoice.tax_groups):
        message = "The tax breakdown does not list the rates of the lines."
        yield Finding(code="tax_groups_wrong", message=message)
        return
    for (category, rate), taxable in sums.items():
        group = groups[category, rate]
        tax = tax_of(taxable, rate)
        if (group.taxable_minor, group.tax_minor) != (taxable, tax):
            yield _wrong("tax_wrong", f"tax {category} {rate} %", group.tax_minor, tax)


def _taxable(invoice: Invoice) -> Sums:
    sums: dict[tuple[TaxCategory, Decimal], int] = {}
    for line in invoice.lines:
        key = (line.tax_category, line.tax_rate)
        sums[key] = sums.get(key, 0) + line.net_minor
    for each in invoice.adjustments:
        key = (each.tax_category, each.tax_rate)
        signed = each.amount_minor if each.kind == "charge" else -each.amount_minor
        sums[key] = sums.get(key, 0) + signed
    return sums


def _totals(invoice: Invoice) -> Iterator[Finding]:
    """BR-CO-10, BR-CO-13, BR-CO-14 and BR-CO-15, each from the parts that it names."""
    net = invoice.line_net_minor - invoice.allowance_minor + invoice.charge_minor
    expected = (
        ("line_net_minor", sum(line.net_minor for line in invoice.lines)),
        ("net_minor", net),
        ("tax_minor", sum(group.tax_minor for group in invoice.tax_groups)),
        ("total_minor", invoice.net_minor + invoice.tax_minor),
    )
    for name, value in expected:
        if getattr(invoice, name) != value:
            yield _wrong("total_wrong", name, getattr(invoice, name), value)


def _amount_due(invoice: Invoice, scale: int) -> Iterator[Finding]:
    """BR-CO-16 holds by its making; what was paid lies within the total, and rounding below one unit."""
    low, high = sorted((0, invoice.total_minor))
    if not low <= invoice.prepaid_minor <= high:
        yield _unlike("prepaid_minor", f"{invoice.prepaid_minor} minor units paid of {invoice.total_minor}")
    if abs(invoice.rounding_minor) >= max(scale, _COINS):
        yield _unlike("rounding_minor", f"a rounding of {invoice.rounding_minor} minor units")


_COINS = 10
"""Minor units, of a currency without decimals, that rounding stays below."""


def _accounting_tax(invoice: Invoice) -> Iterator[Finding]:
    """BT-111 is BT-110 in the other currency (R005) at the rate told; BR-53 asks for it, none computes it."""
    counted = invoice.accounting_tax
    if counted is None:
        return
    if counted.currency == invoice.currency or counted.rate <= 0:
        yield _unlike("accounting_tax", f"tax in {counted.currency} at a rate of {counted.rate}")
        return
    tax = tax_at(invoice.tax_minor, invoice.currency, counted)
    if counted.tax_minor != tax:
        yield _wrong("accounting_tax_wrong", "tax_minor", counted.tax_minor, tax)


def _line_net(line: InvoiceLine, scale: int) -> int:
    """BT-131 in minor units."""
    pieces, of_pieces = line.quantity.as_integer_ratio()
    price, of_price = line.unit_price.as_integer_ratio()
    base, of_base = line.price_base.as_integer_ratio()
    net = _half_away(pieces * price * of_base * scale, of_pieces * of_price * base)
    for each in line.adjustments:
        amount = _half_away_of(each.amount, scale)
        net += amount if each.kind == "charge" else -amount
    return net


def tax_of(taxable_minor: int, rate: Decimal) -> int:
    """BT-117 of a sum at a percentage (BR-CO-17)."""
    return _half_away_of(rate, taxable_minor, 100)


def tax_at(tax_minor: int, currency: str, counted: AccountingTax) -> int:
    """BT-111: a tax in minor units of `currency`, in those of the accounting currency at its rate."""
    rate, over = counted.rate.as_integer_ratio()
    if counted.is_inverse:
        rate, over = over, rate
    return _half_away(tax_minor * rate * 10 ** exponent(counted.currency), over * 10 ** exponent(currency))


def _half_away(numerator: int, denominator: int) -> int:
    """Nearest integer of a fraction with a positive denominator, halves away from zero."""
    magnitude = (2 * abs(numerator) + denominator) // (2 * denominator)
    return magnitude if numerator >= 0 else -magnitude


def _half_away_of(amount: Decimal, times: int, over: int = 1) -> int:
    numerator, denominator = amount.as_integer_ratio()
    return _half_away(numerator * times, denominator * over)


def _wrong(code: str, place: str, found: int, expected: int) -> Finding:
    message = f"{place} is {found} minor units where {expected} is right; nothing was issued, report this."
    return Finding(code=code, message=message, place=place)


def _unlike(place: str, what: str) -> Finding:
    message = f"{place}: {what}, which no invoice can have; correct the order."
    return Finding(code="amount_impossible", message=message, place=place)

"""How much of an order a deposit asks for at each tax rate, and the order for it: pure.

The amount asked for is split over the rates in proportion to what is left of each (largest remainder, as in
Hamilton's method). Tax is rounded once a document and rate, so two parts may bear a cent more or less
tax than their whole: of the amounts near a share only those are taken where they do not. The sum is what was
asked for wherever such amounts make it up, else the nearest: some cents off at most (at a single rate of 19 %
one or two, at 7 % up to four, in one of three cases).
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from fakturo.deposit import Deposit, Part, TaxKey, asked_for, together
from fakturo.errors import BadInput
from fakturo.invoice import Invoice
from fakturo.money import plain, to_major, to_minor
from fakturo.order import Order, OrderLine
from fakturo.tax import tax_on

_MARGIN_MINOR = 3
"""Beyond the 50 / rate minor units to each side of a share in which such an amount is found."""


class _Choice(NamedTuple):
    cost: int
    """Minor units off the shares, all added up."""
    nets: tuple[int, ...]


def rest(whole: Invoice, deposits: Sequence[Deposit]) -> dict[TaxKey, Part]:
    """What of an order no deposit has asked for yet, by tax rate.

    Args:
        whole: the order's invoice as it would be without any deposit.

    Raises:
        BadInput: the deposits have more at a rate than the order, or an allowance is more than its rate has.
    """
    asked = together(deposits)
    left = {}
    for group in whole.tax_groups:
        key = (group.category, group.rate)
        part = asked.pop(key, Part(0, 0))
        left[key] = Part(group.taxable_minor - part.net_minor, group.tax_minor - part.tax_minor)
    if asked or any(part.net_minor < 0 for part in left.values()):
        raise BadInput(
            f"Order {whole.order_id} has less at a tax rate than its deposits or allowances take off; "
            "credit a deposit with `fakturo credit`, or correct the order."
        )
    return left


def share(left: Mapping[TaxKey, Part], asked_minor: int) -> dict[TaxKey, int]:
    """Split an amount with tax over the tax rates.

    Args:
        left: what can still be asked for; `rest` gives it.
        asked_minor: with tax, above 0, at most the sum of `left`.

    Returns:
        Net in minor units by tax rate; rates that get nothing are left out. With their tax they come to
        `asked_minor`, or to the nearest amount whose tax adds up with that of the rest to the minor unit.
    """
    grosses = {key: part.net_minor + part.tax_minor for key, part in left.items()}
    if asked_minor == sum(grosses.values()):
        return {key: part.net_minor for key, part in left.items() if part.net_minor}
    ways: dict[int, _Choice] = {0: _Choice(0, ())}
    for (_, rate), part, quota in zip(left, left.values(), _quotas(grosses, asked_minor), strict=True):
        further: dict[int, _Choice] = {}
        for net in _near(part, rate, quota):
            off = net + tax_on(net, rate) - quota
            for sum_off, way in ways.items():
                found = _Choice(way.cost + abs(off), (*way.nets, net))
                if sum_off + off not in further or found < further[sum_off + off]:
                    further[sum_off + off] = found
        ways = further
    nearest = min(ways, key=lambda off: (abs(off), off), default=None)
    nets = ways[nearest].nets if nearest is not None else ()
    return {key: net for key, net in zip(left, nets, strict=False) if net}


def deposit_order(
    order: Order, whole: Invoice, nets: Mapping[TaxKey, int], *, external_id: str, note: str | None
) -> Order:
    """The order that a deposit invoice is made of: a line for each tax rate, at the order's own taxes.

    Args:
        whole: the order's invoice as it would be without any deposit.
    """
    lines = []
    pairs = list(zip(order.lines, whole.lines, strict=True))
    for no, ((category, rate), net) in enumerate(nets.items(), start=1):
        here = [
            (ordered, line)
            for ordered, line in pairs
            if (line.tax_category, line.tax_rate) == (category, rate)
        ]
        things = ", ".join(f"{plain(line.quantity)} x {line.name}" for _, line in here)
        # a line that said nothing of tax lets the same be decided again, with the same words of the law
        is_told = all(ordered.tax_category or ordered.tax_rate is not None for ordered, _ in here)
        lines.append(
            OrderLine(
                no=no,
                name=asked_for(order.external_id, things, whole.language),
                quantity=Decimal(1),
                unit_price=to_major(net, order.currency),
                tax_category=category if is_told else None,
                tax_rate=rate if is_told else None,
            )
        )
    changed = {
        "external_id": external_id,
        "kind": "deposit",
        "lines": tuple(lines),
        "adjustments": (),
        "period_first": None,
        "period_last": None,
        "note": note,
        "stated_net": None,
        "stated_total": None,
    }
    return order.model_copy(update=changed)


def asked_minor(whole: Invoice, *, percent: Decimal | None, amount: Decimal | None) -> int:
    """What `--percent` or `--amount` ask for, with tax, in minor units.

    Raises:
        BadInput: neither or both, out of range, or more decimals than the currency has.
    """
    if (percent is None) == (amount is None):
        raise BadInput("Say how much the deposit is: either --percent 30 or --amount 500.00.")
    if percent is not None:
        if not (percent.is_finite() and 0 < percent <= 100):  # noqa: PLR2004  percent
            raise BadInput(f"--percent {percent} is not above 0 and at most 100.")
        return to_minor(to_major(whole.total_minor, whole.currency) * percent / 100, whole.currency)
    assert amount is not None  # noqa: S101  one of them is there
    if not (amount.is_finite() and 0 < amount < 10**15):
        raise BadInput(f"--amount {amount} is not an amount above 0.")
    minor = to_minor(amount, whole.currency)
    if to_major(minor, whole.currency) != amount:
        raise BadInput(f"--amount {amount} has more decimals than {whole.currency} has; write it rounded.")
    return minor


def _quotas(grosses: Mapping[TaxKey, int], asked: int) -> list[int]:
    """Shares in proportion that add up to what is asked: the largest remainders get one more."""
    total = sum(grosses.values())
    quotas = [asked * gross // total for gross in grosses.values()]
    remainders = [asked * gross % total for gross in grosses.values()]
    largest = sorted(range(len(quotas)), key=lambda at: -remainders[at])
    for at in largest[: asked - sum(quotas)]:
        quotas[at] += 1
    return quotas


def _near(part: Part, rate: Decimal, quota: int) -> list[int]:
    """Nets near a share with tax whose tax and that of the rest are the tax of both."""
    middle = int(Decimal(quota) / (1 + rate / 100))
    reach = _MARGIN_MINOR + (int(50 / rate) if rate else 0)
    first, last = max(0, middle - reach), min(part.net_minor, middle + reach)
    return [
        net
        for net in range(first, last + 1)
        if tax_on(net, rate) + tax_on(part.net_minor - net, rate) == part.tax_minor
    ]

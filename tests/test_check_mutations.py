"""An amount that is off by the least there is, anywhere in an invoice, is found: every field, every time.

The fields are those of the record itself, so that one added later is changed here too.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from fakturo.arithmetic import arithmetic
from fakturo.check import prove
from fakturo.invoice import Invoice
from fakturo.issue import propose
from fakturo.order import Order, OrderLine, Party, Record
from fakturo.seller import Seller
from fakturo.tax import Client
from tests.einvoice.made_invoices import invoices

Path = tuple[str | int, ...]
FACTS = ("terms_days", "no", "percent", "days")
"""Numbers that are no amounts: nothing in a record follows from them."""
GIVEN = (("prepaid_minor",), ("rounding_minor",))
"""Amounts that come from outside the record; `prove` wants to know from where."""


def numbers(value: object, path: Path = ()) -> Iterator[Path]:
    """Where in a record a number stands."""
    if isinstance(value, Record):
        for name in type(value).model_fields:
            yield from numbers(getattr(value, name), (*path, name))
    elif isinstance(value, tuple):
        for place, each in enumerate(value):
            yield from numbers(each, (*path, place))
    elif isinstance(value, int | Decimal) and not isinstance(value, bool) and path[-1] not in FACTS:
        yield path


def changed(value: Any, path: Path, by: int) -> Any:
    """A copy with the number at a place changed by the last digit of an amount (0.01), or by a minor unit."""
    if not path:
        return value + by if isinstance(value, int) else value + Decimal(by).scaleb(-2)
    at, *rest = path
    if isinstance(at, int):
        return tuple(changed(each, tuple(rest), by) if n == at else each for n, each in enumerate(value))
    return value.model_copy(update={at: changed(getattr(value, at), tuple(rest), by)})


def is_amount(path: Path) -> bool:
    """Whether it is an amount: 0.01 of a price, a quantity or a rate may come to less than a minor unit."""
    return str(path[-1]).endswith("_minor")


@settings(max_examples=60, deadline=None)
@given(invoices(most_lines=3), st.sampled_from([1, -1]))
def test_every_amount_that_is_off_by_one_is_found(invoice, by):
    assert list(arithmetic(invoice)) == []
    places = [path for path in numbers(invoice) if is_amount(path) and path not in GIVEN]
    assert {"net_minor", "taxable_minor", "tax_minor", "total_minor"} <= {str(path[-1]) for path in places}
    for path in places:
        assert list(arithmetic(changed(invoice, path, by))), path


def whole(*lines: tuple[str, str, str, int]) -> tuple[Invoice, Order]:
    """An order and its invoice of (quantity, price, rate, base)."""
    order = Order(
        external_id="A-1",
        customer=Party(id="C-1", name="Buyer", country="GB"),
        currency="GBP",
        ordered_on="2026-02-27",
        lines=tuple(
            OrderLine(
                no=no, name="Thing", quantity=Decimal(quantity), unit_price=Decimal(price),
                tax_category="S", tax_rate=Decimal(rate), price_base=Decimal(base),
            )
            for no, (quantity, price, rate, base) in enumerate(lines, start=1)
        ),
    )  # fmt: skip
    day = order.ordered_on
    proposal = propose(order, buyer=order.customer, client=Client(), seller=Seller(), issue_date=day)
    assert proposal.findings == ()
    assert proposal.invoice is not None
    return proposal.invoice, order


def test_every_number_of_an_order_that_is_off_by_a_cent_is_found():
    """Prices, quantities, bases and rates too: 100 x 12.34 and 50 x 7.50 for 10 feel each hundredth."""
    invoice, order = whole(("100", "12.34", "20", 1), ("500", "7.50", "5", 10))
    assert prove(invoice, order) == []
    places = list(numbers(invoice))
    assert len(places) == 2 * 5 + 2 * 3 + 8, "lines, breakdown, totals"
    for path in places:
        for by in (1, -1):
            assert prove(changed(invoice, path, by), order), path


def test_allowances_and_charges_do_not_make_up_for_each_other(order):
    """Both sums 1.00 too high leave the difference right."""
    proposal = propose(
        order, buyer=order.customer, client=Client(), seller=Seller(), issue_date=order.ordered_on
    )
    wrong = proposal.invoice.model_copy(update={"allowance_minor": 100, "charge_minor": 100})
    assert [each.place for each in arithmetic(wrong)] == ["allowance_minor", "charge_minor"]


def test_more_is_paid_or_rounded_than_can_be(order):
    proposal = propose(
        order, buyer=order.customer, client=Client(), seller=Seller(), issue_date=order.ordered_on
    )
    for name, value in (("prepaid_minor", 3601), ("prepaid_minor", -1), ("rounding_minor", 100)):
        (finding,) = arithmetic(proposal.invoice.model_copy(update={name: value}))
        assert (finding.code, finding.place) == ("amount_impossible", name)
    half_paid = proposal.invoice.model_copy(update={"prepaid_minor": 1800})
    assert list(arithmetic(half_paid)) == []
    assert [each.code for each in prove(half_paid, order)] == ["paid_unproved"]

"""From an order to its invoice: every amount by hand, every doubt a finding."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakturo.arithmetic import arithmetic
from fakturo.issue import issue_day, line_net_minor, number, propose, series_name
from fakturo.order import Adjustment, Order, OrderLine, Party
from fakturo.seller import Seller
from fakturo.tax import Client

TODAY = date(2026, 3, 2)
SELLER = Seller()


def proposal(order, **changes):
    known = {"buyer": order.customer, "client": Client(), "seller": SELLER, "issue_date": TODAY}
    return propose(order, **known | changes)


def codes(order, **changes):
    return [finding.code for finding in proposal(order, **changes).findings]


def test_the_whole_invoice_by_hand(order):
    """6 x 2.55 + 14.70 = 30.00; 20 % = 6.00; due 30 days after 2 March."""
    invoice, findings = proposal(order)
    assert findings == ()
    assert [line.net_minor for line in invoice.lines] == [1530, 1470]
    assert (invoice.line_net_minor, invoice.net_minor, invoice.tax_minor, invoice.total_minor) == (
        3000,
        3000,
        600,
        3600,
    )
    assert invoice.due_date == date(2026, 4, 1)
    assert invoice.tax_point_date == date(2026, 2, 27)
    assert invoice.number is None


def test_allowances_and_charges_of_line_and_document_by_hand(order):
    """15.30 - 1.30 + 0.50 = 14.50; + 14.70 = 29.20; - 2.00 + 5.00 = 32.20; 20 % = 6.44."""
    first = order.lines[0].model_copy(
        update={
            "adjustments": (
                Adjustment(kind="allowance", amount=Decimal("1.30")),
                Adjustment(kind="charge", amount=Decimal("0.50"), reason="Packing"),
            )
        }
    )
    changed = order.model_copy(
        update={
            "lines": (first, order.lines[1]),
            "adjustments": (
                Adjustment(kind="allowance", amount=Decimal(2)),
                Adjustment(kind="charge", amount=Decimal(5), reason="Freight"),
            ),
        }
    )
    invoice, findings = proposal(changed)
    assert findings == ()
    assert invoice.lines[0].net_minor == 1450
    assert (invoice.line_net_minor, invoice.allowance_minor, invoice.charge_minor) == (2920, 200, 500)
    assert (invoice.net_minor, invoice.tax_minor, invoice.total_minor) == (3220, 644, 3864)


@pytest.mark.parametrize(
    ("currency", "net", "tax"),
    [("JPY", 15, 3), ("EUR", 1530, 306), ("BHD", 15300, 3060)],
    ids=["0", "2", "3"],
)
def test_currencies_with_no_two_and_three_decimals(order, currency, net, tax):
    """6 x 2.55 = 15.30, in yen 15; 20 % of 15 yen = 3."""
    one = order.model_copy(update={"currency": currency, "lines": order.lines[:1]})
    invoice, findings = proposal(one)
    assert findings == ()
    assert (invoice.net_minor, invoice.tax_minor) == (net, tax)


def test_a_price_per_hundred_is_divided_before_rounding():
    """7 pieces at 12.34 per 100 = 0.8638 -> 0.86."""
    assert line_net_minor(Decimal(7), Decimal("12.34"), Decimal(100), (), "EUR") == 86


def test_terms_come_from_the_order_then_the_client_then_the_seller(order):
    def due(order, client):
        return proposal(order, client=client).invoice.due_date

    assert due(order.model_copy(update={"terms_days": 0}), Client(terms_days=14)) == TODAY
    assert due(order, Client(terms_days=14)) == date(2026, 3, 16)


def test_a_total_that_the_order_states_otherwise_is_a_finding(order):
    assert codes(order.model_copy(update={"stated_total": Decimal("36.00")})) == []
    assert codes(order.model_copy(update={"stated_total": Decimal("36.01")})) == ["stated_amount_differs"]
    assert codes(order.model_copy(update={"stated_net": Decimal("29.99")})) == ["stated_amount_differs"]


def test_zero_percent_without_a_category_is_a_finding(order):
    line = order.lines[0].model_copy(update={"tax_rate": Decimal(0)})
    assert codes(order.model_copy(update={"lines": (line,)})) == ["tax_category_unknown"]


def test_a_document_allowance_over_two_rates_is_a_finding(order):
    reduced = order.lines[1].model_copy(update={"tax_rate": Decimal(5)})
    allowance = Adjustment(kind="allowance", amount=Decimal(1))
    mixed = order.model_copy(update={"lines": (order.lines[0], reduced), "adjustments": (allowance,)})
    assert codes(mixed) == ["tax_ambiguous"]
    named = allowance.model_copy(update={"tax_rate": Decimal(5)})
    assert codes(mixed.model_copy(update={"adjustments": (named,)})) == []


def test_an_unlawful_rate_is_a_finding(order):
    line = order.lines[0].model_copy(update={"tax_category": "K", "tax_rate": Decimal(20)})
    assert codes(order.model_copy(update={"lines": (line,)})) == ["tax_rate_not_allowed"]


def test_an_exempt_line_needs_a_reason(order):
    line = order.lines[0].model_copy(update={"tax_category": "E"})
    exempt = order.model_copy(update={"lines": (line,)})
    assert codes(exempt) == ["exemption_reason_missing"]
    assert codes(exempt, seller=Seller(tax_exemption_reason="Article 132")) == []


def test_nothing_to_pay_and_negative_lines_go_to_a_person(order):
    free = order.lines[0].model_copy(update={"unit_price": Decimal(0)})
    assert codes(order.model_copy(update={"lines": (free,)})) == ["total_not_positive"]
    below = free.model_copy(update={"adjustments": (Adjustment(kind="allowance", amount=Decimal(1)),)})
    assert codes(order.model_copy(update={"lines": (below, order.lines[1])})) == ["line_negative"]


def test_an_order_from_the_future_goes_to_a_person(order):
    assert codes(order.model_copy(update={"ordered_on": date(2026, 3, 3)})) == ["dated_in_future"]


def test_the_sellers_midnight_decides_day_and_year():
    moment = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    assert issue_day(moment, Seller(timezone="UTC")) == date(2026, 12, 31)
    in_berlin = Seller(timezone="Europe/Berlin")
    assert series_name(in_berlin, issue_day(moment, in_berlin)) == "INV-2027"


def test_numbers_sort_as_text():
    assert number("INV-2026", 42) == "INV-2026-000042"


# -- properties -----------------------------------------------------------------------------------

PRICES = st.decimals(min_value=0, max_value=100_000, places=4)
ADJUSTMENTS = st.lists(
    st.builds(
        Adjustment,
        kind=st.sampled_from(["allowance", "charge"]),
        amount=st.decimals(min_value=0, max_value=50, places=3),
    ),
    max_size=2,
).map(tuple)
LINES = st.builds(
    OrderLine,
    no=st.just(1),
    name=st.just("thing"),
    quantity=st.decimals(min_value=Decimal("0.001"), max_value=9999, places=3),
    unit_price=PRICES,
    price_base=st.sampled_from([Decimal(1), Decimal(3), Decimal(100)]),
    adjustments=ADJUSTMENTS,
    tax_rate=st.sampled_from([None, Decimal(20), Decimal(5), Decimal("7.7")]),
)
ORDERS = st.builds(
    Order,
    external_id=st.just("P-1"),
    customer=st.just(Party(id="C-1")),
    currency=st.sampled_from(["EUR", "JPY", "BHD"]),
    ordered_on=st.just(TODAY),
    lines=st.lists(LINES, min_size=1, max_size=12).map(tuple),
)


@given(ORDERS)
@settings(deadline=None, max_examples=200)
def test_what_is_built_is_always_proved_by_the_other_arithmetic(order):
    invoice, findings = proposal(order)
    assert {finding.code for finding in findings} <= {"line_negative", "total_not_positive"}
    assert list(arithmetic(invoice)) == []


AMOUNTS = ("line_net_minor", "allowance_minor", "charge_minor", "net_minor", "tax_minor", "total_minor")


@given(ORDERS, st.sampled_from([-1, 1]), st.data())
@settings(deadline=None, max_examples=200)
def test_any_amount_off_by_one_minor_unit_is_caught(order, off, data):
    invoice = proposal(order).invoice
    place = data.draw(st.sampled_from([*AMOUNTS, "line", "taxable", "tax"]))
    if place == "line":
        position = data.draw(st.integers(0, len(invoice.lines) - 1))
        lines = list(invoice.lines)
        lines[position] = lines[position].model_copy(update={"net_minor": lines[position].net_minor + off})
        broken = invoice.model_copy(update={"lines": tuple(lines)})
    elif place in {"taxable", "tax"}:
        first, *rest = invoice.tax_groups
        name = "taxable_minor" if place == "taxable" else "tax_minor"
        first = first.model_copy(update={name: getattr(first, name) + off})
        broken = invoice.model_copy(update={"tax_groups": (first, *rest)})
    else:
        broken = invoice.model_copy(update={place: getattr(invoice, place) + off})
    assert list(arithmetic(broken)) != []


GERMAN = Seller(country="DE", postcode="10115", vat_id="DE136695976", tax_rate=Decimal(19), supplies="goods")


@pytest.mark.parametrize(
    ("customer", "expected"),
    [
        (Party(id="C", country="DE"), ("S", "19", None)),
        (Party(id="C", country="FR", vat_id="FR40303265045"), ("K", "0", "VATEX-EU-IC")),
        (Party(id="C", country="CH"), ("G", "0", "VATEX-EU-G")),
    ],
)
def test_the_tax_follows_from_the_place_where_nobody_says_it(order, customer, expected):
    """Cases of docs/taxes.md; the reason stays in the record."""
    invoice, findings = proposal(
        order.model_copy(update={"customer": customer}), buyer=customer, seller=GERMAN
    )
    assert findings == ()
    (group,) = invoice.tax_groups
    assert (group.category, str(group.rate), group.exemption_code) == expected
    assert "art." in group.determined or "standard rate" in group.determined


def test_what_the_place_leaves_open_is_for_a_person_and_a_line_that_says_its_tax_is_not_asked(order):
    """A consumer in France: taxed there or here, only the seller knows."""
    customer = Party(id="C", country="FR")
    told = {"buyer": customer, "seller": GERMAN}
    assert len(codes(order.model_copy(update={"customer": customer}), **told)) == 1
    lines = tuple(
        line.model_copy(update={"tax_category": "S", "tax_rate": Decimal(19)}) for line in order.lines
    )
    assert codes(order.model_copy(update={"customer": customer, "lines": lines}), **told) == []

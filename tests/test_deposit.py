"""Deposits and final invoices: worked out by hand, and adding up to the whole order whatever it is."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from fakturo.check import prove
from fakturo.credit import Correction, propose_credit
from fakturo.deposit import Deposit
from fakturo.deposit_share import asked_minor, deposit_order, rest, share
from fakturo.einvoice import gate
from fakturo.errors import BadInput
from fakturo.invoice import Invoice
from fakturo.issue import Proposal, propose
from fakturo.order import Adjustment, Order, OrderLine, Party
from fakturo.seller import Seller
from fakturo.tax import Client
from fakturo.trade import Preceding

DAY = date(2026, 3, 2)
SELLER = Seller(country="DE", language="en")
STANDARD, REDUCED = ("S", Decimal(19)), ("S", Decimal(7))


def line(no: int, quantity: str, price: str, rate: str = "19", **more: object) -> OrderLine:
    known = {"name": f"Thing {no}", "tax_category": "S", "tax_rate": Decimal(rate)}
    return OrderLine(no=no, quantity=Decimal(quantity), unit_price=Decimal(price), **known | more)


def asked(*lines: OrderLine, **more: object) -> Order:
    known = {"external_id": "O-1", "customer": Party(id="K-1", name="Buyer"), "currency": "EUR"}
    return Order(**known | {"ordered_on": DAY, "lines": lines} | more)


def invoice(order: Order, *deposits: Deposit, seller: Seller = SELLER) -> Proposal:
    return propose(
        order, buyer=order.customer, client=Client(), seller=seller, issue_date=DAY, deposits=deposits
    )


def deposit(order: Order, *before: Deposit, seller: Seller = SELLER, **how: str) -> Invoice:
    whole = invoice(order, seller=seller).invoice
    wanted = {name: Decimal(how[name]) if name in how else None for name in ("percent", "amount")}
    nets = share(rest(whole, before), asked_minor(whole, **wanted))
    made = deposit_order(order, whole, nets, external_id=f"O-1/deposit-{len(before)}", note=None)
    found = invoice(made, seller=seller)
    assert found.findings == ()
    return found.invoice.model_copy(update={"number": f"INV-2026-00000{len(before) + 1}"})


def taxed(document: Invoice) -> dict:
    return {(each.category, each.rate): (each.taxable_minor, each.tax_minor) for each in document.tax_groups}


TWO_RATES = asked(line(1, "4", "250"), line(2, "10", "20", "7"))
"""1,000.00 at 19 % (190.00 tax) and 200.00 at 7 % (14.00): 1,404.00."""


def test_thirty_percent_by_hand():
    """30 % of 1,404.00 = 421.20: 357.00 at 19 % (300.00 + 57.00) and 64.20 at 7 % (60.00 + 4.20)."""
    made = deposit(TWO_RATES, percent="30")
    assert made.is_deposit
    assert taxed(made) == {STANDARD: (30000, 5700), REDUCED: (6000, 420)}
    assert made.total_minor == 42120
    assert [each.name for each in made.lines] == [
        "Deposit on order O-1: 4 x Thing 1",
        "Deposit on order O-1: 10 x Thing 2",
    ]


def test_the_final_invoice_by_hand():
    """1,000.00 - 300.00 = 700.00 (133.00 tax), 200.00 - 60.00 = 140.00 (9.80 tax): 982.80."""
    final, findings = invoice(TWO_RATES, Deposit(deposit(TWO_RATES, percent="30")))
    assert findings == ()
    assert taxed(final) == {STANDARD: (70000, 13300), REDUCED: (14000, 980)}
    assert (final.total_minor, final.is_deposit) == (98280, False)
    assert [(each.no, each.quantity, each.unit_price, each.tax_rate) for each in final.lines[2:]] == [
        (3, Decimal(-1), Decimal("300.00"), Decimal(19)),
        (4, Decimal(-1), Decimal("60.00"), Decimal(7)),
    ]
    assert final.lines[2].name == "Deposit invoice INV-2026-000001, of 2 March 2026"
    assert final.preceding == (Preceding(number="INV-2026-000001", issue_date=DAY),)


@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("de", "Anzahlungsrechnung INV-2026-000001 vom 2. März 2026"),
        ("fr", "Facture d'acompte INV-2026-000001 du 2 mars 2026"),
        ("es", "Factura de anticipo INV-2026-000001, de 2 de marzo de 2026"),
        ("it", "Fattura di acconto INV-2026-000001 del 2 marzo 2026"),
        ("nl", "Voorschotfactuur INV-2026-000001 van 2 maart 2026"),
    ],
)
def test_a_deduction_speaks_the_language_of_its_invoice(language, name):
    paid = Deposit(deposit(TWO_RATES, percent="30"))
    final = invoice(TWO_RATES, paid, seller=Seller(country="DE", language=language)).invoice
    assert final.lines[2].name == name


def test_an_order_that_is_paid_before_comes_to_exactly_nothing():
    first = Deposit(deposit(TWO_RATES, percent="30"))
    second = Deposit(deposit(TWO_RATES, first, amount="982.80"))
    final, findings = invoice(TWO_RATES, first, second)
    assert (findings, final.total_minor) == ((), 0)
    nothing = asked(line(1, "1", "0"))
    assert [each.code for each in invoice(nothing).findings] == ["total_not_positive"]


def test_a_deposit_that_is_credited_is_not_deducted():
    made = deposit(TWO_RATES, percent="30")
    lines = tuple(line(each.no, "1", str(each.unit_price), name=each.name) for each in made.lines)
    wish = asked(*lines, kind="cancellation", external_id="C-1")
    note = propose_credit(wish, Correction(made), issue_date=DAY).invoice
    assert (note.kind, note.is_deposit, note.total_minor) == ("credit_note", False, 42120)
    final, findings = invoice(TWO_RATES, Deposit(made, [note]))
    assert (findings, final.total_minor, final.preceding, len(final.lines)) == ((), 140400, (), 2)


def test_of_a_deposit_that_is_credited_in_part_the_rest_is_deducted():
    """60.00 + 4.20 at 7 % are taken back; 300.00 + 57.00 are left: 1,404.00 - 357.00."""
    made = deposit(TWO_RATES, percent="30")
    wish = asked(line(1, "1", "60", name=made.lines[1].name), kind="cancellation", external_id="C-1")
    note = propose_credit(wish, Correction(made), issue_date=DAY).invoice
    final, findings = invoice(TWO_RATES, Deposit(made, [note]))
    assert (findings, final.total_minor, len(final.lines)) == ((), 104700, 3)


def test_a_final_invoice_is_credited_with_its_deductions():
    final = invoice(TWO_RATES, Deposit(deposit(TWO_RATES, percent="30"))).invoice
    final = final.model_copy(update={"number": "INV-2026-000002"})
    wish = TWO_RATES.model_copy(update={"kind": "cancellation", "external_id": "C-1"})
    note, findings = propose_credit(wish, Correction(final), issue_date=DAY)
    assert (findings, note.total_minor, note.lines) == ((), 98280, final.lines)


def codes(final: Invoice, *deposits: Deposit) -> set[str]:
    return {each.code for each in prove(final, TWO_RATES, deposits)}


def test_what_does_not_deduct_exactly_the_deposits_is_not_proved():
    paid = Deposit(deposit(TWO_RATES, percent="30"))
    final = invoice(TWO_RATES, paid).invoice
    assert codes(final, paid) == set()
    assert "lines_differ" in codes(final)  # a deduction without a deposit
    assert "deductions_wrong" in codes(invoice(TWO_RATES).invoice, paid)  # a deposit without a deduction
    assert "deductions_wrong" in codes(final, paid, paid)
    assert "deductions_wrong" in codes(final.model_copy(update={"preceding": ()}), paid)
    twice = final.lines[2].model_copy(update={"quantity": Decimal(-2)})
    assert "deductions_wrong" in codes(
        final.model_copy(update={"lines": (*final.lines[:2], twice, final.lines[3])}), paid
    )


def test_an_order_that_shrinks_below_its_deposit_waits_for_a_person():
    paid = Deposit(deposit(TWO_RATES, percent="30"))
    smaller = asked(line(1, "1", "250"), line(2, "10", "20", "7"))
    found = {each.code: each.message for each in invoice(smaller, paid).findings}
    assert found["deposit_exceeds"].startswith("The deposits have more at 19 % than the order; credit the")
    assert "deposit_exceeds" in {
        each.code for each in invoice(asked(line(2, "10", "20", "7")), paid).findings
    }


def test_what_the_order_states_is_compared_with_all_of_it():
    stated = TWO_RATES.model_copy(update={"stated_net": Decimal(1200), "stated_total": Decimal(1404)})
    assert invoice(stated, Deposit(deposit(TWO_RATES, percent="30"))).findings == ()


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ({}, "either --percent 30 or --amount 500.00"),
        ({"percent": "30", "amount": "5"}, "either --percent 30 or --amount 500.00"),
        ({"percent": "0"}, "--percent 0 is not above 0 and at most 100"),
        ({"percent": "100.5"}, "--percent 100.5 is not above 0 and at most 100"),
        ({"percent": "NaN"}, "--percent NaN is not above 0"),
        ({"amount": "-5"}, "--amount -5 is not an amount above 0"),
        ({"amount": "5.001"}, "--amount 5.001 has more decimals than EUR has"),
    ],
)
def test_what_is_no_deposit_is_told_in_a_sentence(how, told):
    with pytest.raises(BadInput, match=told):
        deposit(TWO_RATES, **how)


@pytest.mark.parametrize(
    "seller", [SELLER, Seller(country="DE", tax_category="E", tax_exemption_reason="§ 4 UStG")]
)
def test_both_official_rule_sets_accept_deposit_and_final_invoice(seller):
    order = TWO_RATES
    if seller.tax_category == "E":
        order = asked(OrderLine(no=1, name="Thing", quantity=Decimal(3), unit_price=Decimal("9.99")))
    buyer = Party(id="K-1", name="Buyer", city="Bonn", country="DE")
    order = order.model_copy(update={"customer": buyer})
    first = deposit(order, percent="30", seller=seller)
    last = deposit(order, Deposit(first), percent="70", seller=seller)
    final = invoice(order, Deposit(first), seller=seller).invoice
    zero = invoice(order, Deposit(first), Deposit(last), seller=seller).invoice
    assert [gate.refused(each) for each in (first, last, final, zero)] == [[], [], [], []]


rates = st.lists(
    st.sampled_from(["19", "7", "20", "5.5", "8.1", "2.6", "25", "21", "8.875"]), min_size=1, max_size=4
)


@st.composite
def orders(draw):
    lines = []
    for no, rate in enumerate(draw(rates), start=1):
        price = Decimal(draw(st.integers(1, 10**7))) / 1000
        lines.append(line(no, str(draw(st.integers(1, 30))), str(price), rate))
    return asked(*lines)


@given(orders(), st.lists(st.decimals(1, 99, places=2), min_size=1, max_size=4))
def test_deposits_and_final_invoice_are_the_whole_order_to_the_cent(order, percents):
    whole = invoice(order).invoice
    assume(whole.total_minor > 0)
    deposits: list[Deposit] = []
    for percent in percents:
        left = rest(whole, deposits)
        asked_for = asked_minor(whole, percent=percent, amount=None)
        if not 0 < asked_for <= sum(map(sum, left.values())):
            continue
        nets = share(left, asked_for)
        if not nets:  # a cent or two that no rate can bear
            assert asked_for < 25
            continue
        wish = deposit_order(order, whole, nets, external_id=f"O-1/{len(deposits)}", note=None)
        made = invoice(wish)
        assert made.findings == ()
        lowest = min(rate for _, rate in left)
        assert abs(made.invoice.total_minor - asked_for) <= 50 / lowest + 4
        deposits.append(Deposit(made.invoice.model_copy(update={"number": f"INV-{len(deposits)}"})))
    final = invoice(order, *deposits)
    assert final.findings == ()
    documents = [final.invoice, *(each.invoice for each in deposits)]
    for key, amounts in taxed(whole).items():
        parts = [taxed(each).get(key, (0, 0)) for each in documents]
        assert tuple(map(sum, zip(*parts, strict=True))) == amounts
    for name in ("net_minor", "tax_minor", "total_minor"):
        assert sum(getattr(each, name) for each in documents) == getattr(whole, name)


def test_an_allowance_on_the_whole_is_shared_too():
    """1,000.00 less 100.00 at 19 %: 900.00 + 171.00; half of it is 450.00 + 85.50."""
    less = Adjustment(kind="allowance", amount=Decimal(100), tax_category="S", tax_rate=Decimal(19))
    order = asked(line(1, "4", "250"), adjustments=(less,))
    made = deposit(order, percent="50")
    assert (made.net_minor, made.tax_minor, made.adjustments) == (45000, 8550, ())
    final, findings = invoice(order, Deposit(made))
    assert (findings, final.net_minor, final.tax_minor) == ((), 45000, 8550)

"""Credit notes: the mirror of an invoice to the cent, or a part of it worked out by hand."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakturo.arithmetic import arithmetic
from fakturo.credit import Correction, propose_credit
from fakturo.invoice import Invoice
from fakturo.issue import propose
from fakturo.order import Adjustment, Order, OrderLine, Party
from fakturo.seller import Seller
from fakturo.tax import Client
from fakturo.trade import Preceding

DAY = date(2026, 3, 2)
LATER = date(2026, 3, 9)


def line(no: int, quantity: str = "1", price: str = "10", **more: object) -> OrderLine:
    known = {"code": f"A{no}", "name": f"Thing {no}", "tax_category": "S", "tax_rate": Decimal(19)}
    return OrderLine(no=no, quantity=Decimal(quantity), unit_price=Decimal(price), **known | more)


def asked(*lines: OrderLine, **more: object) -> Order:
    known = {"external_id": "C-1", "customer": Party(id="K-1", name="Buyer"), "currency": "EUR"}
    return Order(**known | {"ordered_on": DAY, "lines": lines} | more)


def issued(*lines: OrderLine, **more: object) -> Invoice:
    order = asked(*lines, external_id="O-1", **more)
    found = propose(order, buyer=order.customer, client=Client(), seller=Seller(country="DE"), issue_date=DAY)
    assert found.invoice is not None
    return found.invoice.model_copy(update={"number": "INV-2026-000007"})


def credit(original: Invoice, *lines: OrderLine, credited: tuple[Invoice, ...] = (), **more: object):
    order = asked(*lines, kind="cancellation", cancels="O-1", **more)
    return propose_credit(order, Correction(original, credited), issue_date=LATER)


def test_taken_back_whole_it_is_the_mirror_of_its_invoice():
    lines = (
        line(1, "3", "3.333"),
        line(2, adjustments=(Adjustment(kind="allowance", amount=Decimal("1.11")),)),
    )
    original = issued(
        *lines, adjustments=(Adjustment(kind="charge", amount=Decimal("4.99"), reason="Freight"),)
    )
    note, findings = credit(original, line(1, "3", "3.333"), line(2))
    assert findings == ()
    assert (note.kind, note.number, note.issue_date) == ("credit_note", None, LATER)
    assert note.preceding == (Preceding(number="INV-2026-000007", issue_date=DAY),)
    same = (
        "lines",
        "adjustments",
        "tax_groups",
        "net_minor",
        "tax_minor",
        "total_minor",
        "currency",
        "buyer",
    )
    assert all(getattr(note, name) == getattr(original, name) for name in same)


def test_a_part_by_hand():
    """2 of 5 x 9.99 = 19.98; 19 % = 3.80 (3.7962); the line keeps its number."""
    original = issued(line(1), line(2, "5", "9.99"))
    note, findings = credit(original, line(9, "2", "9.99", code="A2"))
    assert findings == ()
    assert [(each.no, each.quantity, each.net_minor) for each in note.lines] == [(2, Decimal(2), 1998)]
    assert [(group.taxable_minor, group.tax_minor) for group in note.tax_groups] == [(1998, 380)]
    assert (note.net_minor, note.tax_minor, note.total_minor) == (1998, 380, 2378)


def test_what_was_taken_back_before_is_gone():
    original = issued(line(1, "5"))
    first = credit(original, line(1, "3")).invoice
    second, findings = credit(original, line(1, "2"), credited=(first,))
    assert findings == ()
    assert first.total_minor + second.total_minor == original.total_minor == 5950
    _, findings = credit(original, line(1, "3"), credited=(first,))
    assert [(each.code, each.place) for each in findings] == [("credit_exceeds", "line 1")]
    assert (
        "takes back 3 x A1 at 10 EUR, and invoice INV-2026-000007 has 2 of them left" in findings[0].message
    )


def test_one_thing_on_two_lines_is_taken_from_both():
    original = issued(line(1, "2", code="A"), line(2, "3", code="A"))
    note, _ = credit(original, line(1, "4", code="A"))
    assert [(each.no, each.quantity) for each in note.lines] == [(1, Decimal(2)), (2, Decimal(2))]


@pytest.mark.parametrize(
    ("lines", "more", "code"),
    [
        ((line(1, price="11"),), {}, "credit_exceeds"),  # another price
        ((line(1, code="B"),), {}, "credit_exceeds"),  # another thing
        ((line(1),), {"currency": "USD"}, "credit_of_another"),
        ((line(1),), {"customer": Party(id="K-2")}, "credit_of_another"),
    ],
)
def test_what_the_invoice_does_not_hold_is_for_a_person(lines, more, code):
    note, findings = credit(issued(line(1), line(2)), *lines, **more)
    assert (note, [each.code for each in findings]) == (None, [code])


def test_allowances_on_the_whole_cannot_be_split():
    original = issued(line(1), line(2), adjustments=(Adjustment(kind="allowance", amount=Decimal(1)),))
    note, findings = credit(original, line(1))
    assert (note, [each.code for each in findings]) == (None, ["credit_not_divisible"])
    assert "fakturo credit INV-2026-000007" in findings[0].message


def test_parts_that_round_to_more_than_the_whole_are_for_a_person():
    """Two of 0.03 bear 0.01 each at 19 % (0.0057), 0.06 together bears 0.01 (0.0114)."""
    original = issued(line(1, "2", "0.03"))
    first = credit(original, line(1, "1", "0.03")).invoice
    _, findings = credit(original, line(1, "1", "0.03"), credited=(first,))
    assert [each.code for each in findings] == ["credit_not_divisible"]
    assert "1 minor units more" in findings[0].message


AMOUNTS = st.decimals(min_value="0.01", max_value="999", places=3)


@settings(max_examples=1_000, deadline=None)
@given(
    lines=st.lists(st.tuples(AMOUNTS, AMOUNTS, st.sampled_from([0, 7, 19, 20])), min_size=1, max_size=6),
    currency=st.sampled_from(["EUR", "JPY", "GBP", "KWD"]),
    charge=st.none() | st.decimals(min_value=1, max_value=50, places=2),
)
def test_a_thousand_mirrors_are_exact(lines, currency, charge):
    """Whatever was invoiced, its credit note takes back every cent of it, and proves by itself."""
    ordered = [
        line(no, str(quantity), str(price), tax_category="S" if rate else "Z", tax_rate=Decimal(rate))
        for no, (quantity, price, rate) in enumerate(lines, start=1)
    ]
    extra = Adjustment(kind="charge", amount=charge or 0, reason="Freight", tax_category="Z", tax_rate=0)
    original = issued(*ordered, currency=currency, adjustments=(extra,) if charge else ())
    note, findings = credit(original, *ordered, currency=currency)
    assert findings == ()
    assert list(arithmetic(note)) == []
    left = original.model_dump(exclude={"number", "kind", "order_id", "issue_date", "due_date", "terms_days",
                                        "preceding", "note"})  # fmt: skip
    assert note.model_dump(include=set(left)) == left

"""What is surely odd waits for a person before it gets a number; a person's word lets it go."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from fakturo.ledger.issuing.chunk import issue_waiting
from fakturo.ledger.open import reading
from fakturo.ledger.predictions.usual import keep_usual
from fakturo.ledger.tables import findings, orders
from fakturo.order import Order, OrderLine, Party
from fakturo.seller import Seller

DAY = date(2026, 3, 2)
USUAL = {
    "product_id": "LN-104", "currency": "EUR", "line_count": 40, "price": 10.0, "low_price": 8.0,
    "top_price": 12.0, "quantity": 20.0,
}  # fmt: skip


def order(quantity, price, external_id="O-1", code="LN-104"):
    line = OrderLine(no=1, code=code, name="Lantern", quantity=Decimal(quantity), unit_price=Decimal(price))
    return Order(
        external_id=external_id, customer=Party(id="C-1"), currency="EUR", ordered_on=DAY, lines=(line,)
    )


def issue(engine, now):
    return issue_waiting(engine, seller=Seller(), worker="w", clock=lambda: now, lease_s=60)


def doubts(engine):
    with reading(engine) as connection:
        found = connection.execute(select(findings.c.code, findings.c.message)).all()
        return found, list(connection.execute(select(orders.c.status).order_by(orders.c.id)).scalars())


def test_without_anything_usual_nothing_is_held(engine, queue, now):
    queue(order("10", "4000"))
    assert issue(engine, now).issued == 1


@pytest.mark.parametrize(
    ("quantity", "price", "code", "said"),
    [
        ("5", "120", "unusual_ten_times", "Unit price 120.00 of LN-104 is 12 times its usual 10.00."),
        ("10", "20", "unusual_swapped", "Quantity 10 and unit price 20 of LN-104 look swapped"),
    ],
)
def test_what_is_surely_odd_waits_with_its_reason(engine, queue, now, quantity, price, code, said):
    keep_usual(engine, [USUAL], now=now)
    queue(order(quantity, price))
    outcome = issue(engine, now)
    assert (outcome.issued, outcome.review) == (0, 1)
    ((held, message),), statuses = doubts(engine)
    assert held == code
    assert message.startswith(said)
    assert statuses == ["needs_review"]


def test_ten_times_what_the_customer_takes_waits(engine, queue, now):
    keep_usual(engine, [USUAL], now=now)
    for number, quantity in enumerate(("4", "5", "6")):
        queue(order(quantity, "10", f"O-{number}"))
    assert issue(engine, now).issued == 3
    queue(order("50", "10", "O-9"))
    assert issue(engine, now).review == 1
    assert "is 10 times the 5 this customer usually takes" in doubts(engine)[0][0].message


def test_what_is_usual_is_issued(engine, queue, now):
    keep_usual(engine, [USUAL], now=now)
    queue(order("20", "11"))
    queue(order("3", "500", "O-2", code="other"))  # nothing is known of it
    assert issue(engine, now).issued == 2


def test_another_look_replaces_what_was_usual(engine, queue, now):
    keep_usual(engine, [USUAL], now=now)
    keep_usual(engine, [], now=now)
    queue(order("5", "120"))
    assert issue(engine, now).issued == 1

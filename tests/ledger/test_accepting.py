"""The official rules before a number is spent: asked once a shape, kept, and overruled by nobody."""

from dataclasses import dataclass
from decimal import Decimal

import pytest
from sqlalchemy import select

from fakturo.einvoice import gate
from fakturo.finding import Finding
from fakturo.ledger.einvoice_tables import accepted_shapes
from fakturo.ledger.issuing import accepting
from fakturo.ledger.issuing.chunk import issue_waiting
from fakturo.ledger.issuing.outlook import Unread, look_ahead
from fakturo.ledger.open import reading
from fakturo.ledger.tables import invoices, orders
from fakturo.order import content
from fakturo.seller import Seller


@dataclass
class Asked:
    """How often the rules were run."""

    times: int = 0


@pytest.fixture
def asked(monkeypatch):
    """Count what reaches the rules, in a process that knows nothing yet."""
    count, refused = Asked(), gate.refused

    def counting(invoice):
        count.times += 1
        return refused(invoice)

    monkeypatch.setattr(gate, "refused", counting)
    forget(monkeypatch)
    return count


def forget(monkeypatch):
    """As in a new process."""
    monkeypatch.setattr(accepting, "_known", {})
    monkeypatch.setattr(accepting, "_passed", set())


def issue(engine, now, **seller):
    return issue_waiting(engine, seller=Seller(**seller), worker="w", clock=lambda: now, lease_s=60)


def column(engine, wanted):
    with reading(engine) as connection:
        return list(connection.execute(select(wanted).order_by(wanted)).scalars())


def test_a_shape_is_asked_once_by_all_processes_of_a_ledger(engine, queue, order, now, asked, monkeypatch):
    for number in range(5):
        lines = tuple(line.model_copy(update={"quantity": Decimal(number + 1)}) for line in order.lines)
        queue(order.model_copy(update={"lines": lines}), external_id=f"A-{number}")
    assert issue(engine, now).issued == 5
    assert asked.times == 1
    assert len(column(engine, accepted_shapes.c.key)) == 1
    forget(monkeypatch)
    queue(order, external_id="B-1")
    assert issue(engine, now).issued == 1
    assert asked.times == 1


def test_another_release_of_the_rules_is_asked_anew(engine, queue, order, now, asked, monkeypatch):
    queue(order)
    issue(engine, now)
    monkeypatch.setattr(gate, "rules_version", lambda: "factur-x 99")
    queue(order, external_id="B-1")
    issue(engine, now)
    assert asked.times == 2
    assert column(engine, accepted_shapes.c.rules) == [f"factur-x 7.8, writer {gate.WRITER}", "factur-x 99"]


def test_what_the_rules_refuse_waits_without_a_number(engine, queue, order, now, asked):
    queue(order)
    queue(order, external_id="A-2")
    outcome = issue(engine, now, vat_id=None)
    assert (outcome.issued, outcome.review) == (0, 2)
    assert asked.times == 1  # the second is of the same shape, in the same chunk
    assert column(engine, invoices.c.number) == []
    assert column(engine, accepted_shapes.c.key) == []
    reason = column(engine, orders.c.status_reason)[0]
    assert "set FAKTURO_SELLER_VAT_ID" in reason
    assert "Rule BR-CO-26 of EN 16931." in reason


def test_a_country_that_was_not_understood_waits_and_one_that_nobody_told_is_the_sellers(
    engine, queue, order, now
):
    odd = order.customer.model_copy(update={"country": None, "country_name": "Atlantis"})
    silent = order.customer.model_copy(update={"country": None})
    queue(order.model_copy(update={"customer": odd}), external_id="A-1")
    queue(order.model_copy(update={"customer": silent}), external_id="A-2")
    outcome = issue(engine, now)
    assert (outcome.issued, outcome.review) == (1, 1)
    assert any(
        "buyer's country is not known" in (reason or "") for reason in column(engine, orders.c.status_reason)
    )


def test_three_decimals_have_no_e_invoice_and_are_issued_all_the_same(engine, queue, order, now, asked):
    queue(order.model_copy(update={"currency": "KWD"}))
    assert issue(engine, now).issued == 1
    assert asked.times == 0


def test_looking_ahead_says_the_same_and_writes_nothing(engine, order, now, asked):
    unread = Unread(1, content(order), now)
    (good,) = look_ahead(engine, [unread], seller=Seller(), now=now)
    (bad,) = look_ahead(engine, [unread], seller=Seller(vat_id=None), now=now)
    assert good.findings == ()
    assert {finding.code for finding in bad.findings} == {"einvoice_refused"}
    assert all(isinstance(finding, Finding) for finding in bad.findings)
    assert column(engine, accepted_shapes.c.key) == []

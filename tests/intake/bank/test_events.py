"""Events of a card processor: objects as in Stripe's API reference, cut down to what is read."""

import json

import pytest

MADE = 1767312000
"""2026-01-02T00:00:00Z."""
CHARGE = {
    "id": "ch_1",
    "object": "charge",
    "amount": 10000,
    "amount_captured": 10000,
    "currency": "eur",
    "created": MADE,
    "status": "succeeded",
    "captured": True,
    "customer": "cus_9",
    "payment_intent": "pi_1",
    "description": "Order 7",
    "billing_details": {"name": "Blue Door"},
    "metadata": {"invoice": "INV-2026-00042, INV-2026-00043", "customer_id": "C-1"},
    "balance_transaction": {"id": "txn_1", "fee": 320, "currency": "eur"},
}


def event(kind, found, **more):
    return {"id": "evt", "object": "event", "type": kind, "data": {"object": found}} | more


def lines(*events):
    return "\n".join(json.dumps(each) for each in events)


def test_a_charge_becomes_a_payment_with_its_fee(bring, rows):
    bring("e.jsonl", lines(event("charge.succeeded", CHARGE), event("customer.created", {"id": "cus_9"})))
    (row,) = rows("payments")
    assert (row["source"], row["reference"], row["kind"]) == ("stripe", "ch_1", "payment")
    assert (row["amount_minor"], row["fee_minor"], row["currency"]) == (10000, 320, "EUR")
    assert row["value_date"].isoformat() == "2026-01-02"
    assert (row["payer"], row["payer_account"], row["customer_id"]) == ("Blue Door", "cus_9", "C-1")
    assert json.loads(row["invoice_refs"]) == ["INV-2026-00042", "INV-2026-00043"]


def test_an_intent_and_its_charge_are_one_payment(bring, paid):
    intent = {"id": "pi_1", "amount": 10000, "amount_received": 10000, "currency": "eur", "created": MADE}
    both = [
        event("payment_intent.succeeded", intent | {"latest_charge": "ch_1"}),
        event("charge.succeeded", CHARGE),
    ]
    outcome = bring("e.json", json.dumps(both))
    assert outcome.skipped == {"a payment_intent whose charge stands in this file too": 1}
    assert paid("reference") == [("ch_1",)]


def test_an_intent_without_its_charge_is_the_payment(bring, paid):
    intent = {
        "id": "pi_1", "status": "succeeded", "amount": 700, "amount_received": 700, "currency": "eur",
        "created": MADE, "latest_charge": "ch_5",
    }  # fmt: skip
    bring("e.json", json.dumps(event("payment_intent.succeeded", intent)))
    assert paid("reference", "amount_minor") == [("ch_5", 700)]


def test_refunds_and_disputes_take_their_charge_back(bring, paid):
    refund = {
        "id": "re_1", "amount": 2500, "currency": "eur", "charge": "ch_1", "status": "succeeded",
        "created": MADE,
    }  # fmt: skip
    dispute = {
        "id": "dp_1", "amount": 7500, "currency": "eur", "charge": "ch_1", "status": "needs_response",
        "reason": "fraudulent", "created": MADE,
        "balance_transactions": [{"amount": -7500, "fee": 1500, "currency": "eur"}],
    }  # fmt: skip
    won = [*dispute["balance_transactions"], {"amount": 7500, "fee": -1500, "currency": "eur"}]
    events = [
        event("charge.succeeded", CHARGE),
        event("refund.created", refund | {"status": "pending"}),
        event("refund.updated", refund),
        event("charge.dispute.created", dispute),
        event("charge.dispute.funds_reinstated", dispute | {"balance_transactions": won, "status": "won"}),
    ]
    outcome = bring("e.json", json.dumps({"object": "list", "data": events}))
    assert paid("reference", "kind", "amount_minor", "fee_minor", "reverses") == [
        ("ch_1", "payment", 10000, 320, None),
        ("dp_1", "chargeback", -7500, 1500, "ch_1"),
        ("dp_1/won", "payment", 7500, -1500, "dp_1"),
        ("re_1", "refund", -2500, 0, "ch_1"),
    ]
    assert outcome.skipped == {"a refund that is pending": 1}


@pytest.mark.parametrize(
    ("currency", "smallest", "minor"),
    [
        ("jpy", 500, 500),
        ("bhd", 1230, 1230),
        ("isk", 500, 5),
        ("ugx", 500, 5),
        ("mga", 5, 500),
        ("usd", 5, 5),
    ],
)
def test_smallest_units_become_minor_units_of_iso_4217(bring, paid, currency, smallest, minor):
    """Stripe sends JPY without decimals, ISK and UGX with two zeros, MGA without its two."""
    charge = CHARGE | {"currency": currency, "amount_captured": smallest, "balance_transaction": None}
    bring("e.json", json.dumps(event("charge.succeeded", charge)))
    assert paid("amount_minor", "currency") == [(minor, currency.upper())]


def test_test_mode_and_uncaptured_money_is_no_money(bring, paid):
    outcome = bring(
        "e.jsonl",
        lines(
            event("charge.succeeded", CHARGE, livemode=False),
            event("charge.succeeded", CHARGE | {"id": "ch_2", "captured": False}),
        ),
    )
    assert outcome.skipped == {
        "an event of the test mode": 1,
        "a charge that is authorised, not captured": 1,
    }
    assert paid() == []


def test_what_is_no_event_or_says_too_little_is_quarantined(bring, reasons):
    incomplete = {key: value for key, value in CHARGE.items() if key != "currency"}
    outcome = bring(
        "e.jsonl",
        lines({"hello": 1}, event("charge.succeeded", incomplete), event("charge.succeeded", CHARGE)),
    )
    assert (outcome.rows_accepted, outcome.rows_quarantined) == (1, 2)
    assert reasons() == [
        "The record is no event: it has no type and data.object.",
        "charge.succeeded has no usable 'currency'.",
    ]


def test_a_refund_that_failed_waits_for_a_person(bring, reasons):
    refund = {"id": "re_1", "amount": 1, "currency": "eur", "status": "failed", "created": MADE}
    bring("e.json", json.dumps(event("refund.failed", refund)))
    assert reasons() == ["Refund re_1 failed; if it was taken in before, settle it by hand."]

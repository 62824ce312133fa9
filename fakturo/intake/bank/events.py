"""JSON events of a card processor, in Stripe's shape: charges, refunds, disputes.

A charge is told twice (`charge.succeeded`, `payment_intent.succeeded`): in a file with both, the charge
counts. Test-mode events are no money. Amounts are in the processor's smallest unit, which for five currencies
is not ISO 4217's. Source: Stripe API reference, Event types; docs "Supported currencies".
"""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from fakturo.errors import BadInput
from fakturo.intake.bank.event_money import charge_told, dispute_told, refund_told
from fakturo.intake.bank.statement import StatementRows
from fakturo.intake.rows.json_rows import Value, values

Object = Mapping[str, Any]
TEST_MODE = "an event of the test mode"
TOLD_BY_CHARGE = "a payment_intent whose charge stands in this file too"
_CHARGES = ("charge.succeeded", "charge.captured")
_REFUNDS = ("refund.created", "refund.updated", "refund.failed", "charge.refund.updated")
_READERS: dict[str, Callable[[Object], dict[str, Any] | str]] = {
    **dict.fromkeys(_CHARGES, charge_told),
    **dict.fromkeys(_REFUNDS, refund_told),
    "charge.dispute.created": partial(dispute_told, is_won=False),
    "charge.dispute.funds_reinstated": partial(dispute_told, is_won=True),
}


def read_events(path: Path, *, source: str | None, most_line_bytes: int) -> StatementRows:
    """Payments of a file of events: an array, a list object with `data`, or one event a line.

    Args:
        source: instead of the account that an event names, or `stripe`.
    """
    rows = StatementRows()
    events: list[tuple[int, str, Object]] = []
    for value in values(path, most_line_bytes=most_line_bytes, on_bytes=lambda _done: None):
        for event in _unpacked(value):
            if event is None:
                problem = value.problem or "The record is no event: it has no type and data.object."
                rows.refuse(value.line, partial(dict, record=value.text), problem)
            else:
                events.append((value.line, value.text, event))
    told_by_charge = {
        str(event["data"]["object"].get("id")) for _, _, event in events if event["type"] in _CHARGES
    }
    for line, text, event in events:
        try:
            told = list(_told(event, told_by_charge))
        except (BadInput, KeyError, ValueError, TypeError, ArithmeticError) as error:
            why = str(error) if isinstance(error, BadInput) else f"{event['type']} has no usable {error}."
            rows.refuse(line, partial(dict, record=text), why)
            continue
        name = source or str(event.get("account") or "stripe")
        for each in told:
            if isinstance(each, str):
                rows.skipped[each] += 1
            else:
                rows.take(line, partial(dict, record=text), each | {"source": name})
    return rows


def _unpacked(value: Value) -> Iterable[Object | None]:
    """The events of a value; None for one that is none."""
    found = value.value
    if isinstance(found, dict) and found.get("object") == "list" and isinstance(found.get("data"), list):
        return [each if _is_event(each) else None for each in found["data"]]
    return [found if _is_event(found) else None]


def _is_event(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and isinstance(value.get("type"), str)
        and isinstance(value.get("data"), dict)
        and isinstance(value["data"].get("object"), dict)
    )


def _told(event: Object, told_by_charge: set[str]) -> Iterable[dict[str, Any] | str]:
    """Fields of the payments of an event, or why there are none."""
    kind, found = str(event["type"]), event["data"]["object"]
    if event.get("livemode") is False:
        return [TEST_MODE]
    if kind == "payment_intent.succeeded":
        return [_of_intent(found, told_by_charge)]
    if kind == "charge.refunded":
        inner = (found.get("refunds") or {}).get("data") or []
        whole = {"currency": found["currency"], "charge": found["id"]}
        return [refund_told(whole | each) for each in inner] or ["a refund that comes with its own event"]
    reader = _READERS.get(kind)
    return [reader(found) if reader else f"an event that moves no customer's money ({kind})"]


def _of_intent(intent: Object, told_by_charge: set[str]) -> dict[str, Any] | str:
    """The charge within an intent; where only its id stands there, what the intent says of it."""
    inner = ((intent.get("charges") or {}).get("data") or [None])[0] or intent.get("latest_charge")
    charge_id = inner.get("id") if isinstance(inner, dict) else inner
    if charge_id in told_by_charge:
        return TOLD_BY_CHARGE
    if isinstance(inner, dict):
        return charge_told(inner)
    amount = intent.get("amount_received") or intent["amount"]
    return charge_told(
        dict(intent) | {"id": charge_id or intent["id"], "amount_captured": amount, "captured": True}
    )

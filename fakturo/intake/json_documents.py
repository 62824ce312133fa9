"""One JSON record that is a whole order, in the shape of our own record, or a text with an id."""

import json
from datetime import date
from typing import Any

from pydantic import ValidationError

from fakturo.errors import BadInput
from fakturo.intake.landing import landing
from fakturo.intake.letters import texts
from fakturo.intake.rows.json_rows import Value
from fakturo.ledger.landing.arrivals import Landing, Refused
from fakturo.order import Order, mistakes


def read(value: Value, *, seller_currency: str, today: date) -> Landing | Refused:
    """An order, or why the record is none.

    `{"external_id", "customer": {…}, "lines": […]}` is an order, `{"id", "text"}` a text (whatever stands
    beside those two says nothing about what was ordered, and is not read).
    """
    record = value.value
    if value.problem is not None:
        return _refused(value, None, [value.problem])
    if not isinstance(record, dict):
        return _refused(value, None, ["The record is no object."])
    try:
        if isinstance(record.get("text"), str) and "lines" not in record:
            return _text(record, value.line, seller_currency, today)
        return landing(_order(record, seller_currency), rows=1, first_line=value.line)
    except ValidationError as error:
        reasons = mistakes(error)
    except BadInput as error:  # an empty text, a currency that is none
        reasons = [str(error)]
    found = record.get("external_id") or record.get("id")
    return _refused(value, str(found)[:200] if found else None, reasons)


def _text(record: dict[str, Any], line: int, seller_currency: str, today: date) -> Landing:
    name = str(record["id"]) if record.get("id") else None
    return texts.read_text(record["text"], seller_currency=seller_currency, today=today, name=name, line=line)


def _order(record: dict[str, Any], seller_currency: str) -> Order:
    if isinstance(record.get("lines"), list):
        record = {"currency": seller_currency} | record
    return Order.model_validate(_numbered(record))


def _numbered(record: dict[str, Any]) -> dict[str, Any]:
    """Lines counted from 1 where the record does not number them."""
    lines = record.get("lines")
    if not isinstance(lines, list):
        return record
    return record | {
        "lines": [
            {"no": no} | line if isinstance(line, dict) else line for no, line in enumerate(lines, start=1)
        ]
    }


def _refused(value: Value, external_id: str | None, reasons: list[str]) -> Refused:
    shown = json.dumps({"record": value.text.replace("\x00", "␀")}, ensure_ascii=False)
    return Refused(value.line, external_id, json.dumps(reasons, ensure_ascii=False), shown)

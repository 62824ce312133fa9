"""What an XML tells -> an order with the doubts about it, or all reasons why it is none."""

import json
from collections.abc import Callable, Iterable
from typing import Any

from pydantic import ValidationError

from fakturo.errors import BadInput
from fakturo.finding import Finding
from fakturo.intake.electronic.xml import Node
from fakturo.intake.landing import landing
from fakturo.ledger.landing.arrivals import Landing, Refused
from fakturo.order import Order, mistakes

_SHOWN_CHARS = 20_000


def made(
    record: dict[str, Any], root: Node, data: bytes, check: Callable[[Order], Iterable[Finding]]
) -> Landing | Refused:
    """Make an order of its fields as told.

    Args:
        data: the XML, kept beside the order as a person saw it.
        check: says what a person must see first.
    """
    line_of_root = root.sourceline or 1
    text = data.decode("utf-8-sig", errors="replace").replace("\x00", "␀")
    found = str(record.get("external_id") or "")[:200] or None
    try:
        order = Order.model_validate(record)
    except ValidationError as error:
        reasons = mistakes(error)
    except BadInput as error:
        found, reasons = None, [str(error)]
    else:
        findings = tuple(check(order))
        return landing(order, rows=1, first_line=line_of_root, findings=findings, raw=text)
    shown = json.dumps({"xml": text[:_SHOWN_CHARS]}, ensure_ascii=False)
    return Refused(line_of_root, found, json.dumps(reasons, ensure_ascii=False), shown)


def told(**fields: Any) -> dict[str, Any]:
    """Fields that have a value; the record's defaults hold for the others."""
    return {name: value for name, value in fields.items() if value is not None and value != []}

"""An order of a table as canonical JSON, written as `fakturo.order.content` would write it.

Most tables need no record for that: 570,000 lines of 33,000 orders take 1.4 CPU-s as they are, 5.0 through
the record.
"""

import json
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from fakturo.intake.rows.fields import FieldName
from fakturo.order import Party

_PARTY = tuple(
    (name, "customer_name" if name == "name" else name) for name in Party.model_fields if name != "id"
)
"""Field of a party -> field of a table, in the order of the record."""
_BEFORE_LINES = (
    "po_number", "buyer_reference", "contract", "project", "delivered_on", "period_first", "period_last",
)  # fmt: skip
_BEHIND_LINES = (
    "payment_means", "mandate_id", "debited_iban", "card_number", "note", "stated_net", "stated_total",
)  # fmt: skip
_json = json.JSONEncoder(ensure_ascii=False).encode


_BY_RECORD: frozenset[FieldName] = frozenset({
    "discount", "discount_fraction", "line_net", "period_first", "period_last", "legal_id", "endpoint",
    "endpoint_scheme", "gtin", "buyer_code", "order_line", "payment_means", "mandate_id", "debited_iban",
    "card_number",
})  # fmt: skip
"""Columns that SQL does not write as the record does, that are held against a record's amounts, or that stand
in few files and whose form the record proves."""


def is_canonical(columns: AbstractSet[FieldName], constants: AbstractSet[FieldName]) -> bool:
    """Whether `order_json` gives what `fakturo.order.content` would, and no record refuses it.

    `judge` has put aside before what the record would refuse in a column; a constant of a mapping is judged
    by the record alone, but for the currency. Reading the order back, before it is issued, proves it again.
    """
    return not (columns & _BY_RECORD or constants - {"currency"})


def order_json(head: Mapping[str, Any], party: str, lines: str) -> str:
    """An order as JSON, its fields as `fakturo.order.content` orders them.

    Args:
        head: a row of `heads`.
        party: its customer as `party_json` writes it.
        lines: its lines as JSON, without the brackets around them.
    """
    parts = [f'{{"external_id":{_json(head["external_id"])}']
    if head["kind"] != "order":
        parts.append(f'"kind":{_json(head["kind"])}')
    if head.get("cancels") is not None:
        parts.append(f'"cancels":{_json(head["cancels"])}')
    parts.append(f'"customer":{party}')
    parts.append(f'"currency":{_json(head["currency"])},"ordered_on":"{head["ordered_on"]}"')
    parts += [
        f'"{field}":{_json(str(head[field]))}' for field in _BEFORE_LINES if head.get(field) is not None
    ]
    parts.append(f'"lines":[{lines}]')
    adjustments = []
    if head.get("order_discount") is not None and float(head["order_discount"]) > 0:
        adjustments.append(f'{{"kind":"allowance","amount":"{head["order_discount"]}"}}')
    if head.get("shipping") is not None and float(head["shipping"]) > 0:
        adjustments.append(f'{{"kind":"charge","amount":"{head["shipping"]}","reason":"Shipping"}}')
    if adjustments:
        parts.append(f'"adjustments":[{",".join(adjustments)}]')
    if head.get("terms_days") is not None:
        parts.append(f'"terms_days":{head["terms_days"]}')
    parts += [f'"{field}":{_json(head[field])}' for field in _BEHIND_LINES if head.get(field) is not None]
    return ",".join(parts) + "}"


def party_json(head: Mapping[str, Any]) -> str:
    """Its customer as JSON."""
    parts = [f'{{"id":{_json(head["customer_id"])}']
    parts += [f'"{name}":{_json(head[field])}' for name, field in _PARTY if head.get(field) is not None]
    return ",".join(parts) + "}"

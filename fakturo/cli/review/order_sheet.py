"""An order as a text that a person edits: YAML whose every word is text, so that no number is rounded.

Lines are counted by their place. Empty fields mean "not said". JSON of the same shape is read as well.
"""

import json
import re
from collections.abc import Hashable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import yaml
from pydantic import ValidationError

from fakturo.errors import BadInput
from fakturo.order import Adjustment, Order, OrderLine, Party, said_of

_OFFERED = {
    Order: ("external_id", "customer", "currency", "ordered_on", "po_number", "lines"),
    Party: ("id", "name"),
    OrderLine: ("code", "name", "quantity", "unit", "unit_price"),
    Adjustment: ("kind", "amount", "reason"),
}
"""Fields that are shown even where they are empty."""
_ALSO = (
    "buyer_reference, contract, project, delivered_on, deliver_to, period_first, period_last, terms_days, "
    "payment_means (transfer, direct_debit, card), mandate_id, debited_iban, card_number, note, adjustments, "
    "stated_net, stated_total, kind (order, cancellation), cancels"
)
_ALSO_OF_LINES = "buyer_code, gtin, order_line, price_base, tax_category, tax_rate, adjustments"
_PLAIN = re.compile(r"^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?$")
_PLACE = re.compile(r"^[a-z_]+(?:\.(?:[a-z_]+|\d{1,4}))*$")
_INDENT = 2
_NUMERIC = frozenset(
    {
        *("quantity", "unit_price", "price_base", "amount", "tax_rate", "stated_net", "stated_total"),
        *("terms_days", "source_line"),
    }
)


def empty_sheet(**header: Any) -> dict[str, Any]:
    """The sheet of an order that nobody could read: what is known of its head, and one empty line.

    Args:
        header: external_id, customer_id, currency, ordered_on, po_number; None where not known.
    """
    customer = {"id": header.pop("customer_id", None)}
    return {**header, "customer": customer, "lines": [dict.fromkeys(_OFFERED[OrderLine])]}


def sheet_of(order: Order) -> dict[str, Any]:
    """The sheet of an order: its fields, lines without their numbers."""
    sheet = order.model_dump(exclude_defaults=True)
    for line in sheet["lines"]:
        del line["no"]
    return sheet


def to_text(sheet: Mapping[str, Any], remarks: Sequence[str] = ()) -> str:
    """YAML of a sheet, remarks before it as comments."""
    body = yaml.dump(
        _numbered(_with_offered(sheet)),
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        indent=_INDENT,
        width=10_000,
    )
    remarks = (*remarks, f"More fields: {_ALSO}.", f"Of a line also: {_ALSO_OF_LINES}.")
    return "".join(f"# {line}".rstrip() + "\n" for text in remarks for line in text.split("\n")) + body


def from_text(text: str) -> dict[str, Any]:
    """The sheet that a text holds: YAML, or JSON.

    Raises:
        BadInput: it is neither, or no mapping; says in which line.
    """
    try:
        if text.lstrip().startswith("{"):
            read: Any = json.loads(text, parse_float=str, parse_int=str)
        else:
            read = yaml.load(text, Loader=_Loader)  # noqa: S506  BaseLoader makes nothing but text
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise BadInput(f"Line {line} is not YAML: {error.problem}.") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise BadInput(f"The text is neither YAML nor JSON: {error}.") from None
    if not isinstance(read, dict):
        raise BadInput("The text is no order: it needs fields such as `customer:` and `lines:`.")
    said: dict[str, Any] = _said(read)
    return said


def changed(sheet: Mapping[str, Any], changes: Sequence[str]) -> dict[str, Any]:
    """A sheet with changes such as `lines.1.quantity=6`, `customer.id=C-7`; `lines.2=` takes line 2 out.

    Raises:
        BadInput: a change is no `place=value`, or its place does not exist.
    """
    after = json.loads(json.dumps(sheet, default=str))
    for change in changes:
        place, equals, value = change.partition("=")
        if not equals or not _PLACE.match(place.strip()):
            raise BadInput(
                f"{change!r} is no change; write place=value, such as lines.1.quantity=6 or customer.id=C-7."
            )
        _put(after, place.strip().split("."), value.strip(), place)
    said: dict[str, Any] = _said(after)
    return said


def read_order(sheet: Mapping[str, Any]) -> Order:
    """The order of a sheet.

    Raises:
        BadInput: one sentence for each mistake, a line each.
    """
    told = {"customer": {}, **sheet}
    lines = told.get("lines")
    if isinstance(lines, list):
        told["lines"] = [
            {**line, "no": no} if isinstance(line, dict) else line for no, line in enumerate(lines, start=1)
        ]
    try:
        return Order.model_validate(told)
    except ValidationError as error:
        # a line that is wrong makes the list too short as well
        found = [each for each in error.errors() if each["type"] != "too_short" or not lines]
        raise BadInput("\n".join(dict.fromkeys(_sentence(each) for each in found))) from None


def _with_offered(sheet: Mapping[str, Any]) -> dict[str, Any]:
    shown = {name: sheet.get(name) for name in _OFFERED[Order]} | dict(sheet)
    shown["customer"] = dict.fromkeys(_OFFERED[Party]) | (sheet.get("customer") or {})
    shown["lines"] = [dict.fromkeys(_OFFERED[OrderLine]) | line for line in sheet.get("lines") or ()]
    return shown


def _numbered(value: Any, name: str = "") -> Any:
    """Numbers as such, so that YAML writes them without quotes; what is no number stays as it was typed."""
    if isinstance(value, dict):
        return {key: _numbered(each, key) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_numbered(each) for each in value]
    is_number = name in _NUMERIC and isinstance(value, str) and _PLAIN.match(value)
    return Decimal(value) if is_number else value


def _put(sheet: Any, steps: Sequence[str], value: str, place: str) -> None:
    here, last = sheet, len(steps) - 1
    for depth, step in enumerate(steps):
        if isinstance(here, list):
            if not step.isdecimal() or not 1 <= int(step) <= len(here) + 1:
                raise BadInput(f"{place}: there are {len(here)} of them; write 1 to {len(here) + 1}.")
            index = int(step) - 1
            if depth == last:
                if value or index == len(here):
                    raise BadInput(f"{place} needs a field after it, such as {place}.quantity=6.")
                del here[index]
                return
            if index == len(here):
                here.append({})
            here = here[index]
        elif isinstance(here, dict):
            if depth == last:
                here[step] = value or None
                return
            empty: Any = [] if steps[depth + 1].isdecimal() else {}
            if here.get(step) is None:
                here[step] = empty
            here = here[step]
        else:
            raise BadInput(f"{place}: {'.'.join(steps[:depth])} has no fields.")


def _said(value: Any) -> Any:
    """Without what is empty, at any depth."""
    if isinstance(value, dict):
        kept = {str(key): _said(each) for key, each in value.items()}
        return {key: each for key, each in kept.items() if each not in (None, "", {}, [])}
    if isinstance(value, list):
        return [each for each in map(_said, value) if each not in (None, "", {})]
    return value


def _sentence(problem: Any) -> str:
    place = ".".join(str(part + 1) if isinstance(part, int) else str(part) for part in problem["loc"])
    if problem["type"] == "missing":
        return f"{place} is missing."
    if problem["type"] == "extra_forbidden":
        return f"{place} is no field of an order."
    said = said_of(problem)
    value = problem["input"]
    shown = f" is {str(value)!r}" if isinstance(value, str | int | Decimal | date) else ""
    return f"{place or 'The order'}{shown}: {said[0].lower()}{said[1:]}."


class _Loader(yaml.BaseLoader):
    """Every scalar is text; a field that is written twice is an error, not a silent choice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key.value} is written twice", key.start_mark
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep=deep)


class _Dumper(yaml.SafeDumper):
    """Numbers as they are written, nothing for None, list items set in."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        super().increase_indent(flow, indentless=False)


def _number(dumper: yaml.SafeDumper, value: Decimal) -> yaml.ScalarNode:
    text = format(value, "f")
    return dumper.represent_scalar(f"tag:yaml.org,2002:{'float' if '.' in text else 'int'}", text)


_Dumper.add_representer(Decimal, _number)
_Dumper.add_representer(type(None), lambda dumper, _: dumper.represent_scalar("tag:yaml.org,2002:null", ""))

"""The rows and cells of an answer, as people and files read them."""

import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

CHUNK = 2048
"""Rows fetched at a time: a result of any size needs little memory."""
DECIMALS_SHOWN = 2
"""At least so many in tables; what is beyond them is shown where it is not zero."""


def shown(value: Any) -> str:
    """A cell as a person reads it: 12.3000 -> 12.30, 1.2340 -> 1.234, nothing -> empty."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        text = f"{value:f}"
        if "." not in text:
            return text
        whole, decimals = text.split(".")
        return f"{whole}.{decimals.rstrip('0').ljust(DECIMALS_SHOWN, '0')}"
    return str(value)


def exact(value: Any) -> str:
    """JSON text of a value; a decimal is a number with all its digits."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(str(key))}: {exact(each)}" for key, each in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(exact(each) for each in value) + "]"
    if isinstance(value, float) and (value != value or abs(value) == float("inf")):  # noqa: PLR0124
        return "null"  # JSON knows neither NaN nor infinity
    return json.dumps(value, ensure_ascii=False, default=str)


def cell(value: Any) -> Any:
    """A value as text files hold it: every digit of a decimal, lists and structures as JSON."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    return exact(value) if isinstance(value, (dict, list, tuple)) else value


def names(answer: Any) -> Sequence[str]:
    """Names of the columns."""
    return [column[0] for column in answer.description or ()]


def chunks(answer: Any) -> Iterator[list[tuple[Any, ...]]]:
    """All rows, so many at a time."""
    while chunk := answer.fetchmany(CHUNK):
        yield chunk

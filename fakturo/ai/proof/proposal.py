"""What the model is asked to fill in: the shape of its answer, before anything of it is believed."""

import json
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from fakturo.errors import InvalidOutput

MOST_LINES = 1000


def _plain_number(value: object) -> object:
    """Models write 24, "24" or "24.0"; floats never get here since JSON is read with Decimal."""
    return value.strip() if isinstance(value, str) else value


Amount = Annotated[
    Decimal, BeforeValidator(_plain_number), Field(ge=0, max_digits=18, decimal_places=6, allow_inf_nan=False)
]
Words = Annotated[str, Field(max_length=300)]


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", str_strip_whitespace=True)


class ProposedLine(_Shape):
    """One thing that the model read out of the text."""

    code: Words | None = None
    name: Words = ""
    quantity: Amount
    unit_price: Amount


class Proposal(_Shape):
    """The whole answer. Totals, if the model gives any, are ignored: code computes them."""

    customer_id: Words | None = None
    po_number: Words | None = None
    currency: Words | None = None
    lines: tuple[ProposedLine, ...] = Field(max_length=MOST_LINES)
    doubts: tuple[str, ...] = ()


def read_proposal(text: str) -> Proposal:
    """Read the model's answer; a fence of backticks around the JSON is taken off.

    Raises:
        InvalidOutput: no JSON object, or not of this shape.
    """
    bare = text.strip()
    if bare.startswith("```"):
        bare = bare.strip("`").removeprefix("json").strip()
    try:
        parsed = json.loads(bare, parse_float=Decimal, parse_int=Decimal, parse_constant=_no_number)
        if not isinstance(parsed, dict):
            raise InvalidOutput("The model's answer is not a JSON object.")
        return Proposal.model_validate({name: _as_text(value) for name, value in parsed.items()})
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InvalidOutput(f"The model's answer has a wrong {place}: {first['msg']}.") from None
    except (ValueError, RecursionError, ArithmeticError):
        raise InvalidOutput("The model's answer is not JSON.") from None


def schema() -> dict[str, Any]:
    """JSON schema of the answer in the strict subset: every field required, no other allowed."""
    text_or_null = {"type": ["string", "null"]}
    line = _strict(
        code=text_or_null, name={"type": "string"}, quantity={"type": "string"}, unit_price={"type": "string"}
    )
    return _strict(
        customer_id=text_or_null,
        po_number=text_or_null,
        currency=text_or_null,
        lines={"type": "array", "items": line},
        doubts={"type": "array", "items": {"type": "string"}},
    )


def _strict(**properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _as_text(value: object) -> object:
    """Account numbers and codes come as JSON numbers from some models."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, list):
        return [_coded(each) for each in value]
    return value


def _coded(entry: object) -> object:
    if isinstance(entry, dict) and isinstance(entry.get("code"), Decimal):
        return {**entry, "code": format(entry["code"], "f")}
    return entry


def _no_number(constant: str) -> None:
    raise ValueError(constant)

"""The body of a chat completion: how JSON is asked for, and what is read out of the answer. Pure.

Source: OpenAI API reference, "Create chat completion"; what other servers answer instead is read too.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from fakturo.errors import InvalidOutput, Refused, Truncated

Mode = Literal["json_schema", "tools", "json_object", "text"]
"""How the shape of the answer is asked for."""
SIMPLER: dict[Mode, Mode | None] = {
    "json_schema": "tools",
    "tools": "json_object",
    "json_object": "text",
    "text": None,
}
"""What to ask for instead, where the server refuses a way; None: nothing is simpler."""
FUNCTION = "order_draft"
_REFUSED = {"content_filter", "safety", "prohibited_content", "recitation", "refusal"}
_CUT = {"length", "max_tokens", "model_length"}
_MOST_TOKENS = 2**31


@dataclass(frozen=True)
class Completion:
    """What the model wrote; counts and model where the server says them."""

    text: str
    model: str | None
    prompt_tokens: int | None
    completion_tokens: int | None


def request_body(
    model: str, messages: Sequence[Mapping[str, str]], mode: Mode, schema: Mapping[str, Any]
) -> bytes:
    """The request as JSON, in ASCII: half a surrogate pair in an order's text is no reason to fail."""
    request = {"model": model, "messages": list(messages), **_format(mode, schema)}
    return json.dumps(request, separators=(",", ":")).encode("ascii")


def error_within(parsed: Any) -> bool:
    """Whether a 200 holds an error instead of an answer, as some gateways send it."""
    if not isinstance(parsed, dict):
        return False
    if "choices" not in parsed:
        return bool(parsed.get("error")) or parsed.get("object") == "error"
    choice = parsed["choices"][0] if isinstance(parsed["choices"], list) and parsed["choices"] else None
    return isinstance(choice, dict) and (bool(choice.get("error")) or choice.get("finish_reason") == "error")


def read_completion(parsed: Any) -> Completion:
    """Read an answer; a call of a function counts as text, asked for or not.

    Raises:
        InvalidOutput: not the shape of a chat completion, or nothing in it.
        Refused: the model or its filter declined.
        Truncated: the answer was cut at its length limit.
    """
    try:
        choice = parsed["choices"][0]
        message, reason = choice["message"], str(choice.get("finish_reason") or "").lower()
        refusal, text = message.get("refusal"), _text(message)
        usage = parsed.get("usage") or {}
        counts = [_count(usage.get(name)) for name in ("prompt_tokens", "completion_tokens")]
        model = str(parsed.get("model") or "")[:120] or None
    except (KeyError, IndexError, TypeError, AttributeError):
        raise InvalidOutput(
            "The AI provider's answer has not the shape of a chat completion.", status=200
        ) from None
    if refusal or reason in _REFUSED:
        raise Refused("The model refused to read the text.", status=200)
    if reason in _CUT:
        raise Truncated("The model's answer was cut at its length limit.", status=200)
    if not text.strip():
        raise InvalidOutput("The model's answer is empty.", status=200)
    return Completion(text, model, counts[0], counts[1])


def _format(mode: Mode, schema: Mapping[str, Any]) -> dict[str, Any]:
    if mode == "json_schema":
        wanted = {"name": FUNCTION, "strict": True, "schema": dict(schema)}
        return {"response_format": {"type": "json_schema", "json_schema": wanted}}
    if mode == "tools":
        function = {"name": FUNCTION, "description": "Hand in the order.", "parameters": dict(schema)}
        return {
            "tools": [{"type": "function", "function": function}],
            "tool_choice": {"type": "function", "function": {"name": FUNCTION}},
        }
    return {"response_format": {"type": "json_object"}} if mode == "json_object" else {}


def _text(message: Mapping[str, Any]) -> str:
    calls = [each["function"] for each in message.get("tool_calls") or []]
    if message.get("function_call"):
        calls.append(message["function_call"])
    if calls:
        ours = next((call for call in calls if call.get("name") == FUNCTION), calls[0])
        arguments = ours["arguments"]
        return arguments if isinstance(arguments, str) else json.dumps(arguments)
    content = message.get("content")
    if isinstance(content, list):  # parts; thoughts and pictures among them are no answer
        return "".join(
            str(part.get("text") or "") for part in content if part.get("type") in {"text", "output_text"}
        )
    return content if isinstance(content, str) else ""


def _count(value: object) -> int | None:
    return value if type(value) is int and 0 <= value < _MOST_TOKENS else None

"""Bodies of the simulator's answers, right and broken, in the shapes that OpenAI and Azure have."""

import json
import random
from collections.abc import AsyncIterator
from typing import Any, NamedTuple

from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse

from fakturo.ai.simulator.asking import Asked, tokens_in
from fakturo.ai.simulator.faults import Fault
from fakturo.ai.simulator.lies import lie

FINGERPRINT = "fakturo-simulator"


class Said(NamedTuple):
    """An answer with status 200, and the tokens it costs."""

    response: Response
    tokens: int


def error(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> Response:
    """Error as OpenAI's API writes it."""
    body = {"error": {"message": f"{message} (simulator)", "type": code, "code": code, "param": None}}
    return JSONResponse(body, status, headers)


def too_fast(shape: str, headers: dict[str, str]) -> Response:
    """429 in the provider's words."""
    if shape == "azure":
        message = (
            "Requests to the ChatCompletions_Create Operation have exceeded call rate limit. (simulator)"
        )
        return JSONResponse({"error": {"code": "429", "message": message}}, 429, headers)
    return error(429, "rate_limit_exceeded", "Rate limit reached", headers)


def filtered(headers: dict[str, str]) -> Response:
    """400 of a content filter, as Azure writes it."""
    body = {
        "error": {
            "message": "The prompt triggered the content management policy. (simulator)",
            "type": None,
            "param": "prompt",
            "code": "content_filter",
            "status": 400,
            "innererror": {"code": "ResponsibleAIPolicyViolation"},
        }
    }
    return JSONResponse(body, 400, headers)


def unknown_format(mode: str, headers: dict[str, str]) -> Response:
    """400 of a server that does not know this way to ask for a shape."""
    what = "tools and tool_choice are" if mode == "tools" else f"response_format {mode} is"
    return error(400, "invalid_request_error", f"{what} not supported by this server", headers)


def answer(
    asked: Asked, right: dict[str, Any], fault: Fault | None, chance: random.Random, headers: dict[str, str]
) -> Said:
    """A chat completion, with the fault in it if it is one that shows there."""
    read = right if fault is None else lie(fault, right, chance)
    text = json.dumps(read, ensure_ascii=False)
    if fault == "not_json":
        text = f"Sure! Here is the order you asked for: {text[: len(text) // 2]}"
    elif fault == "wrong_shape":
        text = json.dumps({"order": {"items": [line["name"] for line in read["lines"]]}})
    elif fault == "length":
        text = text[: len(text) * 2 // 3]
    elif asked.mode == "text":
        text = f"```json\n{text}\n```"
    tokens = asked.prompt_tokens + tokens_in(text)
    if fault == "html":
        return Said(HTMLResponse("<html><body>Please log in (simulator)</body></html>", 200, headers), 0)
    whole = {
        "id": f"chatcmpl-simulator-{chance.getrandbits(48):012x}",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": f"simulator/{asked.model}",
        "system_fingerprint": FINGERPRINT,
        "choices": [] if fault == "empty" else [_choice(asked, text, fault)],
        "usage": {
            "prompt_tokens": asked.prompt_tokens,
            "completion_tokens": tokens_in(text),
            "total_tokens": tokens,
        },
    }
    body = json.dumps(whole, ensure_ascii=False).encode()
    if fault == "cut_body":
        return Said(_parts(body[: len(body) // 2], len(body), headers), tokens)
    return Said(Response(body, 200, headers, "application/json"), tokens)


def _choice(asked: Asked, text: str, fault: Fault | None) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": text, "refusal": None}
    reason = "stop"
    if fault == "refusal":
        message |= {"content": None, "refusal": "I cannot help with that. (simulator)"}
    elif fault == "content_filter":
        message["content"], reason = None, "content_filter"
    elif asked.mode == "tools":
        function = {"name": asked.tool, "arguments": text}
        call = {"id": "call_simulator", "type": "function", "function": function}
        message |= {"content": None, "tool_calls": [call]}
        reason = "tool_calls"
    if fault == "length":
        reason = "length"
    return {"index": 0, "message": message, "finish_reason": reason, "logprobs": None}


def _parts(body: bytes, length: int, headers: dict[str, str]) -> Response:
    """A body that ends before the length it was told to have."""

    async def half() -> AsyncIterator[bytes]:
        yield body

    told = {**headers, "content-length": str(length), "content-type": "application/json"}
    return StreamingResponse(half(), 200, told)

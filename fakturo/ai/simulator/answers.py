"""HTTP answers of the simulator, right and broken, in the shapes that OpenAI's API has."""

import json
import random
import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any

from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse

from fakturo.ai.simulator.lies import lie
from fakturo.ai.simulator.provider import Provider
from fakturo.ai.simulator.scenarios import Fault
from fakturo.ai.simulator.understanding import understand

FINGERPRINT = "fakturo-simulator"
_ORDER = re.compile(r"<order_text (?P<mark>\w+)>\n(?P<text>.*)\n</order_text (?P=mark)>", re.DOTALL)


def order_text(body: dict[str, Any]) -> str:
    """Text of the order in a chat request; the whole last message where it is not marked."""
    contents = [str(message.get("content", "")) for message in body.get("messages", [])]
    found = next((match for content in contents if (match := _ORDER.search(content))), None)
    return found["text"] if found else (contents[-1] if contents else "")


def error(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> Response:
    """Error as OpenAI's API writes it."""
    body = {"error": {"message": f"{message} (simulator)", "type": code, "code": code, "param": None}}
    return JSONResponse(body, status, headers)


def too_fast(provider: Provider, wait_s: float, now: datetime) -> Response:
    """429 with the form of `retry-after` whose turn it is."""
    forms = provider.scenario.retry_after
    form = forms[provider.refusals % len(forms)]
    headers = provider.limit_headers()
    if form == "s":
        headers["retry-after"] = f"{wait_s:.3f}"
    elif form == "ms":
        headers["retry-after-ms"] = str(int(wait_s * 1000) + 1)
    elif form == "date":
        headers["retry-after"] = format_datetime(now + timedelta(seconds=wait_s + 1), usegmt=True)
    return error(429, "rate_limit_exceeded", "Rate limit reached", headers)


def answer(
    body: dict[str, Any], fault: Fault | None, chance: random.Random, headers: dict[str, str]
) -> Response:
    """A chat completion, with the fault in it if there is one that shows in the answer."""
    read = understand(order_text(body))
    if fault is not None:
        read = lie(fault, read, chance)
    text = json.dumps(read, ensure_ascii=False)
    if fault == "not_json":
        text = f"Sure! Here is the order you asked for: {text[: len(text) // 2]}"
    elif fault == "wrong_shape":
        text = json.dumps({"order": {"items": [line["name"] for line in read["lines"]]}})
    if fault == "html":
        return HTMLResponse("<html><body>Bad gateway (simulator)</body></html>", headers=headers)
    reason = "stop"
    if fault == "length":
        text, reason = text[: len(text) * 2 // 3], "length"
    message: dict[str, Any] = {"role": "assistant", "content": text, "refusal": None}
    if fault == "refusal":
        message = {"role": "assistant", "content": None, "refusal": "I cannot help with that. (simulator)"}
    whole = {
        "id": f"chatcmpl-simulator-{chance.getrandbits(48):012x}",
        "object": "chat.completion",
        "model": f"simulator/{body.get('model', 'any')}",
        "system_fingerprint": FINGERPRINT,
        "choices": [{"index": 0, "message": message, "finish_reason": reason, "logprobs": None}],
        "usage": _usage(body, text),
    }
    if fault == "cut_body":
        return cut(json.dumps(whole).encode(), headers)
    return JSONResponse(whole, 200, headers)


def cut(body: bytes, headers: dict[str, str]) -> Response:
    """Half of a body, under the length of the whole."""

    async def half() -> AsyncIterator[bytes]:
        yield body[: len(body) // 2]

    return StreamingResponse(
        half(), 200, {**headers, "content-length": str(len(body)), "content-type": "application/json"}
    )


def tokens_of(body: dict[str, Any]) -> int:
    """About how many tokens a request asks for: four letters each, and half as many again to answer."""
    letters = sum(len(str(message.get("content", ""))) for message in body.get("messages", []))
    return letters // 4 + len(order_text(body)) // 8


def _usage(body: dict[str, Any], text: str) -> dict[str, int]:
    letters = sum(len(str(message.get("content", ""))) for message in body.get("messages", []))
    asked, said = letters // 4, len(text) // 4
    return {"prompt_tokens": asked, "completion_tokens": said, "total_tokens": asked + said}

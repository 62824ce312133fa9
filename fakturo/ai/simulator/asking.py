"""What a chat request asks for: which order text, in which shape, for how many tokens. Pure."""

import hashlib
import json
import re
from typing import Any, NamedTuple

from fakturo.ai.simulator.scenarios import Mode

_ORDER = re.compile(r"<order_text (?P<mark>\w+)>\n(?P<text>.*)\n</order_text (?P=mark)>", re.DOTALL)
_LETTERS_PER_TOKEN = 4


class Asked(NamedTuple):
    """One chat request."""

    request: str
    """SHA-256, hex, of all messages: the same for the same question, whoever asks."""
    text: str
    mode: Mode
    tool: str
    """Name of the function wanted, in mode 'tools'."""
    model: str
    prompt_tokens: int
    tokens: int
    """What it counts against a token limit when it arrives: the question, and the answer it may get."""


def read_request(body: dict[str, Any]) -> Asked:
    """Read the JSON of a chat request.

    Raises:
        ValueError: messages, tools or response_format have not the API's shape.
    """
    try:
        contents = [_plain(message.get("content")) for message in body["messages"]]
        tools = body.get("tools") or []
        wanted = (body.get("response_format") or {}).get("type", "text")
        tool = str(tools[0]["function"]["name"]) if tools else ""
        most = int(body.get("max_completion_tokens") or body.get("max_tokens") or 0)
    except (KeyError, IndexError, TypeError, AttributeError, ValueError):
        raise ValueError("no chat request") from None
    mode: Mode = "tools" if tools else wanted if wanted in {"json_schema", "json_object"} else "text"
    text = order_text(contents)
    prompt_tokens = sum(len(content) for content in contents) // _LETTERS_PER_TOKEN
    return Asked(
        request=hashlib.sha256(json.dumps(contents).encode()).hexdigest(),
        text=text,
        mode=mode,
        tool=tool,
        model=str(body.get("model", "any")),
        prompt_tokens=prompt_tokens,
        tokens=prompt_tokens + (most or len(text) // 2 // _LETTERS_PER_TOKEN),
    )


def order_text(contents: list[str]) -> str:
    """Text of the order; the whole last message where it is not marked."""
    found = next((match for content in contents if (match := _ORDER.search(content))), None)
    return found["text"] if found else (contents[-1] if contents else "")


def tokens_in(text: str) -> int:
    """About how many tokens a text has."""
    return len(text) // _LETTERS_PER_TOKEN


def _plain(content: Any) -> str:
    """Some clients send the content as a list of parts."""
    if isinstance(content, list):
        return "".join(str(part.get("text", "")) for part in content)
    return str(content or "")

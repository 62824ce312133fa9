"""What a provider's error body says: codes and words in lower case, whatever shape it comes in. Pure.

`{"error": {"code", "type", "param", "message", "innererror"}}` (OpenAI, Azure), `{"error": "words"}` (Ollama,
LM Studio), `{"object": "error", "message", "type", "code"}` (vLLM), `[{"error": {...}}]` (Gemini),
`{"statusCode", "message"}` (Azure API Management), `{"detail": [...]}` (FastAPI), or a page of HTML.
The words may repeat the order or the key: they are looked at, never shown.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

LONGEST_READ = 4000
"""Letters; what a provider means stands at the start."""
_ERROR_STATUS = re.compile("[45][0-9]{2}")
_CODES = ("code", "type", "status", "reason")


@dataclass(frozen=True)
class ErrorBody:
    """Codes and words of one answer."""

    code: str
    """The most telling code as the provider wrote it, e.g. `context_length_exceeded`; or empty."""
    codes: frozenset[str]
    """All codes, types and reasons, lower case."""
    message: str
    """Lower case."""
    whole: str
    """The start of the body, lower case."""
    status: int | None = None
    """An HTTP status that the body names."""

    def has_code(self, *words: str) -> bool:
        """Whether one of the codes holds one of the words."""
        return any(word in code for code in self.codes for word in words)


def read_error(body: bytes) -> ErrorBody:
    """Read an error body; one that says nothing gives empty texts."""
    whole = body[:LONGEST_READ].decode("utf-8", "replace").lower()
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        return ErrorBody("", frozenset(), whole, whole)
    error = _error(parsed)
    records = [error, *_records(error.get("innererror")), *_records(error.get("details"))]
    codes = [str(record[name]) for record in records for name in _CODES if isinstance(record.get(name), str)]
    message = error.get("message") or error.get("detail") or ""
    return ErrorBody(
        code=next((code for code in codes if not code.isdigit()), ""),
        codes=frozenset(code.lower() for code in codes),
        message=str(message)[:LONGEST_READ].lower(),
        whole=whole,
        status=next((status for name in ("code", "status") if (status := _status(error.get(name)))), None),
    )


def _error(parsed: Any) -> dict[str, Any]:
    if isinstance(parsed, list):
        parsed = parsed[0] if parsed else {}
    error = parsed.get("error") or parsed if isinstance(parsed, dict) else {}
    return error if isinstance(error, dict) else {"message": str(error)}


def _records(value: Any) -> list[dict[str, Any]]:
    entries = value if isinstance(value, list) else [value]
    return [entry for entry in entries if isinstance(entry, dict)]


def _status(value: object) -> int | None:
    """HTTP status of 400 or "400"; None: no error's status."""
    text = str(value)
    return int(text) if _ERROR_STATUS.fullmatch(text) else None

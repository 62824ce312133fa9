"""Which class of the error tree an HTTP answer belongs to. Pure; nothing here is retried or logged.

The provider's own words are kept short and only where they cannot hold the key or the order's text.
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any

from fakturo.ai.limits import retry_after_s
from fakturo.errors import AiError, Permanent, QuotaExhausted, RateLimited, Refused, TimedOut, Transient

_NO_CREDIT = ("insufficient_quota", "billing", "credit", "payment_required", "account_deactivated")
_REFUSED = ("content_filter", "content_policy", "responsible_ai")
_PLAIN_CODE = re.compile(r"[a-z_]{3,40}")
_KEY = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
_AGAIN = {HTTPStatus.CONFLICT, HTTPStatus.TOO_EARLY}
_OVERLOADED = 529


def http_failure(  # noqa: PLR0911  # one return a class
    status: int, headers: Mapping[str, str], body: bytes, now: datetime
) -> AiError:
    """Error of an answer whose status is not 2xx; `headers` have lower-case names."""
    said = _error_words(body)
    wait_s = retry_after_s(headers, now)
    if status in _KEY:
        return QuotaExhausted(
            f"The AI provider refused the key (HTTP {status}). Check FAKTURO_AI_API_KEY and its rights.",
            status=status,
        )
    if status == HTTPStatus.PAYMENT_REQUIRED or any(word in said for word in _NO_CREDIT):
        return QuotaExhausted(
            f"The AI provider says that the credit is used up (HTTP {status}). "
            "Top up the account; orders stay queued.",
            status=status,
        )
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return RateLimited("The AI provider asks us to slow down (HTTP 429).", wait_s=wait_s, status=429)
    if status == HTTPStatus.REQUEST_TIMEOUT:
        return TimedOut("The AI provider gave up waiting (HTTP 408).", status=408)
    if (
        status >= HTTPStatus.INTERNAL_SERVER_ERROR
        or status in _AGAIN
        or headers.get("x-should-retry") == "true"
    ):
        rest = "is overloaded" if status == _OVERLOADED else "failed"
        return Transient(f"The AI provider {rest} (HTTP {status}).", wait_s=wait_s, status=status)
    if any(word in said for word in _REFUSED):
        return Refused(f"The AI provider's filter refused the text (HTTP {status}).", status=status)
    return Permanent(
        f"The AI provider cannot take this request (HTTP {status}{_code(body)}); asking again is no use.",
        status=status,
    )


def names_format(body: bytes) -> bool:
    """Whether a 400 complains about the structured-output setting, so that a simpler one may work."""
    said = body[:4000].decode("utf-8", "replace").lower()
    return any(
        word in said
        for word in ("response_format", "json_schema", "structured output", "json_object", "tool", "function")
    )


def _error(body: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    error = parsed.get("error", parsed) if isinstance(parsed, dict) else {}
    return error if isinstance(error, dict) else {"message": str(error)}


def _error_words(body: bytes) -> str:
    error = _error(body)
    return " ".join(str(error.get(part, "")) for part in ("code", "type", "message", "innererror")).lower()


def _code(body: bytes) -> str:
    """The provider's own code where it is plain words; anything else could repeat the key."""
    code = str(_error(body).get("code") or _error(body).get("type") or "")
    return f", {code}" if _PLAIN_CODE.fullmatch(code) else ""

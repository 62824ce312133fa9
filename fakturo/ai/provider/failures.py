"""Which class of the error tree an HTTP answer belongs to. Pure; nothing here is retried or logged.

The provider's own words are never shown: they may repeat the key or the order. Phrases are taken from real
answers of OpenAI, Azure, Anthropic, Gemini, Groq, OpenRouter, DeepSeek, vLLM, Ollama and LM Studio.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus

from fakturo.ai.provider.error_body import ErrorBody, read_error
from fakturo.ai.provider.limits import Kind, read_limits, retry_after_s
from fakturo.errors import AiError, Permanent, QuotaExhausted, RateLimited, Refused, TimedOut, Transient

_NO_CREDIT = ("insufficient_quota", "insufficient_balance", "insufficient_credit", "insufficient_funds",
              "billing", "payment_required", "account_deactivated", "access_terminated")  # fmt: skip
_NO_CREDIT_SAID = ("your credit balance is too low", "insufficient balance", "insufficient credits")
_BAD_KEY_SAID = ("api key not valid", "invalid api key", "incorrect api key")
_REFUSED = ("content_filter", "contentfilter", "content_policy", "responsible_ai", "responsibleai",
            "invalid_prompt", "moderation", "safety")  # fmt: skip
_REFUSED_SAID = re.compile(r"response was filtered|requires moderation|input was flagged|content policy")
_FIREWALL = re.compile(
    r"attention required! \| cloudflare|you have been blocked|requested url was rejected"
    r"|web application firewall|application gateway|request blocked"
)
_TOO_LONG = ("context_length", "string_above_max_length", "request_too_large", "exceed_context_size")
_TOO_LONG_SAID = re.compile(
    r"request too large|maximum context length|context length of only|context window|prompt is too long"
    r"|exceeds? the (?:available )?context|string too long|must be reduced in order to run"
)
_SHORT_OF: dict[Kind, re.Pattern[str]] = {
    "tokens": re.compile(r"tokens? rate limit|tokens per|\bt[pk]m\b|\btpd\b"),
    "requests": re.compile(r"(?:call|request) rate limit|requests per|\brp[smd]\b"),
}
_FORMAT = ("response_format", "json_schema", "json_object", "tool_choice", "tool_calls", "guided_json")
"""Names that stand in no order's text, so the whole body may be looked through."""
_FORMAT_SAID = re.compile(
    r"\btools?\b|\bfunctions?\b|function.call|structured output|json.mode|json.schema|grammar"
    r"|requested parameters"
)
_FORMAT_STATUS = {
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.NOT_IMPLEMENTED,
}
_FORMAT_SAID_WITHIN = 300
"""Letters: a provider that repeats the order does so after its own words."""
_KEY = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
_AGAIN = {HTTPStatus.CONFLICT, HTTPStatus.FAILED_DEPENDENCY, HTTPStatus.TOO_EARLY, 498, 499}
"""498: no capacity (Groq); 499: a gateway lost patience."""
_OVERLOADED = 529
_PLAIN_CODE = re.compile(r"[A-Za-z_]{3,40}")


def http_failure(
    status: int, headers: Mapping[str, str], body: bytes, now: datetime, *, key: str = ""
) -> AiError:
    """Error of an answer that is no success.

    Args:
        status: HTTP status, 300 to 599.
        headers: names in lower case.
        body: as received.
        now: aware.
        key: never shown, even where the provider repeats it as an error code.
    """
    said = read_error(body)
    return (
        _of_the_text(status, said)
        or _of_the_account(status, said)
        or _of_the_pace(status, headers, said, now)
        or _of_the_moment(status, headers, said, now)
        or _of_the_request(status, said, key)
    )


def refuses_format(status: int, body: bytes) -> bool:
    """Whether an answer complains about how JSON was asked for, so that a simpler way may work."""
    said = read_error(body)
    if status not in _FORMAT_STATUS or _is_too_long(status, said):
        return False
    return any(name in said.whole for name in _FORMAT) or bool(
        _FORMAT_SAID.search(said.message[:_FORMAT_SAID_WITHIN])
    )


def _of_the_text(status: int, said: ErrorBody) -> AiError | None:
    """What lies in this one order: the next one may pass."""
    filtered = said.has_code(*_REFUSED) or _REFUSED_SAID.search(said.message)
    if status in {HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN, HTTPStatus.UNPROCESSABLE_ENTITY} and filtered:
        return Refused(f"The AI provider's filter refused the text (HTTP {status}).", status=status)
    if (
        status == HTTPStatus.FORBIDDEN
        and said.whole.lstrip().startswith("<")
        and _FIREWALL.search(said.whole)
    ):
        return Refused(f"A firewall before the AI provider refused the text (HTTP {status}).", status=status)
    if _is_too_long(status, said):
        return Permanent(
            f"The order is longer than the AI provider takes at once (HTTP {status}).", status=status
        )
    return None


def _is_too_long(status: int, said: ErrorBody) -> bool:
    """A 429 too: OpenAI says so to a request larger than the tokens of a whole minute."""
    return status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE or (
        status >= HTTPStatus.BAD_REQUEST
        and (said.has_code(*_TOO_LONG) or bool(_TOO_LONG_SAID.search(said.message[:_FORMAT_SAID_WITHIN])))
    )


def _of_the_account(status: int, said: ErrorBody) -> AiError | None:
    """Credit and key: no order can be drafted now."""
    if (
        status == HTTPStatus.PAYMENT_REQUIRED
        or said.has_code(*_NO_CREDIT)
        or said.message.startswith(_NO_CREDIT_SAID)
    ):
        return QuotaExhausted(
            f"The AI provider says that the credit is used up (HTTP {status}). "
            "Top up the account; orders stay queued.",
            status=status,
        )
    if status in _KEY and said.has_code("unsupported_country"):
        return QuotaExhausted(
            f"The AI provider does not serve this country or region (HTTP {status}); orders stay queued.",
            status=status,
        )
    if status in _KEY or said.message.startswith(_BAD_KEY_SAID):
        return QuotaExhausted(
            f"The AI provider refused the key (HTTP {status}). Check FAKTURO_AI_API_KEY and its rights.",
            status=status,
        )
    return None


def _of_the_pace(status: int, headers: Mapping[str, str], said: ErrorBody, now: datetime) -> AiError | None:
    """Too fast; or, where the provider names no wait and says not to try again, too much."""
    if status != HTTPStatus.TOO_MANY_REQUESTS:
        return None
    wait_s = retry_after_s(headers, now, said.message)
    if wait_s is None and _forbids_another(headers):
        return QuotaExhausted(
            "The AI provider says that waiting does not help (HTTP 429). "
            "Look at the account's limits; orders stay queued.",
            status=status,
        )
    return RateLimited(
        "The AI provider asks us to slow down (HTTP 429).",
        wait_s=wait_s,
        status=status,
        short_of=_short_of(said) or read_limits(headers, now).empty,
    )


def _of_the_moment(status: int, headers: Mapping[str, str], said: ErrorBody, now: datetime) -> AiError | None:
    """What may pass: the same request can succeed later."""
    if _forbids_another(headers):
        return None
    wait_s = retry_after_s(headers, now, said.message)
    if status == HTTPStatus.REQUEST_TIMEOUT:
        return TimedOut("The AI provider gave up waiting (HTTP 408).", wait_s=wait_s, status=408)
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return Transient(
            f"The AI provider points to another address (HTTP {status}); the key is not sent there. "
            "Check FAKTURO_AI_BASE_URL.",
            wait_s=wait_s,
            status=status,
        )
    is_servers = status >= HTTPStatus.INTERNAL_SERVER_ERROR and status != HTTPStatus.NOT_IMPLEMENTED
    if is_servers or status in _AGAIN or headers.get("x-should-retry", "").strip().lower() == "true":
        rest = "is overloaded" if status == _OVERLOADED else "failed"
        return Transient(f"The AI provider {rest} (HTTP {status}).", wait_s=wait_s, status=status)
    return None


def _of_the_request(status: int, said: ErrorBody, key: str) -> AiError:
    """What can never succeed."""
    if status == HTTPStatus.NOT_FOUND:
        return Permanent(
            f"The AI provider knows no such address or model (HTTP {status}). "
            "Check FAKTURO_AI_BASE_URL and FAKTURO_AI_MODEL.",
            status=status,
        )
    shown = bool(_PLAIN_CODE.fullmatch(said.code)) and not (key and key in said.code)
    return Permanent(
        f"The AI provider cannot take this request (HTTP {status}{f', {said.code}' if shown else ''}); "
        "asking again is no use.",
        status=status,
    )


def _forbids_another(headers: Mapping[str, str]) -> bool:
    return headers.get("x-should-retry", "").strip().lower() == "false"


def _short_of(said: ErrorBody) -> Kind | None:
    """The bucket that the provider names in words or, as OpenAI does, as the type of the error."""
    kinds: list[Kind] = [kind for kind in _SHORT_OF if kind in said.codes]
    kinds = kinds or [kind for kind, words in _SHORT_OF.items() if words.search(said.message)]
    return kinds[0] if len(kinds) == 1 else None

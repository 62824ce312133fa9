"""What a provider says about its limits in HTTP headers. Pure.

`x-ratelimit-{limit,remaining,reset}-{requests,tokens}` (OpenAI, Azure, most others), `retry-after` in
seconds or as an HTTP date, `retry-after-ms`. Durations come as `6m0s`, `120ms`, `1.5s` or bare seconds.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
LONGEST_BELIEVED_S = 24 * 3600.0
"""A provider that asks for more is taken at this: a typo of theirs must not stop us for a year."""


@dataclass(frozen=True)
class Limits:
    """Requests and tokens a minute, what is left of them, seconds until they are full; None: not said."""

    requests: float | None = None
    requests_left: float | None = None
    requests_reset_s: float | None = None
    tokens: float | None = None
    tokens_left: float | None = None
    tokens_reset_s: float | None = None


def read_limits(headers: Mapping[str, str]) -> Limits:
    """Limits from response headers (names in lower case); nonsense counts as not said."""

    def number(name: str) -> float | None:
        return _number(headers.get(f"x-ratelimit-{name}"))

    return Limits(
        requests=number("limit-requests"),
        requests_left=number("remaining-requests"),
        requests_reset_s=duration_s(headers.get("x-ratelimit-reset-requests")),
        tokens=number("limit-tokens"),
        tokens_left=number("remaining-tokens"),
        tokens_reset_s=duration_s(headers.get("x-ratelimit-reset-tokens")),
    )


def duration_s(text: str | None) -> float | None:
    """Seconds of `6m0s`, `120ms`, `1.5`; None when it is no duration."""
    if not text:
        return None
    bare = _number(text)
    if bare is not None:
        return bare
    parts = _DURATION.findall(text)
    if not parts or _DURATION.sub("", text).strip():
        return None
    return min(sum(float(value) * _SECONDS[unit] for value, unit in parts), LONGEST_BELIEVED_S)


def retry_after_s(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds the provider asks us to wait, from the most exact header it sent.

    An HTTP date is measured against the provider's own `date` header, if any: its clock may be off.
    """
    exact = _number(headers.get("retry-after-ms"))
    if exact is not None:
        return exact / 1000
    asked = headers.get("retry-after")
    if asked is not None:
        seconds = _number(asked)
        if seconds is not None:
            return seconds
        moment = _http_date(asked)
        if moment is not None:
            wait_s = (moment - (_http_date(headers.get("date", "")) or now)).total_seconds()
            return min(max(wait_s, 0.0), LONGEST_BELIEVED_S)
    limits = read_limits(headers)
    resets = [
        reset_s
        for left, reset_s in (
            (limits.requests_left, limits.requests_reset_s),
            (limits.tokens_left, limits.tokens_reset_s),
        )
        if reset_s is not None and left is not None and left <= 0
    ]
    return max(resets, default=None)


def _number(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        value = float(text)
    except ValueError:
        return None
    return min(value, 1e12) if value >= 0 else None  # NaN compares false: not said


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

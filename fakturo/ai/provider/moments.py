"""Numbers, durations and moments as providers write them. Pure; nonsense gives None."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_BELIEVED_S = 24 * 3600.0
"""A provider that asks for more is taken at this: a typo of theirs must not stop us for a year."""
_NUMBER = re.compile(r"\d{1,15}(\.\d{1,20})?", re.ASCII)
_UNIT = "milliseconds?|ms|minutes?|min|m|seconds?|secs?|s|hours?|h|days?|d"
_PART = re.compile(rf"(\d{{1,9}}(?:\.\d{{1,20}})?)\s?({_UNIT})(?![a-z])", re.ASCII)
_WAIT = re.compile(rf"\b(?:try again|retry) (?:in|after) ((?:{_PART.pattern}\s?){{1,4}})", re.ASCII)
_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_FIRST_UNIX_S = 1e9
"""A reset as large as this is a moment since 1970 (2001), no duration; larger than the next, milliseconds."""
_FIRST_UNIX_MS = 1e11


def number(text: str | None) -> float | None:
    """A plain number >= 0. Of a list (`600, 600;w=60`, a header sent twice) the first."""
    first = re.split(r"[,;]", text, maxsplit=1)[0].strip() if text else ""
    return float(first) if _NUMBER.fullmatch(first) else None


def duration_s(text: str | None) -> float | None:
    """Seconds of `6m0s`, `120ms`, `1.5`; None when it is no duration."""
    bare_s = number(text)
    if bare_s is not None:
        return min(bare_s, LONGEST_BELIEVED_S)
    if not text or _PART.sub("", text).strip() or not _PART.search(text):
        return None
    return min(sum(float(value) * _unit_s(unit) for value, unit in _PART.findall(text)), LONGEST_BELIEVED_S)


def reset_s(text: str | None, clock: datetime) -> float | None:
    """Seconds from `clock` until a reset: a duration, a Unix time, RFC 3339 or an HTTP date."""
    bare = number(text)
    if bare is not None and bare >= _FIRST_UNIX_S:
        return _believed(bare / (1000 if bare >= _FIRST_UNIX_MS else 1) - clock.timestamp())
    seconds = duration_s(text)
    if seconds is not None or not text:
        return seconds
    moment = _rfc3339(text) or http_date(text)
    return None if moment is None else _believed((moment - clock).total_seconds())


def said_wait_s(message: str) -> float | None:
    """Seconds of "Please try again in 1m2.5s" or "Please retry after 37 seconds" in a provider's message."""
    found = _WAIT.search(message.lower())
    return duration_s(found[1]) if found else None


def http_date(text: str) -> datetime | None:
    """An HTTP date such as `Mon, 02 Mar 2026 09:00:30 GMT`."""
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _rfc3339(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _unit_s(unit: str) -> float:
    return 0.001 if unit.startswith(("ms", "mil")) else _SECONDS[unit[0]]


def _believed(seconds: float) -> float:
    return min(max(seconds, 0.0), LONGEST_BELIEVED_S)

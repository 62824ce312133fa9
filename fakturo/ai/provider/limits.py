"""What a provider says about its limits in HTTP headers. Pure; header names in lower case.

Read are, with `limit`, `remaining` and `reset` of requests and tokens:
- `x-ratelimit-limit-requests` ... (OpenAI, Groq), with `x-ratelimit-renewalperiod-*`, resets in plain seconds
  and -1 for "none" (Azure, GitHub Models), the older Azure spelling `x-rate-limit-*`;
- the same with a window in the name: `-req-minute` (Mistral), `-tokens-minute`, `-requests-day` (Cerebras),
  `-tokens-per-minute` with a Unix time as reset (DigitalOcean), `-requests-1h`;
- `anthropic-ratelimit-requests-limit` ... with RFC 3339 resets;
- `ratelimit-limit` ..., `ratelimit`, `ratelimit-policy` (draft-ietf-httpapi-ratelimit-headers, 03 to 10).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from fakturo.ai.provider.moments import LONGEST_BELIEVED_S, http_date, number, reset_s, said_wait_s

Kind = Literal["requests", "tokens"]

MINUTE_S, HOUR_S, DAY_S = 60.0, 3600.0, 86400.0
_WINDOWS = {
    "-minute": MINUTE_S,
    "-per-minute": MINUTE_S,
    "-1h": HOUR_S,
    "-hour": HOUR_S,
    "-per-hour": HOUR_S,
    "-day": DAY_S,
    "-per-day": DAY_S,
}
_SPELLINGS: dict[Kind, tuple[str, ...]] = {"requests": ("requests", "req"), "tokens": ("tokens",)}
_ANTHROPIC: dict[Kind, tuple[str, ...]] = {"requests": ("requests",), "tokens": ("tokens", "input-tokens")}
_SAME_WINDOW = 0.02
"""How far a refill time may lie beside an hour or a day: resets above a minute come in whole seconds."""


@dataclass(frozen=True)
class Limits:
    """Requests and tokens a minute, what is left of them, seconds until they are full; None: not said."""

    requests: float | None = None
    requests_left: float | None = None
    requests_reset_s: float | None = None
    tokens: float | None = None
    tokens_left: float | None = None
    tokens_reset_s: float | None = None

    @property
    def empty(self) -> Kind | None:
        """The one bucket that is shown as empty; None: neither, or both."""
        no_requests = self.requests_left is not None and self.requests_left < 1
        no_tokens = self.tokens_left is not None and self.tokens_left < 1
        if no_requests == no_tokens:
            return None
        return "requests" if no_requests else "tokens"


@dataclass(frozen=True)
class _Bucket:
    limit: float | None
    left: float | None
    reset_s: float | None
    window_s: float | None = MINUTE_S
    """None: not said."""


def read_limits(headers: Mapping[str, str], now: datetime) -> Limits:
    """Limits from response headers; nonsense counts as not said.

    Limits of another window are given per minute. One of more than an hour is a quota and no pace: it may be
    used up at once, so it sets no rate; only what is left of it counts.

    Args:
        headers: names in lower case.
        now: aware; the provider's own `date` header goes before it.
    """
    clock = http_date(headers.get("date", "")) or now
    requests, requests_left, requests_reset_s = _tightest(
        [*_named(headers, clock, "requests"), *_ietf(headers, clock)]
    )
    tokens, tokens_left, tokens_reset_s = _tightest([*_named(headers, clock, "tokens")])
    return Limits(requests, requests_left, requests_reset_s, tokens, tokens_left, tokens_reset_s)


def retry_after_s(headers: Mapping[str, str], now: datetime, message: str = "") -> float | None:
    """Seconds the provider asks us to wait, from the most exact word it sent; None: it did not say.

    `retry-after-ms` goes before `retry-after` (seconds or HTTP date), that before "try again in 1.5s" in the
    message, that before the reset of an empty bucket: OpenAI's resets say when a bucket is *full*.
    """
    exact_ms = number(headers.get("retry-after-ms"))
    if exact_ms is not None:
        return min(exact_ms / 1000, LONGEST_BELIEVED_S)
    clock = http_date(headers.get("date", "")) or now
    asked_s = reset_s(headers.get("retry-after"), clock)
    if asked_s is None:
        asked_s = said_wait_s(message)
    if asked_s is not None:
        return asked_s
    limits = read_limits(headers, now)
    resets = [
        each_s
        for left, each_s in (
            (limits.requests_left, limits.requests_reset_s),
            (limits.tokens_left, limits.tokens_reset_s),
        )
        if each_s is not None and left is not None and left < 1
    ]
    return max(resets, default=None)


def _tightest(buckets: list[_Bucket]) -> tuple[float | None, float | None, float | None]:
    """Lowest limit a minute, and what is left of the emptiest bucket with its reset."""
    paces = [
        bucket.limit * MINUTE_S / bucket.window_s
        for bucket in buckets
        if bucket.limit and bucket.window_s and bucket.window_s <= HOUR_S
    ]
    emptiest = min(
        (bucket for bucket in buckets if bucket.left is not None),
        key=lambda bucket: (bucket.left or 0.0, -(bucket.reset_s or 0.0)),
        default=next((bucket for bucket in buckets if bucket.reset_s is not None), _Bucket(None, None, None)),
    )
    return min(paces, default=None), emptiest.left, emptiest.reset_s


def _named(headers: Mapping[str, str], clock: datetime, kind: Kind) -> Iterator[_Bucket]:
    """Buckets whose headers name what they count."""

    def said(part: str, what: str) -> str | None:
        return headers.get(f"x-ratelimit-{part}-{what}") or headers.get(f"x-rate-limit-{part}-{what}")

    for name in _SPELLINGS[kind]:
        bucket = _bucket(said("limit", name), said("remaining", name), said("reset", name), clock, MINUTE_S)
        period_s = number(said("renewalperiod", name))
        yield _Bucket(bucket.limit, bucket.left, bucket.reset_s, period_s or _refill_window_s(bucket))
        for suffix, window_s in _WINDOWS.items():
            what = name + suffix
            yield _bucket(said("limit", what), said("remaining", what), said("reset", what), clock, window_s)
    for name in _ANTHROPIC[kind]:
        limit, left, reset = (
            headers.get(f"anthropic-ratelimit-{name}-{part}") for part in ("limit", "remaining", "reset")
        )
        yield _bucket(limit, left, reset, clock, MINUTE_S)


def _refill_window_s(bucket: _Bucket) -> float:
    """Window of a limit that does not say it: `limit` requests refill in so many seconds.

    Free tiers count requests a day in the very headers that else mean a minute: 200 with 199 left and a reset
    in 7m12s is 200 a day. A bucket of a minute is never more than a minute from full.
    """
    if not bucket.limit or bucket.left is None or not bucket.reset_s or bucket.reset_s <= MINUTE_S:
        return MINUTE_S
    used = bucket.limit - bucket.left
    window_s = bucket.reset_s * bucket.limit / used if used > 0 else MINUTE_S
    return next(
        (each_s for each_s in (HOUR_S, DAY_S) if abs(window_s / each_s - 1) <= _SAME_WINDOW), MINUTE_S
    )


def _ietf(headers: Mapping[str, str], clock: datetime) -> Iterator[_Bucket]:
    """Buckets of the IETF drafts, and of gateways that write the old three fields with or without `x-`."""
    policies = dict(_items(headers.get("ratelimit-policy", "")))
    old_limits = _items(headers.get("ratelimit-limit", ""))
    windows_s = [number(fields.get("w")) for _, fields in (*policies.items(), *old_limits)]
    window_s = next((each_s for each_s in windows_s if each_s), None)
    said = _items(headers.get("ratelimit", ""))
    merged: dict[str, str] = {}
    for name in policies.keys() - {name for name, _ in said}:
        yield _bucket(policies[name].get("q"), None, None, clock, number(policies[name].get("w")))
    for name, fields in said:
        if "r" in fields or "t" in fields:  # "default";r=50;t=30
            policy = policies.get(name, {})
            yield _bucket(policy.get("q"), fields.get("r"), fields.get("t"), clock, number(policy.get("w")))
        merged |= {name: fields[""]} if "" in fields else {}  # limit=100, remaining=50, reset=30
    yield _bucket(merged.get("limit"), merged.get("remaining"), merged.get("reset"), clock, window_s)
    for start in ("ratelimit-", "x-ratelimit-"):
        limit, left, reset = (headers.get(start + part) for part in ("limit", "remaining", "reset"))
        yield _bucket(limit, left, reset, clock, window_s)


def _items(text: str) -> list[tuple[str, dict[str, str]]]:
    """`"a";q=1;w=2, b=3` -> [("a", {"q": "1", "w": "2"}), ("b", {"": "3"})]."""
    found = []
    for item in text.split(","):
        head, *rest = (part.strip() for part in item.split(";"))
        name, equals, value = head.partition("=")
        fields = {key.strip(): each.strip(' "') for key, _, each in (part.partition("=") for part in rest)}
        found.append((name.strip(' "'), fields | ({"": value.strip(' "')} if equals else {})))
    return found


def _bucket(
    limit: str | None, left: str | None, reset: str | None, clock: datetime, window_s: float | None
) -> _Bucket:
    return _Bucket(number(limit), number(left), reset_s(reset, clock), window_s)

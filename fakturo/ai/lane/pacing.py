"""How fast the provider may be asked, by all processes together. Pure: a state record in, another out.

A generic cell rate algorithm over requests and one over tokens: each caller books the next free moment and
sleeps until it, so waiting costs no polling. Limits come from settings or headers. Without either the rate
grows by 5 % a success until the first 429, then by additive increase, multiplicative decrease; it grows only
while it is what holds the callers back, so that a quiet night does not end in a flood.
Source: ITU-T I.371 (GCRA); Chiu and Jain, 1989 (AIMD); RFC 7661 (no growth of a window that is not used).
"""

import math
from dataclasses import dataclass, field, replace
from typing import Literal

from fakturo.ai.provider.limits import Limits

SHARE = 0.995
"""Of the published limit: their clock and ours differ."""
BURST_S = 0.2
"""An idle bucket lets so many seconds' worth through at once. More is not safe where the provider counts in
windows, and what it says is left is then true for this window only."""
FIRST_RATE_PER_S = 10.0
SLOWEST_RATE_PER_S = 1 / 60
GROWTH = 1.05
CUT = 0.85
REGROWTH = 0.01
"""Of the rate at the last 429, per success."""
CUT_NEAR = 0.97
REGROWTH_NEAR = 0.001
MOST_BOOST = 1.2
PLENTY_S, LITTLE_S = 0.4, 0.25
"""So many seconds' worth of tokens are left by the provider's own count, which ours only estimates."""
NEAR = 0.9
"""A first refusal so near to a published limit is a matter of their clock: a step aside is enough."""
UNSAID_WAIT_S = 0.5
"""After a 429 that names no wait; doubles while refusals follow each other."""
LONGEST_UNSAID_WAIT_S = 30.0
FLOW_S = 2.0
"""Over how many seconds the true speed is smoothed."""

Short = Literal["requests", "tokens"]


@dataclass(frozen=True)
class Bucket:
    """Requests or tokens; rates are per second, moments seconds since 1970."""

    rate: float | None = None
    """None: no limit is known."""
    published: float | None = None
    """Last said by the provider."""
    configured: float | None = None
    next_at: float = 0.0
    limited_rate: float | None = None
    """Rate at the last 429; None: never limited."""
    boost: float = 1.0
    """By how much our count is higher than the provider's."""

    @property
    def ceiling(self) -> float | None:
        """The lower of what is known from others; the rate never exceeds it."""
        return min((each for each in (self.published, self.configured) if each), default=None)


@dataclass(frozen=True)
class Pace:
    """What all processes know about one provider's speed."""

    requests: Bucket = field(default_factory=lambda: Bucket(rate=FIRST_RATE_PER_S))
    tokens: Bucket = field(default_factory=Bucket)
    blocked_until: float = 0.0
    refusals: int = 0
    """429s that followed each other."""
    flow: float = 0.0
    """Requests sent per second, smoothed; as of `flow_at`."""
    flow_at: float = 0.0
    flow_from: float = 0.0
    """When requests began to flow after a rest."""
    token_share: float = 0.0
    """Tokens a request, smoothed."""


def configured(pace: Pace, rpm: int | None, tpm: int | None) -> Pace:
    """Take over limits that somebody set; they hold even where headers promise more."""
    return replace(
        pace,
        requests=_bounded(replace(pace.requests, configured=rpm and rpm / 60 * SHARE), pace.requests),
        tokens=_bounded(replace(pace.tokens, configured=tpm and tpm / 60 * SHARE), pace.tokens),
    )


def reserve(pace: Pace, at: float, tokens: int) -> tuple[Pace, float]:
    """Book the next free moment for one request of about `tokens` tokens.

    Returns:
        The new state, and the moment (>= `at`) to send at.
    """
    earliest = max(at, pace.blocked_until)
    requests, first = _book(pace.requests, earliest, 1)
    booked, second = _book(pace.tokens, earliest, tokens)
    return replace(pace, requests=requests, tokens=booked), max(first, second)


def sent(pace: Pace, at: float, tokens: int) -> Pace:
    """Note that a request leaves now."""
    rested = at - pace.flow_at > 3 * FLOW_S
    kept = 0.0 if rested else math.exp(-max(at - pace.flow_at, 0.0) / FLOW_S)
    share = tokens if not pace.token_share else 0.9 * pace.token_share + 0.1 * tokens
    flow_from = at if rested else pace.flow_from
    return replace(
        pace, flow=pace.flow * kept + 1 / FLOW_S, flow_at=at, flow_from=flow_from, token_share=share
    )


def speed(pace: Pace) -> float | None:
    """Requests sent per second of late; None: they have not flowed for long enough to tell."""
    flowed_s = pace.flow_at - pace.flow_from
    if flowed_s < FLOW_S / 2:
        return None
    return pace.flow / (1 - math.exp(-flowed_s / FLOW_S))


def succeeded(pace: Pace, limits: Limits, *, waited: bool, tokens_over: int = 0) -> Pace:
    """Learn from an answer: its headers, its true token count, and that the rate was fine.

    Args:
        pace: the state before.
        limits: what the headers said.
        waited: whether the request had to wait for its turn; else nothing is known of a faster rate.
        tokens_over: tokens used beyond those booked; negative gives back.
    """
    requests, tokens = _published(pace.requests, limits.requests), _published(pace.tokens, limits.tokens)
    if waited:
        requests, tokens = _grown(requests), _grown(tokens)
    if tokens.rate:
        tokens = replace(tokens, next_at=tokens.next_at + tokens_over / tokens.rate / tokens.boost)
    return replace(pace, requests=requests, tokens=_boosted(tokens, limits.tokens_left), refusals=0)


def limited(pace: Pace, at: float, wait_s: float | None, *, sent_at: float, short_of: Short | None) -> Pace:
    """A 429: everyone waits, and the rate falls once for each wave of requests sent too fast.

    Args:
        pace: the state before.
        at: now.
        wait_s: what the provider asked for; None: it did not say.
        sent_at: when the refused request was sent; one sent before the last cut tells nothing new.
        short_of: the bucket that was empty; None: it did not say, and requests are taken for it.
    """
    new = sent_at >= pace.blocked_until
    refusals = pace.refusals + new
    if wait_s is None:
        wait_s = min(UNSAID_WAIT_S * 2.0 ** max(refusals - 1, 0), LONGEST_UNSAID_WAIT_S)
    until = max(pace.blocked_until, at + wait_s)
    requests, tokens = pace.requests, pace.tokens
    again = pace.refusals > 0
    if new and short_of == "tokens":
        true_speed = speed(pace)
        tokens = _cut(tokens, true_speed and true_speed * pace.token_share, again=again)
    elif new:
        requests = _cut(requests, speed(pace), again=again)
    # no burst after a refusal: the bucket there is empty
    requests = replace(requests, next_at=until + BURST_S)
    tokens = replace(tokens, next_at=until + BURST_S)
    return replace(pace, requests=requests, tokens=tokens, blocked_until=until, refusals=refusals)


def _book(bucket: Bucket, earliest: float, amount: float) -> tuple[Bucket, float]:
    if not bucket.rate:
        return bucket, earliest
    start = max(bucket.next_at, earliest)
    return replace(bucket, next_at=start + amount / bucket.rate / bucket.boost), max(
        earliest, start - BURST_S
    )


def _grown(bucket: Bucket) -> Bucket:
    if bucket.rate is None:
        return bucket
    limited_rate = bucket.limited_rate
    step = REGROWTH_NEAR if _is_near(bucket) else REGROWTH
    rate = bucket.rate * GROWTH if limited_rate is None else bucket.rate + step * limited_rate
    return replace(bucket, rate=min(rate, bucket.ceiling or math.inf))


def _cut(bucket: Bucket, true_speed: float | None, *, again: bool) -> Bucket:
    """Slower than what was just refused; the true speed counts where the allowed one was not used."""
    bucket = replace(bucket, boost=max(bucket.boost * CUT_NEAR, 1.0))
    if not again and bucket.rate and _is_near(bucket):
        return replace(bucket, limited_rate=bucket.rate, rate=bucket.rate * CUT_NEAR)
    was = min((each for each in (bucket.rate, true_speed) if each), default=None)
    if was is None:
        return bucket
    return replace(bucket, limited_rate=was, rate=max(was * CUT, SLOWEST_RATE_PER_S))


def _boosted(bucket: Bucket, left: float | None) -> Bucket:
    """Faster while the provider counts that much is left, slower when little is."""
    if left is None or not bucket.published:
        return bucket
    left_s = left / bucket.published
    step = 1.02 if left_s > PLENTY_S else 0.99 if left_s < LITTLE_S else 1.0
    return replace(bucket, boost=min(max(bucket.boost * step, 1.0), MOST_BOOST))


def _is_near(bucket: Bucket) -> bool:
    return bool(bucket.published and bucket.rate and bucket.rate >= NEAR * bucket.published)


def _published(bucket: Bucket, per_minute: float | None) -> Bucket:
    """Take over what the headers said; silence changes nothing."""
    if not per_minute:
        return bucket
    return _bounded(replace(bucket, published=per_minute / 60 * SHARE), bucket)


def _bounded(bucket: Bucket, before: Bucket) -> Bucket:
    """A new ceiling becomes the rate at once, unless refusals have shown that less is true."""
    ceiling = bucket.ceiling
    if ceiling is None or ceiling == before.ceiling:
        return bucket
    refused = bucket.limited_rate is not None and bucket.rate is not None
    return replace(bucket, rate=min(bucket.rate or ceiling, ceiling) if refused else ceiling)

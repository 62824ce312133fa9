"""How fast the provider may be asked, by all processes together. Pure: a state record in, another out.

A generic cell rate algorithm over requests and one over tokens: each caller books the next free moment and
sleeps until it, so waiting costs no polling. Limits come from settings or headers; without either the rate
grows by 5 % a success until the first 429, then by additive increase, multiplicative decrease.
Source: ITU-T I.371 (GCRA); Chiu and Jain, 1989 (AIMD).
"""

from dataclasses import dataclass, replace

from fakturo.ai.limits import Limits

SHARE = 0.98
"""Of the published limit: their clock and ours differ by a percent or so."""
BURST_S = 0.5
"""An idle bucket lets so many seconds' worth through at once."""
FIRST_RATE_PER_S = 10.0
FASTEST_RATE_PER_S = 1000.0
SLOWEST_RATE_PER_S = 1 / 60
GROWTH = 1.05
CUT = 0.8
REGROWTH = 0.01
"""Of the rate at the last 429, per success."""
UNSAID_WAIT_S = 1.0
"""After a 429 that names no wait."""


@dataclass(frozen=True)
class Pace:
    """Moments are seconds since 1970; rates are per second."""

    rate: float = FIRST_RATE_PER_S
    ceiling: float | None = None
    token_rate: float | None = None
    next_request_at: float = 0.0
    next_tokens_at: float = 0.0
    blocked_until: float = 0.0
    limited_rate: float | None = None
    """Rate at the last 429; None: never limited."""


def configured(pace: Pace, rpm: int | None, tpm: int | None) -> Pace:
    """Take over limits that somebody set; they hold even where headers promise more."""
    ceiling = _lower(pace.ceiling, rpm and rpm / 60 * SHARE)
    pace = replace(pace, token_rate=_lower(pace.token_rate, tpm and tpm / 60 * SHARE))
    return _with_ceiling(pace, ceiling)


def reserve(pace: Pace, at: float, tokens: int) -> tuple[Pace, float]:
    """Book the next free moment for one request of about `tokens` tokens.

    Returns:
        The new state, and the moment (>= `at`) to send at.
    """
    earliest = max(at, pace.blocked_until)
    request_at = max(pace.next_request_at, earliest)
    moment = max(earliest, request_at - BURST_S)
    tokens_at = pace.next_tokens_at
    if pace.token_rate:
        tokens_at = max(tokens_at, earliest)
        moment = max(moment, tokens_at - BURST_S)
        tokens_at += tokens / pace.token_rate
    return replace(pace, next_request_at=request_at + 1 / pace.rate, next_tokens_at=tokens_at), moment


def succeeded(pace: Pace, at: float, limits: Limits, *, tokens_over: int = 0) -> Pace:
    """Learn from an answer: its headers, its true token count, and that the rate was fine.

    Args:
        pace: the state before.
        at: now.
        limits: what the headers said.
        tokens_over: tokens used beyond those booked; negative gives back.
    """
    ceiling = _lower(pace.ceiling, limits.requests and limits.requests / 60 * SHARE)
    token_rate = _lower(pace.token_rate, limits.tokens and limits.tokens / 60 * SHARE)
    pace = _with_ceiling(replace(pace, token_rate=token_rate), ceiling)
    was_limited = pace.limited_rate is not None
    rate = pace.rate + REGROWTH * (pace.limited_rate or 0.0) if was_limited else pace.rate * GROWTH
    pace = replace(pace, rate=min(rate, pace.ceiling or FASTEST_RATE_PER_S))
    if pace.token_rate:
        pace = replace(pace, next_tokens_at=pace.next_tokens_at + tokens_over / pace.token_rate)
    for left, reset_s in (
        (limits.requests_left, limits.requests_reset_s),
        (limits.tokens_left, limits.tokens_reset_s),
    ):
        if left is not None and left <= 0 and reset_s:
            pace = replace(pace, blocked_until=max(pace.blocked_until, at + min(reset_s, 60.0)))
    return pace


def limited(pace: Pace, at: float, wait_s: float | None, *, sent_at: float) -> Pace:
    """A 429: everyone waits, and the rate falls once for each wave of requests sent too fast.

    Args:
        pace: the state before.
        at: now.
        wait_s: what the provider asked for; None: it did not say.
        sent_at: when the refused request was sent; one sent before the last cut tells nothing new.
    """
    until = max(pace.blocked_until, at + (UNSAID_WAIT_S if wait_s is None else wait_s))
    if sent_at >= pace.blocked_until:
        rate = max(pace.rate * CUT, SLOWEST_RATE_PER_S)
        pace = replace(pace, limited_rate=pace.rate, rate=rate)
    # no burst after a refusal: the bucket there is empty
    return replace(pace, blocked_until=until, next_request_at=until + BURST_S)


def _with_ceiling(pace: Pace, ceiling: float | None) -> Pace:
    if ceiling is None or ceiling == pace.ceiling:
        return pace
    return replace(
        pace, ceiling=ceiling, rate=ceiling if pace.limited_rate is None else min(pace.rate, ceiling)
    )


def _lower(one: float | None, other: float | None) -> float | None:
    known = [each for each in (one, other) if each]
    return min(known, default=None)

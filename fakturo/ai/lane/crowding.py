"""How many requests may be under way at once: less while the provider is overloaded. Pure.

Shrinks only on signals of overload (503, 529, timeouts), when a fifth of the last answers were such, and once
per wave; a 429 is a matter of pace and other errors say nothing about load. Grows back by one request a
window of successes.
Source: additive increase, multiplicative decrease (Chiu and Jain, 1989), as Netflix's concurrency-limits.
"""

from dataclasses import dataclass

from fakturo.errors import AiError, TimedOut, Transient

CUT = 0.7
SMALLEST = 0.05
STRAINED = 0.2
WEIGHT = 0.1
"""Of the newest answer in the smoothed share of overloads."""
OVERLOADED = (503, 529)


@dataclass(frozen=True)
class Crowding:
    """`share` of the configured concurrency that is used; `strain` is the smoothed share of overloads."""

    share: float = 1.0
    strain: float = 0.0
    cut_at: float = 0.0
    """Seconds since 1970."""


def is_overload(error: AiError) -> bool:
    """Whether a failure says that fewer requests at once would have gone through."""
    return isinstance(error, TimedOut) or (isinstance(error, Transient) and error.status in OVERLOADED)


def allowed(crowding: Crowding, concurrency: int) -> int:
    """Requests at once, at least one."""
    return max(1, round(crowding.share * concurrency))


def succeeded(crowding: Crowding, concurrency: int) -> Crowding:
    """One answer; a window of them is one request more."""
    window = max(crowding.share * concurrency, 1.0)
    share = min(crowding.share + 1 / (concurrency * window), 1.0)
    return Crowding(share, crowding.strain * (1 - WEIGHT), crowding.cut_at)


def overloaded(crowding: Crowding, at: float, *, sent_at: float) -> Crowding:
    """An overload; requests sent before the last cut tell nothing new."""
    strain = crowding.strain * (1 - WEIGHT) + WEIGHT
    if strain < STRAINED or sent_at < crowding.cut_at:
        return Crowding(crowding.share, strain, crowding.cut_at)
    return Crowding(max(crowding.share * CUT, SMALLEST), 0.0, at)

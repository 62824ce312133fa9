"""When to leave a failing provider alone. Pure: a state record in, another out.

Only 5xx, failed connections and timeouts count. Five in a row open it; while open nothing is sent. Then one
probe goes through at a time: any answer of a living provider closes it, a failure lengthens the rest by a
quarter, so that an outage is noticed as over within a quarter of its length.
Source: Nygard, "Release It!", 2nd ed., 2018, "Circuit Breaker".
"""

from dataclasses import dataclass, replace

from fakturo.errors import AiError, TimedOut, Transient

FAILURES_TO_OPEN = 5
FIRST_REST_S = 0.5
LONGER = 1.25
LONGEST_REST_S = 30.0
LONGEST_ASKED_S = 300.0
"""A `Retry-After` beyond it is looked into before."""
PROBE_WAIT_S = 0.5
"""How soon to look again while somebody else's probe is under way."""


@dataclass(frozen=True)
class Breaker:
    """Moments are seconds since 1970."""

    failures: int = 0
    """Counted failures in a row."""
    rests: int = 0
    """Times opened since the last success; 0 is closed."""
    open_until: float = 0.0
    probe_until: float = 0.0
    """End of the probe's lease; a probe that died must not keep everybody out."""


def counts(error: AiError) -> bool:
    """Whether a failure says that the provider itself is ill."""
    return isinstance(error, Transient | TimedOut)


def is_open(breaker: Breaker) -> bool:
    """Whether orders wait for a probe to succeed."""
    return breaker.rests > 0


def rest_s(breaker: Breaker, at: float) -> float:
    """Seconds for which nobody need ask; 0: go on, or be the probe."""
    if not is_open(breaker):
        return 0.0
    if at < breaker.open_until:
        return breaker.open_until - at
    return min(max(breaker.probe_until - at, 0.0), PROBE_WAIT_S)


def admit(breaker: Breaker, at: float, probe_lease_s: float) -> tuple[Breaker, float]:
    """Ask to send now.

    Returns:
        The new state, and seconds to stay away; 0 means go (and, when open, that the caller is the probe).
    """
    wait_s = rest_s(breaker, at)
    if wait_s > 0 or not is_open(breaker):
        return breaker, wait_s
    return replace(breaker, probe_until=at + probe_lease_s), 0.0


def answered(breaker: Breaker) -> Breaker:
    """The provider lives, whatever it said: forget the failures."""
    return Breaker() if breaker.failures or breaker.rests else breaker


def failed(breaker: Breaker, at: float, *, sent_at: float, asked_s: float | None = None) -> Breaker:
    """A counted failure of a request sent at `sent_at`; `asked_s` is the wait that the provider named."""
    if is_open(breaker):
        if sent_at < breaker.open_until:
            return breaker  # left before it opened: nothing new
        return _opened(breaker, at, asked_s)
    breaker = replace(breaker, failures=breaker.failures + 1)
    return _opened(breaker, at, asked_s) if breaker.failures >= FAILURES_TO_OPEN else breaker


def _opened(breaker: Breaker, at: float, asked_s: float | None) -> Breaker:
    own_s = min(FIRST_REST_S * LONGER**breaker.rests, LONGEST_REST_S)
    rest = max(own_s, min(asked_s or 0.0, LONGEST_ASKED_S))
    return Breaker(failures=breaker.failures, rests=min(breaker.rests + 1, 30), open_until=at + rest)

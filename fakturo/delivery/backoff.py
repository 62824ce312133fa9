"""How long until the next attempt, and how long a receiver that fails is left alone. Pure.

An event is tried again after about 10 s, 30 s, 90 s, 4.5 min ... every 4 hours at last, for three days.
A receiver that has failed five times in a row rests 30 s, 1 min, 2 min ... 5 min; then one event probes it.
Source: Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015.
"""

from datetime import datetime, timedelta

FIRST_WAIT_S = 10.0
GROWTH = 3.0
LONGEST_WAIT_S = 4 * 3600.0
GIVE_UP_AFTER = timedelta(days=3)
FAILURES_BEFORE_PAUSE = 5
FIRST_PAUSE_S = 30.0
LONGEST_PAUSE_S = 300.0
"""After an outage a receiver has its events within so long."""
_MOST_STEPS = 20


def wait_s(attempts: int, jitter: float) -> float:
    """Seconds to wait after so many attempts that failed.

    Args:
        attempts: 1 or more.
        jitter: 0..1, drawn by the caller; 0 waits half as long as 1.
    """
    whole = min(FIRST_WAIT_S * GROWTH ** min(attempts - 1, _MOST_STEPS), LONGEST_WAIT_S)
    return whole * (0.5 + jitter / 2)


def next_attempt(
    attempts: int, *, first_tried_at: datetime, now: datetime, jitter: float, asked_s: float | None = None
) -> datetime | None:
    """When to try again; None: it was tried for three days.

    Args:
        attempts: that failed, with the one just now.
        asked_s: seconds the receiver asked for by Retry-After; never sooner than that.
    """
    last = first_tried_at + GIVE_UP_AFTER
    if now >= last:
        return None
    return min(now + timedelta(seconds=max(wait_s(attempts, jitter), asked_s or 0.0)), last)


def pause_s(failures: int) -> float:
    """Seconds that a receiver rests after so many failures in a row; 0 while it still may be chance."""
    steps = failures - FAILURES_BEFORE_PAUSE
    return 0.0 if steps < 0 else min(FIRST_PAUSE_S * 2.0 ** min(steps, _MOST_STEPS), LONGEST_PAUSE_S)

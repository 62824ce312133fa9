"""How long to wait for the AI, and for which failures. Pure: no clock, no I/O.

The first waits are short: the shared breaker keeps everybody away from a provider that is ill, and the retry
budget keeps retries a small share of the calls. The one loop around a draft (the Prefect task's, or
`one_order.draft_with_retries` without a server) asks here. Rate limits are waited out in the shared bucket
and cost no attempt; a resting provider parks the order.
Source: Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from fakturo.ai.lane.budget import RetryBudget
from fakturo.errors import AiError, BreakerOpen, OverBudget, Permanent, QuotaExhausted, RateLimited, Refused

ATTEMPTS = 5
FIRST_WAIT_S = 0.25
LONGEST_WAIT_S = 30.0
JITTER = 0.5
"""Share of a wait that is drawn at random, so that workers do not come back all at once."""
FIRST_PARK_S = 2.0
LONGEST_PARK_S = 900.0
_NOT_FOUND = 404
"""Wrong address or model name: no order is to blame."""


def waits(attempts: int) -> Sequence[float]:
    """Seconds to wait before attempts 2, 3, ... `attempts`.

    Returns:
        A sequence of length ``attempts - 1``, never decreasing.
    """
    return [min(FIRST_WAIT_S * 2**n, LONGEST_WAIT_S) for n in range(attempts - 1)]


def may_help(error: BaseException, budget: RetryBudget) -> bool:
    """Whether another attempt after a short wait may succeed and is earned; takes it out of the budget."""
    is_short = isinstance(error, AiError) and (error.wait_s or 0.0) <= LONGEST_WAIT_S
    return is_short and is_retriable(error) and budget.take()


def is_retriable(error: BaseException) -> bool:
    """Whether the same request may succeed a moment later; a rate limit has been waited out already."""
    return isinstance(error, AiError) and error.retriable and not isinstance(error, RateLimited)


def stops_all(error: BaseException) -> bool:
    """Whether no order can be drafted now: the run ends, the rest stays queued."""
    no_such_model = isinstance(error, Permanent) and error.status == _NOT_FOUND
    return no_such_model or isinstance(error, QuotaExhausted | OverBudget)


def falls_through(error: BaseException) -> bool:
    """Whether another provider may do what this one cannot; what a retry may mend stays where it is."""
    return isinstance(error, Refused | Permanent | QuotaExhausted | BreakerOpen | RateLimited)


def is_temporary(error: BaseException) -> bool:
    """Whether it passes by itself, without anybody's doing."""
    return isinstance(error, BreakerOpen | RateLimited)


def blames_order(error: BaseException) -> bool:
    """Whether the failure may lie in the order's text, so that parking for ever would be wrong."""
    return not isinstance(error, BreakerOpen | RateLimited | QuotaExhausted | OverBudget)


def is_hopeless(error: BaseException) -> bool:
    """Whether the same request can never succeed: a person takes over at once."""
    return isinstance(error, AiError) and not error.retriable and blames_order(error)


def park_until(parks: int, now: datetime, error: BaseException) -> datetime:
    """When a parked order may be tried again.

    Args:
        parks: how often it was parked before.
        now: aware UTC.
        error: what failed last; a wait that the provider or breaker named is kept to.
    """
    asked_s = (error.wait_s or 0.0) if isinstance(error, AiError) else 0.0
    if asked_s and not blames_order(error):
        return now + timedelta(seconds=min(asked_s, LONGEST_PARK_S))
    return now + timedelta(seconds=max(asked_s, min(FIRST_PARK_S * 2 ** min(parks, 10), LONGEST_PARK_S)))

"""Limits that orders and invoices share: how far in the future, how far above the usual."""

from datetime import date, datetime, time, timedelta
from typing import Any

from expectations.library import gxe

MOST_TIMES_MEDIAN = 100


def tomorrow(today: date) -> datetime:
    """The last day that may be today somewhere, as pandas has days; `today` in UTC."""
    return datetime.combine(today + timedelta(days=1), time.min)


def near_the_usual(*, code: str, what: str, check: str) -> Any:
    """Expect column `times_median` to stay within MOST_TIMES_MEDIAN; one amount in a hundred may be above.

    Args:
        code: of the finding.
        what: begins the message, as in "The total is".
        check: ends it, as in "check the prices".
    """
    return gxe.ExpectColumnValuesToBeBetween(
        column="times_median",
        max_value=MOST_TIMES_MEDIAN,
        mostly=0.99,
        severity="warning",
        meta={
            "code": code,
            "message": f"{what} over {MOST_TIMES_MEDIAN} times the usual; {check}.",
            "reason": "17 of 29,776 real orders were; a slipped decimal point gives just 100.",
        },
    )

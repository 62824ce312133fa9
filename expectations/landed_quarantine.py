"""What waits in quarantine: nothing for long, and nothing without a reason."""

from collections.abc import Sequence
from typing import Any

from expectations.library import gxe

KEY = "quarantine_id"
LONGEST_WAIT_DAYS = 30


def suite() -> Sequence[Any]:
    """Expectations about a frame of `frames.quarantine`."""
    return [
        gxe.ExpectColumnValuesToBeBetween(
            column="reason_count",
            min_value=1,
            severity="critical",
            meta={
                "code": "reason_missing",
                "message": "The row was quarantined without a reason; report this.",
                "reason": "The intake writes at least one with every row.",
            },
        ),
        gxe.ExpectColumnValuesToBeBetween(
            column="waited_days",
            max_value=LONGEST_WAIT_DAYS,
            severity="warning",
            meta={
                "code": "quarantined_for_long",
                "message": f"The row waits for more than {LONGEST_WAIT_DAYS} days; correct it, see "
                "fakturo quarantine list.",
                "reason": "A month is when its invoice would be due: what waits longer is revenue given up.",
            },
        ),
    ]

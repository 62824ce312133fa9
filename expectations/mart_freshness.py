"""How new the newest rows are: a mart that lags, a clock that is wrong, a source that fell silent."""

from collections.abc import Sequence
from typing import Any

from expectations.library import gxe

KEY = "table_name"
MOST_MINUTES_AHEAD = 5
MOST_TIMES_SILENT = 3


def suite() -> Sequence[Any]:
    """Expectations about a frame of `mart_frames.freshness`."""
    return [
        gxe.ExpectColumnValuesToBeBetween(
            column="is_behind",
            max_value=0,
            severity="critical",
            meta={
                "code": "mart_behind_ledger",
                "message": "The mart lacks the newest rows of the ledger that it was made from; report this.",
                "reason": "Both stand in the same file, so any difference is a row lost on the way.",
            },
        ),
        gxe.ExpectColumnValuesToBeBetween(
            column="ahead_minutes",
            max_value=MOST_MINUTES_AHEAD,
            severity="warning",
            meta={
                "code": "recorded_in_future",
                "message": "Rows are dated after this build; a machine's clock is wrong.",
                "reason": "Clocks kept by NTP differ by less than a second; five minutes is a fault.",
            },
        ),
        gxe.ExpectColumnValuesToBeBetween(
            column="times_silent",
            max_value=MOST_TIMES_SILENT,
            severity="warning",
            meta={
                "code": "source_silent",
                "message": "Nothing new came for three times the longest usual break; look at the inbox, the "
                "mail and the worker.",
                "reason": "A break that only one in a hundred exceeds spans weekends; three of them are no "
                "holiday.",
            },
        ),
    ]

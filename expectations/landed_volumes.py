"""How much came in on a day, beside the same weekday of the weeks before."""

from collections.abc import Sequence
from typing import Any

from expectations.library import gxe

KEY = "volume"
LEAST_SHARE = 0.3
MOST_TIMES = 4.0
WEEKS_COMPARED = 8
FEWEST_WEEKS = 3
FEWEST_ROWS = 20
"""Usual rows of such a day below which a share says nothing."""


def suite() -> Sequence[Any]:
    """Expectations about a frame of `frames.volumes`: one row per source, kind and whole day.

    `share_of_usual` is null where the weekday has no usual volume yet.
    """
    return [
        gxe.ExpectColumnValuesToBeBetween(
            column="share_of_usual",
            min_value=LEAST_SHARE,
            severity="warning",
            meta={
                "code": "volume_low",
                "message": "Less than 30 % of what usually comes on this weekday; ask the sender, and look "
                "at the inbox and the quarantine.",
                "reason": "6 of 447 days of Online Retail had less, most of them around Christmas.",
            },
        ),
        gxe.ExpectColumnValuesToBeBetween(
            column="share_of_usual",
            max_value=MOST_TIMES,
            severity="warning",
            meta={
                "code": "volume_high",
                "message": "More than four times what usually comes on this weekday; look for a batch sent "
                "twice under new numbers.",
                "reason": "The busiest of 447 days of Online Retail had 2.9 times the usual.",
            },
        ),
    ]

"""What a file looks like when it was taken in: no row lost, and not most of it thrown out."""

from collections.abc import Sequence
from typing import Any

from expectations.library import gxe

KEY = "file_id"
MOST_QUARANTINED = 0.5


def suite() -> Sequence[Any]:
    """Expectations about a frame of `frames.files`."""
    return [
        gxe.ExpectColumnValuesToBeInSet(
            column="rows_missing",
            value_set=[0],
            severity="critical",
            meta={
                "code": "rows_missing",
                "message": "Rows in are not accepted + duplicate + quarantined; report this.",
                "reason": "Exact by design: a difference is a defect of the intake.",
            },
        ),
        gxe.ExpectColumnValuesToBeBetween(
            column="quarantined_share",
            max_value=MOST_QUARANTINED,
            severity="warning",
            meta={
                "code": "file_mostly_quarantined",
                "message": "More than half of the file's rows were quarantined; check its column mapping.",
                "reason": "Dirty real files lose 1 to 30 %; more than half is a wrong mapping or file.",
            },
        ),
    ]

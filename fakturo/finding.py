"""A finding: why something is not proved."""

from fakturo.order import Record


class Finding(Record):
    """One reason why something is not proved: what, where, what to do."""

    code: str
    """snake_case, stable: `line_net_wrong`, `total_differs`, `lines_quarantined`."""
    message: str
    """One sentence for a person."""
    place: str | None = None
    """`line 3`, `customer`, `total`."""

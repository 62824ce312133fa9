"""What arrives with a file: orders, refused rows, facts about the file, and how its rows ended."""

from datetime import date
from typing import NamedTuple

from fakturo.finding import Finding


class Landing(NamedTuple):
    """One order on its way in."""

    external_id: str
    content_sha256: str
    kind: str
    lane: str
    status: str
    rows: int
    """Rows of the file that it came from."""
    status_reason: str | None = None
    customer: str | None = None
    """JSON of the Party; None while nobody has read the text."""
    customer_id: str | None = None
    currency: str | None = None
    ordered_on: date | None = None
    po_number: str | None = None
    line_count: int = 0
    content: str | None = None
    raw: str | None = None
    first_line: int | None = None
    cancels: str | None = None
    findings: tuple[Finding, ...] = ()


class Refused(NamedTuple):
    """One row that is quarantined."""

    line: int
    external_id: str | None
    reasons: str
    """JSON list of sentences, never empty."""
    raw: str
    """JSON object: column -> text as read."""


class FileFacts(NamedTuple):
    """What the ledger keeps about a file."""

    sha256: str
    source: str
    name: str
    format: str
    mapping: str | None
    """Name and version of the column mapping; the same file under another one is read again."""
    bytes: int
    archived_as: str | None


class Landed(NamedTuple):
    """How a file's rows ended: in = accepted + duplicate + quarantined, exactly."""

    rows_in: int
    rows_accepted: int
    rows_duplicate: int
    rows_quarantined: int
    orders_new: int = 0
    orders_duplicate: int = 0
    orders_conflict: int = 0

    def balanced(self) -> "Landed":
        """Itself.

        Raises:
            AssertionError: a row was lost or counted twice; nothing may be committed.
        """
        told = self.rows_accepted + self.rows_duplicate + self.rows_quarantined
        if told != self.rows_in:
            raise AssertionError(
                f"Internal error: {self.rows_in} rows were read but {told} accounted for ({self}); "
                "nothing was landed, please report this file."
            )
        return self

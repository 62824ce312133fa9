"""What became of one file of payments, in numbers that add up."""

from pydantic import Field

from fakturo.order import Record


class PaymentOutcome(Record):
    """One file: in = accepted + duplicate + quarantined, or `refused` whole with one sentence.

    `skipped` rows are no part of `rows_in`: they do not concern us.
    """

    name: str
    source: str = ""
    format: str = "unknown"
    rows_in: int = 0
    rows_accepted: int = 0
    rows_duplicate: int = 0
    rows_quarantined: int = 0
    skipped: dict[str, int] = Field(default_factory=dict)
    """Reason -> rows."""
    warnings: tuple[str, ...] = ()
    """What is wrong with the file as a whole, though it was taken in."""
    refused: str | None = None

    def in_words(self) -> str:
        """One line for a person, and one more for each warning."""
        if self.refused:
            return f"{self.name}: refused. {self.refused}"
        left_out = "; ".join(f"{count} skipped: {reason}" for reason, count in sorted(self.skipped.items()))
        line = (
            f"{self.name}: {self.rows_in} in = {self.rows_accepted} accepted + "
            f"{self.rows_duplicate} duplicate + {self.rows_quarantined} quarantined"
            + (f"; {left_out}" if left_out else "")
        )
        return "\n".join([line, *self.warnings])

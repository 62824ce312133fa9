"""What became of one file, in numbers that add up."""

from collections.abc import Callable, Iterable, Sequence

from fakturo.order import Record

Progress = Callable[[str, int, int], None]
"""Told (stage, done, total) while a file is read; done and total are bytes or rows of that stage."""


class FileOutcome(Record):
    """One file: in = accepted + duplicate + quarantined, or `refused` whole with one sentence."""

    name: str
    source: str
    format: str
    rows_in: int = 0
    rows_accepted: int = 0
    rows_duplicate: int = 0
    rows_quarantined: int = 0
    orders_new: int = 0
    orders_duplicate: int = 0
    orders_conflict: int = 0
    purchases_new: int = 0
    """Invoices and credit notes of suppliers."""
    purchases_duplicate: int = 0
    refused: str | None = None
    is_for_later: bool = False
    """Refused now, but worth another look: still being written, gone, or not readable by us."""

    def in_words(self, what: str = "orders") -> str:
        """One line for a person; `what` the rows make."""
        if self.refused:
            return f"{self.name}: refused. {self.refused}"
        purchases = self.purchases_new + self.purchases_duplicate
        told = f"; purchase documents: {self.purchases_new} new, {self.purchases_duplicate} duplicate"
        return (
            f"{self.name}: {self.rows_in} in = {self.rows_accepted} accepted + "
            f"{self.rows_duplicate} duplicate + {self.rows_quarantined} quarantined; {what}: "
            f"{self.orders_new} new, {self.orders_duplicate} duplicate, {self.orders_conflict} conflict"
            f"{told if purchases else ''}"
        )


def total(outcomes: Sequence[FileOutcome]) -> FileOutcome:
    """The sum of all files; its name says how many they were and how many were refused."""
    refused = sum(1 for each in outcomes if each.refused)
    name = f"Total of {len(outcomes)} files" + (f" ({refused} refused)" if refused else "")
    sums = {field: _sum(getattr(each, field) for each in outcomes) for field in _COUNTED}
    return FileOutcome(name=name, source="", format="", **sums)


def _sum(numbers: Iterable[int]) -> int:
    return sum(numbers)


_COUNTED = tuple(
    name for name in FileOutcome.model_fields if name.startswith(("rows_", "orders_", "purchases_"))
)

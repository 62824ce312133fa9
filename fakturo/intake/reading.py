"""What a reader is given, and what it gives back."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from fakturo.intake.archive import Taken
from fakturo.intake.outcome import Progress
from fakturo.intake.recognise import Format
from fakturo.intake.rows.mapping import Mapping as ColumnMapping
from fakturo.ledger.landing.arrivals import Landed, Landing, Refused
from fakturo.ledger.purchases.landing import PurchaseDocument
from fakturo.settings import Settings

Against = Callable[[str, Sequence[Landing]], Mapping[str, list[str]]]
"""(source, some orders) -> external id -> why its rows are quarantined."""


class Request(NamedTuple):
    """One file to read."""

    taken: Taken
    name: str
    format: Format
    mapping: ColumnMapping | None
    folder: Path
    """A workplace of its own."""
    settings: Settings
    now: datetime
    told: Progress
    source: str | None
    earlier_orders: Callable[[str, list[str]], Iterable[str]] = lambda _source, _customers: ()
    """(source, customers' ids) -> content (JSON) of their orders in the ledger."""
    against: Against | None = None
    """Where it is given, only tables are read."""


class Reading(NamedTuple):
    """A file that was read: its rows as orders and refusals, each of them obtainable again."""

    source: str
    mapping_version: str | None
    rows_in: int = 0
    rows_duplicate: int = 0
    landings: Callable[[], Iterable[Landing]] = tuple
    refused: Callable[[], Iterable[Refused]] = tuple
    purchase: PurchaseDocument | None = None
    """An invoice of a supplier; then there is nothing else."""
    before: Landed | None = None
    """What became of the very same file before; then nothing was read."""


def one(source: str, found: Landing | Refused) -> Reading:
    """A file of one document."""
    if isinstance(found, Refused):
        return Reading(source, None, rows_in=1, refused=lambda: (found,))
    return Reading(source, None, rows_in=1, landings=lambda: (found,))


SeenBefore = Callable[[str, str | None], Landed | None]
"""(source, mapping version) -> what became of the very same file before."""

"""Orders between reading and landing: in memory while they are few, beyond in a file of the workplace.

So the ledger's write lock is held for the writing alone (1.5 s for 33,000 orders), and memory stays bounded.
"""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from fakturo.finding import Finding
from fakturo.ledger.landing.arrivals import Landing

MOST_IN_MEMORY_CHARS = 192_000_000


class Spool:
    """A list of orders that may be long; can be walked through any number of times."""

    def __init__(self, folder: Path, most_chars: int = MOST_IN_MEMORY_CHARS) -> None:
        self._file = folder / "orders.jsonl"
        self._most_chars = most_chars
        self._kept: list[Landing] = []
        self._chars = 0
        self._spilled = False

    def add(self, landing: Landing) -> None:
        """Append an order."""
        self._kept.append(landing)
        self._chars += len(landing.content or "") + len(landing.raw or "") + 500
        if self._chars > self._most_chars:
            self._spill()

    def landings(self) -> Iterator[Landing]:
        """All orders, in the order they were added."""
        if self._spilled:
            with self._file.open(encoding="utf-8") as file:
                for line in file:
                    yield _back(json.loads(line))
        yield from self._kept

    def _spill(self) -> None:
        with self._file.open("a", encoding="utf-8") as file:
            for landing in self._kept:
                file.write(json.dumps(landing, default=_plain))
                file.write("\n")
        self._kept.clear()
        self._chars = 0
        self._spilled = True


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    assert isinstance(value, Finding)  # noqa: S101  a Landing holds nothing else
    return value.model_dump()


def _back(values: list[object]) -> Landing:
    landing = Landing(*values)  # type: ignore[arg-type]
    day = landing.ordered_on
    return landing._replace(
        ordered_on=date.fromisoformat(day) if isinstance(day, str) else None,
        findings=tuple(Finding.model_validate(each) for each in landing.findings),
    )

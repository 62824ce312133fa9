"""The rows of one file that are retried together, and what became of them."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine

from fakturo.intake import archive
from fakturo.intake.quarantine import correction
from fakturo.intake.quarantine.correction import Correction
from fakturo.intake.reading import Request
from fakturo.ledger.landing.arrivals import FileFacts
from fakturo.ledger.quarantine.resolving import Retried, settle
from fakturo.ledger.quarantine.rows import Quarantined
from fakturo.settings import Settings

FORMAT = "correction"
"""Of a retry, in `files.format`."""


class Outcome(NamedTuple):
    """Rows of one file: retried = landed + failed + same + known, or `refused` with one sentence."""

    file: str
    kind: str
    rows: int
    landed: int = 0
    failed: int = 0
    """Refused again; they stay in quarantine with their new reasons."""
    same: int = 0
    """Nothing was changed and nothing is different: they stay as they are."""
    known: int = 0
    """Taken in before this retry."""
    orders_new: int = 0
    completed: int = 0
    """Orders that were held for their lines and are whole now."""
    refused: str | None = None

    def in_words(self) -> str:
        """One line for a person."""
        if self.refused:
            return f"{self.file}: not retried. {self.refused}"
        parts = [f"{self.landed} landed", f"{self.failed} quarantined again"]
        parts += [f"{self.same} as before"] if self.same else []
        parts += [f"{self.known} taken in before"] if self.known else []
        line = f"{self.file}: {self.rows} retried = {' + '.join(parts)}"
        if self.kind in {"orders", "invoices"}:
            line += f"; {self.kind}: {self.orders_new} new"
            line += f", {self.completed} completed" if self.completed else ""
        return line


class Job(NamedTuple):
    """Everything that a retry of one file needs."""

    engine: Engine
    settings: Settings
    root: Any
    """The first file's row of `files`."""
    folder: Path
    """A workplace of its own."""
    actor: str
    now: datetime
    run_id: str | None
    mapping: str | None
    prefix: str
    rows: Mapping[int, Quarantined]
    """Line -> the row that is retried."""
    new: Sequence[Correction]
    earlier: Sequence[Correction]
    taken: archive.Taken
    """The first file, in the archive."""

    @property
    def corrections(self) -> list[Correction]:
        """Earlier ones first, so that later ones win."""
        return [*self.earlier, *self.new]

    def mapping_name(self) -> str | None:
        """The mapping to read with: what is asked for, else the one that read the file."""
        stated: str | None = self.root.mapping
        return self.mapping or (stated.split("@")[0] if stated else None)

    def request(self, mapping: Any = None, against: Any = None) -> Request:
        """Read the archived file, as the intake does."""
        return Request(
            self.taken, self.root.name, self.root.format, mapping, self.folder, self.settings, self.now,
            lambda _stage, _done, _total: None, self.root.source, against=against,
        )  # fmt: skip

    def unchanged(self, failed: Mapping[int, str]) -> set[int]:
        """Lines that nobody changed and that fail for the same reasons.

        Args:
            failed: line -> its reasons now, JSON.
        """
        edited = {each.line for each in self.new if each.cells}
        return {
            line
            for line, reasons in failed.items()
            if line not in edited and tuple(json.loads(reasons)) == self.rows[line].reasons
        }

    def facts(self, version: str | None, without: Collection[int]) -> FileFacts:
        """Archive what is retried and say what the ledger keeps about it; `without` some lines."""
        rows = [each for each in self.new if each.line not in without]
        document = correction.written(self.root.source, self.root.sha256, rows)
        target = self.folder / "correction"
        target.write_bytes(document)
        with target.open("rb") as file:
            copied = archive.receive(
                file, self.folder, most_bytes=len(document), on_bytes=lambda _done, _of: None
            )
        place = archive.keep(copied, self.settings.archive)
        name = f"{self.root.name} (retry)"
        return FileFacts(copied.sha256, self.root.source, name, FORMAT, version, len(document), place)

    def settle(
        self, connection: Connection, file_id: int, landed: Collection[int], failed: Collection[int]
    ) -> None:
        """Mark the old rows, inside the transaction that lands the new ones."""
        taken = {*landed, *failed}
        ids = [row.id for line, row in self.rows.items() if line in taken]
        settle(
            connection,
            file_id,
            Retried(self.root.id, ids, landed, failed),
            actor=self.actor,
            now=self.now,
        )

"""What the tests of retries share: a ledger on each database, files that came in, sheets and a clerk."""

import csv
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from fakturo.intake.ingest import ingest_file
from fakturo.intake.quarantine import sheet
from fakturo.intake.quarantine.retry import Asked, retry_rows, retry_sheet
from fakturo.ledger import audit_check
from fakturo.ledger.open import reading
from fakturo.ledger.quarantine.rows import Filter, open_rows
from fakturo.ledger.tables import metadata
from fakturo.settings import Settings


class Desk:
    """A clerk at a ledger."""

    def __init__(self, engine: Engine, settings: Settings, folder: Path, now: datetime) -> None:
        self.engine, self.settings, self.folder, self.now = engine, settings, folder, now

    def file(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def ingest(self, name: str, content: str | bytes, **options: Any) -> Any:
        return ingest_file(self.engine, self.settings, self.file(name, content), now=self.now, **options)

    def rows(self, table: str) -> list[dict[str, Any]]:
        with reading(self.engine) as connection:
            found = metadata.tables[table]
            order = found.c.seq if table == "audit" else found.c.id
            query = select(found).order_by(order)
            return [dict(row._mapping) for row in connection.execute(query)]

    def waiting(self, **which: Any) -> list[Any]:
        with reading(self.engine) as connection:
            return list(open_rows(connection, Filter(**which)))

    def export(self, name: str = "rows.csv") -> Path:
        sheet.write(self.waiting(), self.folder / name, self.folder)
        return self.folder / name

    def corrected(self, changes: dict[int, dict[str, str]], name: str = "fixed.csv") -> Path:
        """The exported sheet with changed cells, by row id."""
        exported = self.export()
        with exported.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        for row in rows:
            row.update(changes.get(int(row[sheet.ROW]), {}))
        with (self.folder / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(rows)
        return self.folder / name

    def asked(self, **options: Any) -> Asked:
        return Asked("ann", self.now + timedelta(hours=1), **options)

    def retry(self, path: Path, **options: Any) -> list[Any]:
        return retry_sheet(self.engine, self.settings, path, self.asked(**options))

    def retry_all(self, **options: Any) -> list[Any]:
        ids = [each.id for each in self.waiting()]
        return retry_rows(self.engine, self.settings, {each: {} for each in ids}, self.asked(**options))

    def check(self) -> None:
        """What always holds: every file adds up and has its rows, the audit chain is unbroken."""
        quarantined = self.rows("quarantine")
        for file in self.rows("files"):
            ended = file["rows_accepted"] + file["rows_duplicate"] + file["rows_quarantined"]
            assert file["rows_in"] == ended
            held = [row for row in quarantined if row["file_id"] == file["id"]]
            assert len(held) == file["rows_quarantined"]
        with reading(self.engine) as connection:
            assert audit_check.examine(connection)[1] == []


@pytest.fixture
def desk(engine: Engine, settings: Settings, tmp_path: Path, now: datetime) -> Desk:
    """A desk at an empty ledger, once on each database."""
    return Desk(engine, settings, tmp_path, now)


@pytest.fixture
def small_desk(sqlite_engine: Engine, settings: Settings, tmp_path: Path, now: datetime) -> Desk:
    """The same on SQLite alone, where the database does not matter."""
    return Desk(sqlite_engine, settings, tmp_path, now)


Evidence = Callable[[], tuple[Any, ...]]


@pytest.fixture
def evidence() -> Callable[[Desk], Any]:
    """What the first file left behind and no retry may change."""

    def of(desk: Desk) -> Any:
        kept = ("file_id", "line", "external_id", "reasons", "raw", "created_at")
        rows = [{name: row[name] for name in kept} for row in desk.rows("quarantine") if row["file_id"] == 1]
        archived = desk.settings.archive / desk.rows("files")[0]["archived_as"]
        return desk.rows("files")[0], rows, archived.read_bytes()

    return of

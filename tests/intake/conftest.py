"""What the intake's tests share: take a file in, and look at what the ledger then holds."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from fakturo.intake.ingest import ingest_file
from fakturo.intake.outcome import FileOutcome
from fakturo.ledger.open import reading
from fakturo.ledger.tables import metadata
from fakturo.settings import Settings

Take = Callable[..., FileOutcome]
Rows = Callable[[str], list[dict[str, Any]]]


@pytest.fixture
def ledger(sqlite_engine: Engine) -> Engine:
    """Where orders land; files about the ledger, not about formats, take it on both databases."""
    return sqlite_engine


@pytest.fixture
def take(ledger: Engine, settings: Settings, tmp_path: Path, now: datetime) -> Take:
    """Write a file and take it in, as in `take("orders.csv", "order_id,…", mapping="generic")`."""

    def taken(name: str, content: str | bytes, **options: Any) -> FileOutcome:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        outcome = ingest_file(ledger, settings, path, **({"now": now} | options))
        told = outcome.rows_accepted + outcome.rows_duplicate + outcome.rows_quarantined
        assert told == outcome.rows_in
        return outcome

    return taken


@pytest.fixture
def rows(ledger: Engine) -> Rows:
    """All rows of a ledger table, in order of id."""

    def read(table: str) -> list[dict[str, Any]]:
        with reading(ledger) as connection:
            query = select(metadata.tables[table]).order_by(metadata.tables[table].c.id)
            return [dict(row._mapping) for row in connection.execute(query)]

    return read


@pytest.fixture
def reasons(rows: Rows) -> Callable[[], dict[int, list[str]]]:
    """Line -> reasons of what is quarantined."""
    return lambda: {row["line"]: json.loads(row["reasons"]) for row in rows("quarantine")}

"""What the tests of payments share: bring a file in, and look at what the ledger then holds."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from fakturo.intake.bank.payment_outcome import PaymentOutcome
from fakturo.intake.bank.take_payments import take_payments
from fakturo.ledger.open import reading
from fakturo.ledger.tables import metadata
from fakturo.settings import Settings

Bring = Callable[..., PaymentOutcome]
Rows = Callable[[str], list[dict[str, Any]]]


@pytest.fixture
def ledger(sqlite_engine: Engine) -> Engine:
    """Where payments land; files about the ledger, not about formats, take it on both databases."""
    return sqlite_engine


@pytest.fixture
def bring(ledger: Engine, settings: Settings, tmp_path: Path, now: datetime) -> Bring:
    """Write a file and bring its payments in, as in `bring("bank.csv", "date,amount…")`."""

    def brought(name: str, content: str | bytes, **options: Any) -> PaymentOutcome:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        outcome = take_payments(ledger, settings, path, **({"now": now} | options))
        told = outcome.rows_accepted + outcome.rows_duplicate + outcome.rows_quarantined
        assert told == outcome.rows_in
        return outcome

    return brought


@pytest.fixture
def rows(ledger: Engine) -> Rows:
    """All rows of a ledger table, in order of id."""

    def read(table: str) -> list[dict[str, Any]]:
        with reading(ledger) as connection:
            query = select(metadata.tables[table])
            if "id" in metadata.tables[table].c:
                query = query.order_by(metadata.tables[table].c.id)
            return [dict(row._mapping) for row in connection.execute(query)]

    return read


@pytest.fixture
def paid(rows: Rows) -> Callable[..., list[tuple[Any, ...]]]:
    """Some columns of all payments, in order of reference."""

    def read(*columns: str) -> list[tuple[Any, ...]]:
        found = sorted(rows("payments"), key=lambda row: (row["value_date"], row["reference"]))
        return [tuple(row[name] for name in columns) for row in found]

    return read


@pytest.fixture
def reasons(rows: Rows) -> Callable[[], list[str]]:
    """All reasons of what is quarantined."""
    return lambda: [reason for row in rows("quarantine") for reason in json.loads(row["reasons"])]

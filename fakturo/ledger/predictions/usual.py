"""Keep what is usual of products for the moment of issue, replaced whole by each look at the warehouse."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, delete, insert

from fakturo.ledger.open import writing
from fakturo.ledger.prediction_tables import usual_products

CHUNK = 5_000
"""Rows an INSERT."""


def keep_usual(engine: Engine, rows: Sequence[Mapping[str, Any]], *, now: datetime) -> None:
    """Replace all of it; no rows: nothing is held."""
    with writing(engine) as connection:
        connection.execute(delete(usual_products))
        for start in range(0, len(rows), CHUNK):
            connection.execute(
                insert(usual_products), [{**row, "read_at": now} for row in rows[start : start + CHUNK]]
            )

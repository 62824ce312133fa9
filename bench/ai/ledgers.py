"""A fresh ledger with the letters landed, and what became of them there."""

import json
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, insert, select

from bench.ai.orders import Letter
from bench.ai.work import Result
from fakturo.clock import utc_now
from fakturo.ledger.migrate import upgrade
from fakturo.ledger.open import connect, reading, writing
from fakturo.ledger.tables import orders
from fakturo.settings import load


def fresh_ledger(home: Path, made: Sequence[Letter]) -> Engine:
    """Land the letters as free text; number 1 is order 1."""
    engine = connect(load(home=home, _env_file=None).ledger_url)
    upgrade(engine)
    now = utc_now()
    rows = [
        {
            "id": letter.id,
            "source": "bench",
            "external_id": f"B-{letter.id}",
            "content_sha256": f"{letter.id:064d}",
            "lane": "model",
            "status": "queued",
            "raw": letter.text,
            "received_at": now,
            "updated_at": now,
        }
        for letter in made
    ]
    with writing(engine) as connection:
        connection.execute(insert(orders), rows)
    return engine


def read_back(engine: Engine, result: Result) -> None:
    """Fill in drafts that were proved, orders in review, and what failed."""
    with reading(engine) as connection:
        rows = connection.execute(
            select(orders.c.id, orders.c.status, orders.c.lane, orders.c.content, orders.c.status_reason)
        ).all()
    for row in rows:
        if row.lane == "rules":
            result.answers[str(row.id)] = _as_proposal(json.loads(row.content))
        elif row.status == "needs_review":
            result.in_review.append(str(row.id))
        else:
            result.failed[str(row.id)] = f"{row.status}: {row.status_reason or 'not reached'}"


def _as_proposal(order: dict[str, Any]) -> dict[str, Any]:
    lines = [
        {
            "code": line["code"],
            "quantity": str(Decimal(line["quantity"])),
            "unit_price": str(Decimal(line["unit_price"])),
        }
        for line in order["lines"]
    ]
    return {
        "customer_id": order["customer"]["id"],
        "po_number": order["po_number"],
        "currency": order["currency"],
        "lines": lines,
    }

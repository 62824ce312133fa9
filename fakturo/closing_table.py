"""What one run did, in rows for a person: at the end of `fakturo issue`, and as an artifact of a flow run."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Engine, func, select

from fakturo.drain import Drain
from fakturo.ledger.ai import ai_calls
from fakturo.ledger.open import reading
from fakturo.ledger.tables import drafts


class Row(NamedTuple):
    """One figure, written out."""

    name: str
    value: str


def closing_table(engine: Engine, drain: Drain, run_id: str) -> list[Row]:
    """Issued, drafted, reasked, parked, to review, and what the model took: calls, cost, p50 and p95.

    The model's rows are left out where it was not asked.
    """
    issued, words = drain.issued, drain.drafted
    rows = [
        Row("issued", str(issued.issued)),
        Row("credit notes", str(issued.credited)),
        Row("to review", str(issued.review + words["review"])),
        Row("credit notes asked", str(issued.credit_requested)),
    ]
    figures = ai_calls.figures(engine, run_id)
    if not figures.calls and not words:
        return rows
    rows += [
        Row("drafted", str(words["proved"] + words["review"])),
        Row("reasked", str(_reasked(engine, run_id))),
        Row("parked", str(words["parked"])),
        Row("dead letters", str(words["dead_letter"])),
    ]
    if figures.calls:
        rows += [
            Row("calls", f"{figures.calls} ({figures.calls / max(figures.orders, 1):.2f} an order)"),
            Row("refused by the rate limit", str(figures.limited)),
            Row("tokens", str(figures.tokens)),
        ]
        if figures.cost_micros is not None:
            rows.append(Row("cost", f"{figures.cost_micros / 1e6:.4f}"))
        rows.append(Row("answer p50 / p95", _seconds([each / 1000 for each in figures.durations_ms])))
        rows.append(Row("draft p50 / p95", _seconds(sorted(drain.durations_s))))
    return rows


def _reasked(engine: Engine, run_id: str) -> int:
    with reading(engine) as connection:
        query = select(func.coalesce(func.sum(drafts.c.reasks), 0)).where(drafts.c.run_id == run_id)
        return int(connection.execute(query).scalar_one())


def _seconds(ascending: Sequence[float]) -> str:
    if not ascending:
        return "-"
    p50, p95 = (ascending[math.ceil(len(ascending) * share) - 1] for share in (0.5, 0.95))
    return f"{p50:.2f} s / {p95:.2f} s"

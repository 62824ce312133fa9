"""What persons say of an anomaly: confirmed or dismissed, with a reason; the last word counts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    String,
    Table,
    and_,
    cast,
    func,
    insert,
    select,
)

from fakturo.ledger import audit_chain
from fakturo.ledger.open import reading, writing
from fakturo.ledger.payment_tables import payments
from fakturo.ledger.prediction_tables import anomaly_verdicts, model_runs, predictions
from fakturo.ledger.tables import invoices, orders

Verdict = Literal["confirmed", "dismissed"]
JUDGED = "anomaly.judged"
"""Audit action of a verdict."""


class Judged(NamedTuple):
    """The last word on a subject."""

    subject_kind: str
    subject_id: str
    verdict: str
    kind: str | None
    """Of anomaly, as the person saw it."""
    decided_at: datetime


class Anomaly(NamedTuple):
    """One that the newest run found."""

    subject_kind: str
    subject_id: str
    name: str
    """Number of the invoice, id of the order, reference of the payment: what a person knows it by."""
    score: float
    reasons: str
    """JSON list of sentences."""
    verdict: str | None


def judge(
    engine: Engine,
    subject: tuple[str, str],
    verdict: Verdict,
    *,
    now: datetime,
    actor: str,
    reason: str | None = None,
    kind: str | None = None,
) -> bool:
    """Write a verdict with its audit entry.

    Args:
        subject: kind and id, as predicted.

    Returns:
        False where the last word on it was the same: nothing is written then.
    """
    with writing(engine) as connection:
        audit_chain.hold(connection)
        if (last := _last(connection).get(subject)) is not None and last.verdict == verdict:
            return False
        row = {"subject_kind": subject[0], "subject_id": subject[1], "verdict": verdict, "kind": kind}
        row |= {"reason": reason, "actor": actor, "decided_at": now}  # type: ignore[dict-item]
        connection.execute(insert(anomaly_verdicts).values(row))
        entry = (JUDGED, ":".join(subject), {"verdict": verdict, "reason": reason})
        audit_chain.append(connection, at=now, actor=actor, entries=[entry])
    return True


def judged(engine: Engine) -> Sequence[Judged]:
    """The last word on every subject that has one, oldest first."""
    with reading(engine) as connection:
        return sorted(_last(connection).values(), key=lambda each: each.decided_at)


def found_last(engine: Engine) -> Sequence[Anomaly]:
    """What the newest run found, the most suspicious first."""
    newest = (
        select(model_runs.c.id)
        .where(model_runs.c.model == "anomalies", model_runs.c.state == "ok")
        .order_by(model_runs.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    name = func.coalesce(
        invoices.c.number, orders.c.external_id, payments.c.reference, predictions.c.subject_id
    )
    query = (
        select(predictions, name.label("name"))
        .outerjoin(invoices, _is("invoice", invoices))
        .outerjoin(orders, _is("order", orders))
        .outerjoin(payments, _is("payment", payments))
        .where(predictions.c.model_run_id == newest, predictions.c.measure == "anomaly")
        .order_by(predictions.c.place, predictions.c.middle.desc(), predictions.c.id)
    )
    with reading(engine) as connection:
        said = _last(connection)
        return [
            Anomaly(
                row.subject_kind,
                row.subject_id,
                row.name,
                row.middle,
                row.reasons,
                last.verdict if (last := said.get((row.subject_kind, row.subject_id))) else None,
            )
            for row in connection.execute(query)
        ]


def _is(kind: str, table: Table) -> ColumnElement[bool]:
    same = cast(table.c.id, String) == predictions.c.subject_id
    return and_(predictions.c.subject_kind == kind, same)


def _last(connection: Connection) -> dict[tuple[str, str], Judged]:
    columns = [anomaly_verdicts.c[name] for name in Judged._fields]
    rows = connection.execute(select(*columns).order_by(anomaly_verdicts.c.id))
    return {(row.subject_kind, row.subject_id): Judged(*row) for row in rows}

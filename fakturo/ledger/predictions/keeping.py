"""Write a run of a model with all that it predicts: whole or not at all, once per publish that it read."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, insert, select

from fakturo.audit import canonical
from fakturo.ledger import audit_chain
from fakturo.ledger.open import reading, writing
from fakturo.ledger.prediction_tables import model_runs, predictions
from fakturo.prediction import ModelRun, Prediction

CHUNK = 5_000
"""Rows an INSERT."""
PREDICTED = "model.predicted"
"""Audit action of a run."""


@dataclass(frozen=True)
class Origin:
    """What a run of a model was made from, and by whom."""

    publish_id: str
    """The warehouse that it read."""
    made_at: datetime
    run_id: str | None = None
    artifact_sha256: str | None = None
    """Of the model as it is stored."""


def keep_run(engine: Engine, run: ModelRun, origin: Origin) -> bool:
    """Write a run; False where the model was run on this publish before: nothing is written then."""
    with writing(engine) as connection:
        audit_chain.hold(connection)
        if _is_known(connection, run.model, origin.publish_id):
            return False
        row = _run_row(run, origin)
        run_id = connection.execute(insert(model_runs).values(row).returning(model_runs.c.id)).scalar_one()
        for start in range(0, len(run.predictions), CHUNK):
            rows = [_row(int(run_id), each) for each in run.predictions[start : start + CHUNK]]
            connection.execute(insert(predictions), rows)
        told = {"version": run.version, "state": run.state, "predictions": len(run.predictions)}
        entry = (PREDICTED, f"model:{run.model}", told | {"publish_id": origin.publish_id})
        audit_chain.append(connection, at=origin.made_at, actor=run.model, entries=[entry])
    return True


def last_method(engine: Engine, model: str) -> str | None:
    """Method of the newest run that predicted; None: there is none, or it had no choice."""
    query = select(model_runs.c.version).where(model_runs.c.model == model, model_runs.c.state == "ok")
    with reading(engine) as connection:
        version = connection.execute(query.order_by(model_runs.c.id.desc()).limit(1)).scalar()
    return version.partition(":")[2] or None if version else None


def last_publish(engine: Engine, model: str) -> str | None:
    """Publish that the newest run of a model read; None: it was never run."""
    query = select(model_runs.c.publish_id).where(model_runs.c.model == model)
    with reading(engine) as connection:
        return connection.execute(query.order_by(model_runs.c.id.desc()).limit(1)).scalar()


def _is_known(connection: Connection, model: str, publish_id: str) -> bool:
    known = select(model_runs.c.id).where(model_runs.c.model == model, model_runs.c.publish_id == publish_id)
    return connection.execute(known).first() is not None


def _run_row(run: ModelRun, origin: Origin) -> dict[str, Any]:
    return {
        "model": run.model,
        "version": f"{run.version}:{run.method}" if run.method else run.version,
        "state": run.state,
        "confidence": run.confidence,
        "message": run.message,
        "baseline": run.baseline,
        "scores": canonical({name: float(value) for name, value in run.scores.items()}),
        "as_of_date": run.as_of,
        "window_first_date": run.window_first,
        "trained_rows": run.trained_rows,
        "features_sha256": run.features_sha256 or None,
        "artifact_sha256": origin.artifact_sha256,
        "publish_id": origin.publish_id,
        "made_at": origin.made_at,
        "run_id": origin.run_id,
    }


def _row(run_id: int, each: Prediction) -> dict[str, Any]:
    return {
        "model_run_id": run_id,
        "measure": each.measure,
        "subject_kind": each.subject_kind,
        "subject_id": each.subject_id,
        "currency": each.currency,
        "target_date": each.target_date,
        "middle": float(each.middle),
        "low_80": each.low_80,
        "high_80": each.high_80,
        "low_95": each.low_95,
        "high_95": each.high_95,
        "place": each.rank,
        "reasons": json.dumps(list(each.reasons), ensure_ascii=False),
    }

"""Run a model on the published warehouse and keep what it says: what the predicting flows share.

A published file is whole by construction: it is put in place by one rename after all of its checks passed. A
reader that has it open keeps it, whatever is published meanwhile.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from prefect import runtime
from prefect.artifacts import create_table_artifact
from prefect.states import Completed

from fakturo.clock import utc_now
from fakturo.errors import WarehouseError
from fakturo.ledger.open import open_ledger, reading
from fakturo.ledger.outbox.held_builds import standing
from fakturo.ledger.predictions.keeping import Origin, keep_run, last_publish
from fakturo.prediction import Model, ModelRun
from fakturo.settings import Settings, current
from fakturo.warehouse.publish import DAY
from fakturo.warehouse.reading import Connection, open_published

LATE = timedelta(hours=3)
"""A publish older than this is late: they are made every hour."""

Make = Callable[[Settings, Connection, date], ModelRun]
"""Reads marts of the publish of a day (the seller's) and predicts."""


@dataclass(frozen=True)
class Kept:
    """What a model said, and whether it is news."""

    run: ModelRun | None
    """None: this publish, or this day, was predicted before."""
    publish_id: str
    remarks: tuple[str, ...] = ()
    """Sentences on what the prediction lacks: a late publish, a build that is held back."""


def keep_predictions(
    settings: Settings, model: Model, make: Make, *, now: datetime, run_id: str | None = None, again: bool
) -> Kept:
    """Predict from the published warehouse and write the run with its predictions.

    Args:
        now: aware.
        again: predict although a publish of the same day was predicted.

    Raises:
        WarehouseError: nothing is published yet.
    """
    engine = open_ledger(settings)
    with open_published(settings) as connection:
        publish_id, published_on, made_at = _publish(connection)
        remarks = _remarks(engine, made_at, now)
        if not again and (last_publish(engine, model) or "")[:DAY] == publish_id[:DAY]:
            return Kept(None, publish_id, remarks)
        # threads of one fit wait for each other wherever another process has the second core
        os.environ.setdefault("OMP_NUM_THREADS", "1")
        run = make(settings, connection, published_on)
    stored = _store(settings, run, now)
    kept = keep_run(engine, run, Origin(publish_id, now, run_id, stored))
    return Kept(run if kept else None, publish_id, remarks)


def predicted(model: Model, make: Make, *, again: bool) -> Any:
    """State of a flow run that predicts, with its scores as a table; Degraded by a late upstream."""
    run_id = str(runtime.flow_run.id)
    try:
        kept = keep_predictions(current(), model, make, now=utc_now(), run_id=run_id, again=again)
    except WarehouseError as error:
        return Completed(name="Degraded", message=f"Nothing was predicted: {error}")
    if kept.run is None:
        return _ended(f"Publish {kept.publish_id} was predicted before; nothing was done.", "UpToDate", kept)
    scores = [{"score": name, "value": f"{value:.4g}"} for name, value in kept.run.scores.items()]
    if scores:
        create_table_artifact(
            scores,
            key=f"predicted-{model}",
            description=f"{kept.run.message} Backtested in this run, beside {kept.run.baseline}.",
        )
    name = "NotEnoughData" if kept.run.state == "not_enough_data" else None
    return _ended(kept.run.message, name, kept)


def _store(settings: Settings, run: ModelRun, now: datetime) -> str | None:
    """Keep what was fitted, before the run is written: no run names a model that is not there. Its hash."""
    if not run.estimators:
        return None
    from models.registry import store

    return store(settings.home / "models", dict(run.estimators), run, made_at=now)


def _ended(message: str, name: str | None, kept: Kept) -> Any:
    if kept.remarks:
        return Completed(name="Degraded", message=" ".join((message, *kept.remarks)))
    return Completed(name=name, message=message)


def _publish(connection: Connection) -> tuple[str, date, datetime]:

    query = "select publish_id, made_date, made_at from publish_info"  # one row, see row_count_rules
    publish_id, made_date, made_at = connection.execute(query).fetchall()[0]
    return str(publish_id), made_date, made_at.replace(tzinfo=UTC)


def _remarks(engine: Any, made_at: datetime, now: datetime) -> tuple[str, ...]:
    remarks = []
    if now - made_at > LATE:
        remarks.append(f"The last publish is of {made_at:%Y-%m-%d %H:%M} UTC: what came since is not in it.")
    with reading(engine) as connection:
        held = standing(connection)
    if held is not None:
        remarks.append(f"Builds are held back since {held.since:%Y-%m-%d %H:%M} UTC: {held.message}")
    return tuple(remarks)

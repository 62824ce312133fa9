"""What is past its keep goes; the record stays."""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any

import pytest
from prefect.client.schemas.objects import State
from sqlalchemy import func, select

from fakturo.clock import utc_now
from fakturo.ledger.ai import ai_answers
from fakturo.ledger.open import open_ledger, reading, writing
from fakturo.ledger.prediction_tables import model_runs, predictions
from fakturo.ledger.predictions.keeping import Origin, keep_run
from fakturo.prediction import ModelRun, Prediction
from flows.prune_history import prune_history
from tests.flows.artifacts import artifact_of

pytestmark = [
    pytest.mark.server,
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # Prefect's own sockets, closed by its threads
]


def run_flow(call: Coroutine[Any, Any, State[Any]]) -> State[Any]:
    return asyncio.run(call)


def test_old_runs_are_deleted_and_the_latest_kept(server, home, ask):
    for _ in range(4):
        run_flow(prune_history(days=3650, return_state=True))
    before = ask(lambda client: client.read_flow_runs())
    finished = [run for run in before if run.state.is_final()]
    assert len(finished) > 2
    state = run_flow(prune_history(days=0, keep=2, return_state=True))
    assert state.is_completed()
    after = {run.id for run in ask(lambda client: client.read_flow_runs())}
    assert len([run for run in finished if run.id in after]) <= 2


def test_answers_of_the_model_are_deleted_when_their_days_are_over(server, home, ask):
    engine, now = open_ledger(home), utc_now()
    with writing(engine) as connection:
        ai_answers.keep(connection, "a" * 64, "{}", now - timedelta(days=91))
        ai_answers.keep(connection, "b" * 64, "{}", now - timedelta(days=89))
    state = run_flow(prune_history(days=3650, return_state=True))
    assert state.is_completed()
    assert ai_answers.find_answers(engine, ["a" * 64, "b" * 64]) == {"b" * 64: "{}"}
    table = ask(lambda client: artifact_of(client, state, "prune-history"))
    assert '{"deleted": "answers of the model", "count": 1}' in table


def test_predictions_of_old_runs_are_thinned_and_the_runs_stay(server, home, ask):
    """Two months ago: the month's first and the newest keep theirs, the one in between does not."""
    engine, month = open_ledger(home), (utc_now().date() - timedelta(days=62)).replace(day=1)
    for day in (1, 2, 3):
        likely = Prediction("churn_90_days", "customer", "C-1", 0.4)
        run = ModelRun("churn", "test.1", month.replace(day=day), "ok", "Done.", predictions=(likely,))
        keep_run(engine, run, Origin(f"p{day}", utc_now()))
    state = run_flow(prune_history(days=3650, return_state=True))
    table = ask(lambda client: artifact_of(client, state, "prune-history"))
    assert '{"deleted": "predictions of runs", "count": 1}' in table
    with reading(engine) as connection:
        assert connection.execute(select(predictions.c.model_run_id)).scalars().all() == [1, 3]
        assert connection.execute(select(func.count()).select_from(model_runs)).scalar_one() == 3

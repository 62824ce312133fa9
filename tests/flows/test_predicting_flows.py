"""The flows about what comes, on a young house: each ends by itself and says what it cannot know yet."""

from datetime import UTC, datetime

import pytest

from fakturo.ledger.open import open_ledger
from flows.build_marts import build
from flows.find_anomalies import find_anomalies
from flows.forecast_revenue import forecast_revenue
from flows.predict_churn import predict_churn
from flows.predict_payments import predict_payments
from flows.watch_drift import watch_drift
from flows.write_reports import write_reports

pytestmark = [
    pytest.mark.server,
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # Prefect's own sockets, closed by its threads
]
PREDICTING = [forecast_revenue, predict_churn, predict_payments, find_anomalies]


@pytest.mark.parametrize("run", [*PREDICTING, watch_drift, write_reports], ids=lambda run: run.name)
def test_before_anything_is_published_it_ends_degraded(server, home, run):
    state = run(return_state=True)
    assert state.name == "Degraded"
    assert "There is no warehouse at" in state.message


def test_an_empty_house_gets_sentences_instead_of_numbers(server, home, ask):
    open_ledger(home)
    build(home, now=datetime.now(UTC))
    states = {run.name: run(return_state=True) for run in [*PREDICTING, watch_drift]}
    assert {state.name for state in states.values()} == {"NotEnoughData"}
    assert all(state.message for state in states.values())
    assert states["watch_drift"].message.startswith("0 rows before and 0 now; 200 of each are needed")
    written = write_reports(return_state=True)
    assert written.is_completed()
    assert written.message.startswith("14 files in ")

"""Delete predictions of old runs: the lately made ones stay, and one run a month to hold against what came.

The runs themselves, with their scores, stay for ever.
"""

from datetime import date, timedelta

from sqlalchemy import Engine, delete, select

from fakturo.ledger.open import reading, writing
from fakturo.ledger.prediction_tables import model_runs, predictions

WHOLE_DAYS = 14
"""Runs of so many days keep all that they predicted."""
MONTHLY_DAYS = 400
"""So long the first run of a month does: a 90-day prediction is over by then, and last year's is at hand."""


def thin(engine: Engine, today: date) -> int:
    """Delete what is neither young, nor a month's first, nor the newest of its model.

    Returns:
        Runs that lost their predictions. One transaction a run, so that nobody waits long.
    """
    thinned = 0
    for run_id in _old_runs(engine, today):
        with writing(engine) as connection:
            gone = connection.execute(delete(predictions).where(predictions.c.model_run_id == run_id))
        thinned += gone.rowcount > 0
    return thinned


def _old_runs(engine: Engine, today: date) -> list[int]:
    columns = (model_runs.c.id, model_runs.c.model, model_runs.c.as_of_date)
    held = select(predictions.c.id).where(predictions.c.model_run_id == model_runs.c.id).exists()
    with reading(engine) as connection:
        rows = connection.execute(select(*columns, held.label("held")).order_by(model_runs.c.id)).all()
    newest = {row.model: row.id for row in rows}
    months: dict[tuple[str, int, int], int] = {}
    for row in rows:
        months.setdefault((row.model, row.as_of_date.year, row.as_of_date.month), row.id)
    monthly = set(months.values())
    whole, long = today - timedelta(days=WHOLE_DAYS), today - timedelta(days=MONTHLY_DAYS)
    return [
        row.id
        for row in rows
        if row.held
        and newest[row.model] != row.id
        and row.as_of_date < whole
        and not (row.id in monthly and row.as_of_date >= long)
    ]

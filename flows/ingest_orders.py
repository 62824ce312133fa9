"""Take in what lies in the inbox."""

from typing import Any

from prefect import flow, runtime
from prefect.artifacts import create_table_artifact
from prefect.states import Completed

from fakturo.clock import utc_now
from fakturo.intake.inbox import sweep
from fakturo.intake.outcome import FileOutcome, total
from fakturo.ledger.open import open_ledger
from fakturo.settings import current


@flow(name="ingest_orders", persist_result=False)
def ingest_orders() -> Any:
    """Take in every file of the inbox that no longer changes.

    `fakturo up` looks every second; the run every 15 minutes is the net below it. Safe to rerun and to run
    twice at once: the same file again brings nothing new, the same order with other content goes to review.
    """
    settings = current()
    outcomes = sweep(open_ledger(settings), settings, now=utc_now(), run_id=str(runtime.flow_run.id))
    if not outcomes:
        return Completed(message="Nothing to take in.")
    create_table_artifact(
        [_row(each) for each in [*outcomes, total(outcomes)]], key="ingest-orders", description="File by file"
    )
    refused = [each.in_words() for each in outcomes if each.refused]
    if refused:
        return Completed(name="Degraded", message="\n".join(refused))
    return Completed(message=total(outcomes).in_words())


def _row(outcome: FileOutcome) -> dict[str, object]:
    return {
        "file": outcome.name,
        "in": outcome.rows_in,
        "accepted": outcome.rows_accepted,
        "duplicate": outcome.rows_duplicate,
        "quarantined": outcome.rows_quarantined,
        "new orders": outcome.orders_new,
        "conflicts": outcome.orders_conflict,
        "refused": outcome.refused or "",
    }

"""Make the documents of issued invoices that have none yet."""

from typing import Any

from prefect import flow, runtime
from prefect.artifacts import create_table_artifact
from prefect.client.schemas.objects import State
from prefect.states import Completed

from fakturo.clock import utc_now
from fakturo.ledger.open import open_ledger
from fakturo.settings import current
from reports.write import write_pending


@flow(name="render_invoices", persist_result=False)
def render_invoices() -> State[Any]:
    """Render every issued invoice that has no document.

    The resident process of `fakturo up` renders within seconds; the hourly run is the net below it. Safe to
    rerun and to run twice at once: a document's bytes depend on its invoice alone.
    """
    settings = current()
    outcome = write_pending(open_ledger(settings), settings, now=utc_now(), run_id=str(runtime.flow_run.id))
    create_table_artifact(
        [{"number": number, "reason": reason} for number, reason in outcome.failed],
        key="render-invoices",
        description=f"{outcome.written} documents, {outcome.pages} pages; the invoices below have none yet.",
    )
    message = f"{outcome.written} documents, {outcome.pages} pages, {len(outcome.failed)} failed."
    if outcome.failed:
        return Completed(
            name="Degraded", message=f"{message} First: {outcome.failed[0][0]}: {outcome.failed[0][1]}"
        )
    return Completed(message=message)

"""Make the documents of issued invoices that have none yet."""

from contextvars import ContextVar
from typing import Any

from prefect import flow, get_run_logger, runtime
from prefect.artifacts import create_table_artifact
from prefect.states import Completed

from fakturo import worker
from fakturo.clock import utc_now
from fakturo.ledger.issuing.documents import count_unrendered
from fakturo.ledger.open import open_ledger
from fakturo.settings import current
from reports.pool import RenderPool
from reports.write import write_pending

POOL: ContextVar[RenderPool | None] = ContextVar("pool", default=None)
"""Children that outlive a run; the resident process keeps some, because one costs 2-3 CPU-s to start."""
TELL_EVERY = 1000
"""Documents; about two minutes of work."""


@flow(name="render_invoices", persist_result=False)
def render_invoices() -> Any:
    """Render every issued invoice that has no document.

    The resident process of `fakturo up` renders within seconds; the hourly run is the net below it. Safe to
    rerun and to run twice at once: a document's bytes depend on its invoice alone.
    """
    settings = current()
    engine = open_ledger(settings)
    waiting, log = count_unrendered(engine), get_run_logger()

    def tell(done: int) -> None:
        if worker.LEAVING.is_set():
            raise InterruptedError
        if done % TELL_EVERY == 0:
            log.info("%s of %s documents", done, waiting)

    run_id = str(runtime.flow_run.id)
    try:
        outcome = write_pending(
            engine, settings, now=utc_now(), run_id=run_id, on_progress=tell, pool=POOL.get()
        )
    except InterruptedError:
        return Completed(message="Told to end; the next run goes on.")
    for complaint in outcome.complaints:
        log.warning(complaint)
    message = f"{outcome.written} documents, {outcome.pages} pages."
    if not outcome.failed:
        return Completed(message=message)
    failed = [{"invoice": number, "reason": reason} for number, reason in outcome.failed]
    create_table_artifact(failed, key="render-invoices", description="Invoices without a document")
    reasons = "\n".join(f"{number}: {reason}" for number, reason in outcome.failed[:20])
    return Completed(name="Degraded", message=f"{message} {len(failed)} failed:\n{reasons}")

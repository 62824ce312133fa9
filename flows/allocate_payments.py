"""Put payments on the invoices they pay."""

from typing import Any

from prefect import flow, runtime
from prefect.artifacts import create_table_artifact
from prefect.states import Completed

from fakturo.clock import utc_now
from fakturo.ledger.open import open_ledger
from fakturo.ledger.payments.allocating import allocate
from fakturo.settings import current


@flow(name="allocate_payments", persist_result=False)
def allocate_payments() -> Any:
    """Run the rules over all payments, once an hour.

    Safe to rerun and to run twice at once: what ought to stand is compared with what stands, and a second run
    writes nothing. What no rule proves waits in `fakturo payments list`.
    """
    settings = current()
    run_id = str(runtime.flow_run.id)
    done = allocate(
        open_ledger(settings), now=utc_now(), actor="rules", run_id=run_id, settings=settings.receivables
    )
    if done.by_rule:
        rows = [{"rule": rule, "allocations": count} for rule, count in sorted(done.by_rule.items())]
        create_table_artifact(rows, key="allocate-payments", description="New allocations by rule")
    told = f"{done.payments} payments, {done.written} allocations written, {done.taken_back} taken back."
    if done.stuck:
        return Completed(name="Degraded", message="\n".join((told, *done.stuck)))
    return Completed(message=told)

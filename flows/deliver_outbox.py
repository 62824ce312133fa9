"""Tell receivers what happened: webhooks and e-mail, from the outbox."""

from datetime import timedelta
from typing import Any

from prefect import flow, runtime
from prefect.states import Completed

from fakturo import worker
from fakturo.clock import utc_now
from fakturo.delivery.deliver import deliver
from fakturo.ledger.open import open_ledger
from fakturo.settings import current


@flow(name="deliver_outbox", persist_result=False)
async def deliver_outbox(minutes: int = 10) -> Any:
    """Deliver whatever is due, for `minutes` at most.

    The resident process of `fakturo up` runs it within seconds of an event or of the end of a wait; the
    hourly run is the net below it. Safe to rerun and to run twice at once: what leaves is leased.
    """
    settings = current()
    tally = await deliver(
        open_ledger(settings),
        settings,
        worker=worker.name(),
        run_id=str(runtime.flow_run.id),
        until=utc_now() + timedelta(minutes=minutes),
        stop=worker.LEAVING.is_set,
    )
    if not (tally.failed or tally.gave_up):
        return Completed(message=tally.in_words())
    more = "`fakturo outbox list` tells why; what failed is tried again for three days."
    return Completed(name="Degraded", message=f"{tally.in_words()} {more}")

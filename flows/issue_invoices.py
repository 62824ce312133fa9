"""Drain the ledger's queue: issue what code understood, in chunks; draft free text, one task run an order."""

import asyncio
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from prefect import flow, get_run_logger, runtime, task
from prefect.artifacts import acreate_progress_artifact, acreate_table_artifact, aupdate_progress_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.states import Completed

from fakturo import worker
from fakturo.ai.lane.desk import Desk, open_desk
from fakturo.ai.one_order import draft_one, give_up, in_a_word
from fakturo.ai.retrying import ATTEMPTS, JITTER, may_help, stops_all, waits
from fakturo.clock import utc_now
from fakturo.closing_table import closing_table
from fakturo.drain import Drain
from fakturo.errors import AiError
from fakturo.ledger.open import open_ledger
from fakturo.ledger.orders.queue import Claimed, counts
from fakturo.settings import current
from flows.hold_slots import Slots

RESIDENT_FOR = timedelta(hours=6)
"""A resident run then ends and the next begins, so that the history shows days, not one endless run."""
TASK_RUNS_PER_S = 50.0
"""Prefect's server records 111 a second in batches; of a burst of 10,000 it drops half."""
TELL_EVERY = timedelta(seconds=2)
"""An update of the progress artifact costs 12 ms."""
TELL_RESIDENT_EVERY = timedelta(minutes=5)


_DESK: ContextVar[Desk] = ContextVar("desk")
_HELD: ContextVar[dict[int, Claimed]] = ContextVar("held")
"""Orders being drafted; a task run itself is given no more than an order's id."""


def _may_help(_task: Any, _run: TaskRun, state: State[Any]) -> bool:
    """Ask the domain, not Prefect, whether another attempt may succeed."""
    return isinstance(state.data, BaseException) and may_help(state.data, _DESK.get().retries)


@task(
    task_run_name="draft-{order_id}",
    retries=ATTEMPTS - 1,
    retry_delay_seconds=list(waits(ATTEMPTS)),
    retry_jitter_factor=JITTER,
    retry_condition_fn=_may_help,
    # no tags: for each the server is asked about a limit before the task starts, and a busy one takes 2 s
    cache_policy=NO_CACHE,  # answers are kept in the ledger, where a crash does not lose them
    persist_result=False,
)
async def draft(order_id: int) -> str:
    """Draft one free-text order; the provider's rate limit is waited out inside and costs no attempt."""
    return in_a_word(await draft_one(_HELD.get()[order_id], _DESK.get()))


def _run_name() -> str:
    kind = "resident" if runtime.flow_run.parameters.get("resident") else "all-that-waits"
    return f"{kind}-{utc_now():%m%d-%H%M%S}"


@flow(name="issue_invoices", flow_run_name=_run_name, persist_result=False)
async def issue_invoices(resident: bool = False, draft_from: datetime | None = None) -> Any:
    """Draft, prove and issue every order that waits.

    The resident run of `fakturo up` starts an order within 100 ms and makes room for the next run after six
    hours; the hourly run is the net below it. Safe to rerun and to run twice at once: orders are leased, and
    number, invoice, audit entry and outbox event stand together or not at all.
    """
    settings = current()
    engine = open_ledger(settings)
    desk = open_desk(engine, settings, worker=worker.name(), run_id=str(runtime.flow_run.id))
    _DESK.set(desk)
    _HELD.set({})
    slots = Slots() if desk.clients else None
    leaving = worker.LEAVING.is_set
    drain = Drain(desk, draft=_draft_or_give_up, slots=slots, drafts_per_s=TASK_RUNS_PER_S, stop=leaving)
    teller = _Teller(drain, desk, counts(engine, utc_now())["queued"], resident=resident)
    until = utc_now() + RESIDENT_FOR if resident else None
    try:
        await drain.run(until=until, draft_from=draft_from, on_progress=teller.tell)
    finally:
        if slots:
            await slots.close()
        await desk.aclose()
        await teller.close()
    if drain.stopped_by is not None:
        return Completed(name="Degraded", message=f"Drafting stopped: {drain.stopped_by}")
    return Completed(message=f"{drain.issued.issued} issued, {drain.drafted.total()} drafted.")


async def _draft_or_give_up(claimed: Claimed) -> str:
    desk, held = _DESK.get(), _HELD.get()
    held[claimed.id] = claimed
    desk.retries.first_try()
    try:
        # Without a provider nothing is worth a task run, and nothing would hold back 10,000 of them.
        return await (draft if desk.clients else draft.fn)(claimed.id)
    except AiError as error:
        if stops_all(error):
            raise
        return await asyncio.to_thread(give_up, claimed, desk, error)
    finally:
        del held[claimed.id]


class _Teller:
    """Shows in the UI how far the run is."""

    def __init__(self, drain: Drain, desk: Desk, waiting: int, *, resident: bool) -> None:
        self._drain, self._desk, self._waiting, self._resident = drain, desk, waiting, resident
        self._every = TELL_RESIDENT_EVERY if resident else TELL_EVERY
        self._next, self._told = utc_now(), 0
        self._bar: UUID | None = None

    async def tell(self) -> None:
        """Bring the progress up to date, not too often."""
        done = self._drain.done
        if done == self._told or utc_now() < self._next:
            return
        self._next, self._told = utc_now() + self._every, done
        get_run_logger().info("%s orders done: %s", done, _so_far(self._drain))
        if self._resident:
            await self._tabulate()
            return
        percent = min(100.0, 100 * done / max(self._waiting, 1))
        if self._bar is None:
            self._bar = await acreate_progress_artifact(
                percent, description="Orders that waited at the start"
            )
        else:
            await aupdate_progress_artifact(self._bar, percent)

    async def close(self) -> None:
        """The last word on the bar, and the table of what became of the orders."""
        if self._bar is not None:
            await aupdate_progress_artifact(self._bar, 100.0)
        await self._tabulate()

    async def _tabulate(self) -> None:
        engine = self._desk.engine
        table = await asyncio.to_thread(closing_table, engine, self._drain, self._desk.run_id or "")
        rows = [{"figure": each.name, "value": each.value} for each in table]
        left = await asyncio.to_thread(counts, engine, utc_now())
        rows += [
            {"figure": f"now: {name.replace('_', ' ')}", "value": str(count)}
            for name, count in left.items()
            if count
        ]
        await acreate_table_artifact(
            rows, key="issue-invoices", description="What this run has done, and what is left"
        )


def _so_far(drain: Drain) -> dict[str, int]:
    done = {
        "issued": drain.issued.issued,
        "credit notes": drain.issued.credited,
        "to review": drain.issued.review,
    }
    return done | {f"drafted: {word}": count for word, count in sorted(drain.drafted.items())}

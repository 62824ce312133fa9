"""Drain the ledger's queue: issue what code understood, in chunks; draft free text, one task run an order."""

import asyncio
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from prefect import flow, get_run_logger, runtime, task
from prefect.artifacts import acreate_progress_artifact, acreate_table_artifact, aupdate_progress_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.states import Completed
from sqlalchemy import Engine

from fakturo import worker
from fakturo.ai.client import ModelClient, open_client
from fakturo.ai.one_order import draft_one, give_up, in_a_word
from fakturo.ai.retrying import ATTEMPTS, JITTER, may_help, stops_all, waits
from fakturo.clock import utc_now
from fakturo.drain import Drain
from fakturo.errors import AiError
from fakturo.ledger.open import open_ledger
from fakturo.ledger.queue import Claimed, counts
from fakturo.settings import Settings, current
from flows.hold_slots import Slots

RESIDENT_FOR = timedelta(hours=6)
"""A resident run then ends and the next begins, so that the history shows days, not one endless run."""
TELL_EVERY = timedelta(seconds=2)
"""An update of the progress artifact costs 12 ms."""
TELL_RESIDENT_EVERY = timedelta(minutes=5)


class _Desk(NamedTuple):
    """What the drafts of one run share; a task run itself is given no more than an order's id."""

    engine: Engine
    settings: Settings
    client: ModelClient | None
    run_id: str
    held: dict[int, Claimed]


_DESK: ContextVar[_Desk] = ContextVar("desk")


def _may_help(_task: Any, _run: TaskRun, state: State[Any]) -> bool:
    """Ask the domain, not Prefect, whether another attempt may succeed."""
    return isinstance(state.data, BaseException) and may_help(state.data)


@task(
    task_run_name="draft-{order_id}",
    retries=ATTEMPTS - 1,
    retry_delay_seconds=list(waits(ATTEMPTS)),
    retry_jitter_factor=JITTER,
    retry_condition_fn=_may_help,
    tags=["ai"],  # to find them by; the limit of this name is held by the run, see hold_slots
    cache_policy=NO_CACHE,  # answers are kept in the ledger, where a crash does not lose them
    persist_result=False,
)
async def draft(order_id: int) -> str:
    """Draft one free-text order; the provider's rate limit is waited out inside and costs no attempt."""
    desk = _DESK.get()
    drafted = await draft_one(
        desk.held[order_id],
        client=desk.client,
        engine=desk.engine,
        settings=desk.settings,
        worker=worker.name(),
        now=utc_now,
        run_id=desk.run_id,
    )
    return in_a_word(drafted)


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
    desk = _Desk(engine, settings, open_client(settings), str(runtime.flow_run.id), {})
    _DESK.set(desk)
    slots = Slots() if desk.client else None
    drain = Drain(
        engine,
        settings,
        worker=worker.name(),
        clock=utc_now,
        draft=_draft_or_give_up,
        endpoint=desk.client.name if desk.client else None,
        slots=slots,
        run_id=desk.run_id,
        stop=worker.LEAVING.is_set,
    )
    teller = _Teller(drain, counts(engine, utc_now())["queued"], resident=resident)
    until = utc_now() + RESIDENT_FOR if resident else None
    try:
        await drain.run(until=until, draft_from=draft_from, on_progress=teller.tell)
    finally:
        if desk.client and slots:
            await slots.close()
            await desk.client.aclose()
        await teller.close(counts(engine, utc_now()))
    if drain.stopped_by is not None:
        return Completed(name="Degraded", message=f"Drafting stopped: {drain.stopped_by}")
    return Completed(message=f"{drain.issued.issued} issued, {drain.drafted.total()} drafted.")


async def _draft_or_give_up(claimed: Claimed) -> str:
    desk = _DESK.get()
    desk.held[claimed.id] = claimed
    try:
        # Without a provider nothing is worth a task run, and nothing would hold back 10,000 of them.
        return await (draft if desk.client else draft.fn)(claimed.id)
    except AiError as error:
        if stops_all(error):
            raise
        return await asyncio.to_thread(
            give_up,
            desk.engine,
            claimed,
            error,
            settings=desk.settings,
            worker=worker.name(),
            now=utc_now(),
            run_id=desk.run_id,
        )
    finally:
        del desk.held[claimed.id]


class _Teller:
    """Shows in the UI how far the run is."""

    def __init__(self, drain: Drain, waiting: int, resident: bool) -> None:
        self._drain, self._waiting, self._resident = drain, waiting, resident
        self._every = TELL_RESIDENT_EVERY if resident else TELL_EVERY
        self._next, self._told = utc_now(), 0
        self._bar: UUID | None = None

    async def tell(self) -> None:
        """Bring the progress up to date, not too often."""
        done = self._drain.done
        if done == self._told or utc_now() < self._next:
            return
        self._next, self._told = utc_now() + self._every, done
        get_run_logger().info("%s orders done: %s", done, _rows(self._drain))
        if self._resident:
            return
        percent = min(100.0, 100 * done / max(self._waiting, 1))
        if self._bar is None:
            self._bar = await acreate_progress_artifact(
                percent, description="Orders that waited at the start"
            )
        else:
            await aupdate_progress_artifact(self._bar, percent)

    async def close(self, left: dict[str, int]) -> None:
        """The table of what became of the orders."""
        rows = [{"outcome": name, "orders": count} for name, count in _rows(self._drain).items()]
        rows += [
            {"outcome": f"now: {name.replace('_', ' ')}", "orders": count}
            for name, count in left.items()
            if count
        ]
        if self._bar is not None:
            await aupdate_progress_artifact(self._bar, 100.0)
        await acreate_table_artifact(
            rows, key="issue-invoices", description="What this run did, and what is left"
        )


def _rows(drain: Drain) -> dict[str, int]:
    issued = drain.issued
    done = {
        "issued": issued.issued,
        "to review": issued.review,
        "credit notes asked": issued.credit_requested,
    }
    return done | {f"drafted: {word}": count for word, count in sorted(drain.drafted.items())}

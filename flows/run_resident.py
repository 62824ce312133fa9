"""The long-lived processes of `fakturo up`: they issue, take in and render without starting a process each.

`python -m flows.run_resident issuing` drafts and issues, alone, since orders wait for it;
`... inbox press outbox` takes in, renders and tells receivers, and gives way to it. A thread each, because
Prefect takes SIGTERM for itself in the main thread and would cut a run short; here the main thread only waits
for the signal and lets the others finish.
Great Expectations and Evidently are never imported here.
"""

import asyncio
import logging
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from prefect.client.schemas.objects import State

from fakturo import server
from fakturo.ai.warming import warm
from fakturo.clock import utc_now
from fakturo.delivery.receivers import receivers_of
from fakturo.intake.inbox import stable_files
from fakturo.ledger.issuing.documents import unrendered
from fakturo.ledger.open import open_ledger
from fakturo.ledger.orders.watch import Watch
from fakturo.ledger.outbox.deliveries import fan_out, is_due
from fakturo.settings import Settings, current
from fakturo.worker import LEAVING
from flows.deliver_outbox import deliver_outbox
from flows.ingest_orders import ingest_orders
from flows.issue_invoices import issue_invoices
from flows.render_invoices import POOL, render_invoices
from reports.look import read_look
from reports.pool import RenderPool

LOOK_EVERY_S = 1.0
LEAVE_WITHIN_S = 0.2
RENDER_EVERY_S = 5.0
"""A document follows its invoice within seconds, and a trickle of orders does not make a run each."""
DELIVER_EVERY_S = 2.0
"""A run serves all that comes while it lasts; a trickle of events does not make a run each."""
POOL_IDLE_S = 120.0
"""Children that have nothing to render for so long are stopped; they hold 150 MB each."""
LEFT_OVER_EVERY_S = 60.0
"""What stays in the inbox or without a document is tried again so often, not every second."""
REST_AFTER_FAILURE_S = 15.0
QUOTA_REST = timedelta(minutes=15)
"""After "no credit": somebody has to act, and each try is a call to a provider that has said no."""
SERVER_BOOT_S = 180.0
FINISH_S = 5.0

log = logging.getLogger("fakturo.resident")


def run_resident(settings: Settings, names: Sequence[str]) -> None:
    """Work until SIGTERM or SIGINT, then let every thread finish what it has begun.

    Args:
        settings: of this process.
        names: which of issuing, inbox, press and outbox this process does.
    """
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: LEAVING.set())
    await_server(settings)
    makers: dict[str, type[Issuing | Inbox | Press | Post]] = {
        "issuing": Issuing,
        "inbox": Inbox,
        "press": Press,
        "outbox": Post,
    }
    desks = [makers[name](settings) for name in names]
    threads = [threading.Thread(target=again_and_again, args=(desk.once,), daemon=True) for desk in desks]
    for thread in threads:
        thread.start()
    while not LEAVING.is_set():  # a signal that comes just before a wait without end would wake nobody
        time.sleep(LEAVE_WITHIN_S)
    give_up_at = time.monotonic() + FINISH_S
    for thread in threads:
        thread.join(max(0.0, give_up_at - time.monotonic()))


def again_and_again(once: Callable[[], float]) -> None:
    """Call until the process leaves; `once` says how many seconds to rest. One bad moment ends nothing."""
    while not LEAVING.is_set():
        try:
            rest_s = once()
        except Exception:  # a locked ledger, a server that restarts: said, and tried again
            log.exception("Trying again in %.0f s.", REST_AFTER_FAILURE_S)
            rest_s = REST_AFTER_FAILURE_S
        LEAVING.wait(rest_s)


class Issuing:
    """One resident run of issue_invoices after the other."""

    def __init__(self, settings: Settings) -> None:
        if settings.ai.providers:
            warm(settings.seller)
        self.draft_from: datetime | None = None

    def once(self) -> float:
        """Run until its six hours are over or the provider has no credit; then the next one starts."""
        state = asyncio.run(self._run())
        self.draft_from = utc_now() + QUOTA_REST if state.name == "Degraded" else None
        return 0.0 if state.is_completed() else REST_AFTER_FAILURE_S

    async def _run(self) -> State[Any]:
        return await issue_invoices(resident=True, draft_from=self.draft_from, return_state=True)


class Inbox:
    """A run of ingest_orders whenever files stand still in the inbox."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.left: set[Path] = set()
        self.look_again_at = 0.0

    def once(self) -> float:
        """Look; a file that cannot be read yet stays where it is and does not make a run a second."""
        files = set(stable_files(self.settings, utc_now()))
        if files - self.left or (files and time.monotonic() >= self.look_again_at):
            ingest_orders(return_state=True)
            self.left = set(stable_files(self.settings, utc_now()))
            self.look_again_at = time.monotonic() + LEFT_OVER_EVERY_S
        return LOOK_EVERY_S


class Press:
    """A run of render_invoices soon after invoices were issued, with children that are kept warm."""

    def __init__(self, settings: Settings) -> None:
        self.settings, self.engine = settings, open_ledger(settings)
        self.watch = Watch(self.engine)
        self.pool: RenderPool | None = None
        self.left: set[int] = set()
        self.look_again_at = self.used_at = 0.0

    def once(self) -> float:
        """Look; an invoice that cannot be rendered does not make a run every few seconds."""
        if self.pool is not None and time.monotonic() - self.used_at > POOL_IDLE_S:
            self.close()
        is_due = bool(self.left) and time.monotonic() >= self.look_again_at
        if not self.watch.rang() and not is_due:
            return LOOK_EVERY_S
        if self._without() <= self.left and not is_due:
            return LOOK_EVERY_S
        if self.pool is None:
            self.pool = RenderPool(self.settings.render.processes, read_look(self.settings))
        POOL.set(self.pool)
        render_invoices(return_state=True)
        self.left = self._without()
        self.used_at = time.monotonic()
        self.look_again_at = self.used_at + LEFT_OVER_EVERY_S
        return RENDER_EVERY_S

    def close(self) -> None:
        """Stop the children."""
        if self.pool is not None:
            self.pool.__exit__(None, None, None)
            self.pool = None

    def _without(self) -> set[int]:
        """The first invoices without a document, one more than are known to fail."""
        return {each.invoice_id for each in unrendered(self.engine, limit=len(self.left) + 1)}


class Post:
    """A run of deliver_outbox whenever something is due to a receiver."""

    def __init__(self, settings: Settings) -> None:
        self.receivers, self.engine = receivers_of(settings), open_ledger(settings)

    def once(self) -> float:
        """Look; a receiver that rests, or an event that nobody wants, makes no run."""
        if not self.receivers:
            return LEFT_OVER_EVERY_S
        now = utc_now()
        while fan_out(self.engine, self.receivers, now).events:
            pass
        if not any(is_due(self.engine, each, now) for each in self.receivers):
            return LOOK_EVERY_S
        state = asyncio.run(self._run())
        return DELIVER_EVERY_S if state.is_completed() else REST_AFTER_FAILURE_S

    async def _run(self) -> State[Any]:
        return await deliver_outbox(return_state=True)


def await_server(settings: Settings) -> None:
    """Wait until the Prefect server answers."""
    give_up_at = time.monotonic() + SERVER_BOOT_S
    while not server.answers(settings) and not LEAVING.wait(0.2):
        if time.monotonic() > give_up_at:
            sys.exit(f"No Prefect server at {server.address(settings)} after {SERVER_BOOT_S:.0f} s.")


if __name__ == "__main__":
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s %(message)s")
    wanted = sys.argv[1:] or ["issuing", "inbox", "press", "outbox"]
    run_resident(current(), wanted)

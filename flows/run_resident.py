"""The long-lived process of `fakturo up`: issues, takes in, renders, without the start-up of a new process.

`python -m flows.run_resident`. Three threads, because Prefect takes SIGTERM for itself in the main thread and
would cut a run short; here the main thread only waits for the signal and lets the others finish their step.
Great Expectations and Evidently are never imported here.
"""

import asyncio
import logging
import signal
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from prefect.client.schemas.objects import State

from fakturo import server
from fakturo.clock import utc_now
from fakturo.intake.inbox import stable_files
from fakturo.ledger.documents import is_unrendered
from fakturo.ledger.open import open_ledger
from fakturo.settings import Settings, current
from flows.ingest_orders import ingest_orders
from flows.issue_invoices import STOP, issue_invoices
from flows.render_invoices import render_invoices

LOOK_EVERY_S = 1.0
RENDER_EVERY_S = 5.0
"""A document follows its invoice within seconds, and a trickle of orders does not make a run each."""
LEFT_OVER_EVERY_S = 60.0
REST_AFTER_FAILURE_S = 15.0
QUOTA_REST = timedelta(minutes=15)
"""After "no credit": somebody has to act, and each try is a call to a provider that has said no."""
SERVER_BOOT_S = 180.0
FINISH_S = 5.0

log = logging.getLogger("fakturo.resident")


def run_resident(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT, then let every thread finish what it has begun."""
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: STOP.set())
    _await_server(settings)
    loops = (_issue_for_ever, lambda: _take_in(settings), lambda: _render(settings))
    threads = [threading.Thread(target=loop, daemon=True) for loop in loops]
    for thread in threads:
        thread.start()
    while not STOP.wait(LOOK_EVERY_S):
        if not all(thread.is_alive() for thread in threads):
            log.error("A loop has ended by itself; leaving, so that all of them are started anew.")
            sys.exit(1)
    give_up_at = time.monotonic() + FINISH_S
    for thread in threads:
        thread.join(max(0.0, give_up_at - time.monotonic()))


def _issue_for_ever() -> None:
    draft_from: datetime | None = None

    def once() -> float:
        nonlocal draft_from
        state = asyncio.run(issue_invoices(resident=True, draft_from=draft_from, return_state=True))
        draft_from = utc_now() + QUOTA_REST if state.name == "Degraded" else None
        return REST_AFTER_FAILURE_S if state.is_failed() or state.is_crashed() else 0.0

    _again_and_again(once)


def _take_in(settings: Settings) -> None:
    left: set[Path] = set()
    look_again_at = 0.0

    def once() -> float:
        """A file that cannot be read yet stays in the inbox and must not make a run a second."""
        nonlocal left, look_again_at
        waiting = set(stable_files(settings, utc_now()))
        if waiting - left or (waiting and time.monotonic() >= look_again_at):
            ingest_orders(return_state=True)
            left = set(stable_files(settings, utc_now()))
            look_again_at = time.monotonic() + LEFT_OVER_EVERY_S
        return LOOK_EVERY_S

    _again_and_again(once)


def _render(settings: Settings) -> None:
    engine = open_ledger(settings)

    def once() -> float:
        if is_unrendered(engine):
            return max(RENDER_EVERY_S, _rest(render_invoices(return_state=True)))
        return LOOK_EVERY_S

    _again_and_again(once)


def _again_and_again(once: Callable[[], float]) -> None:
    """Call until STOP; `once` says how many seconds to rest. One bad moment must not end the process."""
    while not STOP.is_set():
        try:
            rest_s = once()
        except Exception:  # a locked ledger, a server that restarts: said, and tried again
            log.exception("Trying again in %.0f s.", REST_AFTER_FAILURE_S)
            rest_s = REST_AFTER_FAILURE_S
        STOP.wait(rest_s)


def _rest(state: State[Any]) -> float:
    return LOOK_EVERY_S if state.is_completed() and state.name != "Degraded" else REST_AFTER_FAILURE_S


def _await_server(settings: Settings) -> None:
    give_up_at = time.monotonic() + SERVER_BOOT_S
    while not STOP.is_set() and not server.answers(settings):
        if time.monotonic() > give_up_at:
            sys.exit(f"No Prefect server at {server.address(settings)} after {SERVER_BOOT_S:.0f} s.")
        STOP.wait(0.2)


if __name__ == "__main__":
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s %(message)s")
    run_resident(current())

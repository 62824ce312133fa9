"""One round of deliveries: whatever may leave leaves, until nothing is due. No Prefect here.

Every receiver has its own places, so that one that hangs holds up nobody else: while it does, the others are
served again and again. Each attempt is written down before it leaves and settled after; a process that is
killed in between leaves a lease that runs out, and the event is sent again under the same id.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Engine

from fakturo.delivery.backoff import GIVE_UP_AFTER, pause_s
from fakturo.delivery.outcome import Outcome, settlement
from fakturo.delivery.receivers import Sender
from fakturo.delivery.withdrawing import withdrawal
from fakturo.ledger.outbox.attempts import Rules, Settlement, settle
from fakturo.ledger.outbox.deliveries import Claimed, Passed, Receiver, claim, fan_out, is_due

LEASE_S = 240.0
"""Twice the longest attempt (100 s) and a busy ledger."""
LOOK_EVERY_S = 0.25
"""While something is under way: for new events, and for whether to stop."""
GRACE_S = 3.0
"""How long attempts under way may still take when told to stop."""
RULES = Rules(pause_s, GIVE_UP_AFTER)


@dataclass
class Tally:
    """What a round did, by receiver."""

    delivered: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    """Attempts; tried again later."""
    gave_up: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    withdrawn: Counter[str] = field(default_factory=Counter)
    """Reminders of what was paid before they could leave."""
    too_old: int = 0
    """Events from before their receiver was set up."""

    def add(self, settled: Settlement) -> None:
        """Count one attempt."""
        counts = {
            "delivered": self.delivered,
            "gave_up": self.gave_up,
            "skipped": self.skipped,
            "withdrawn": self.withdrawn,
        }
        counts.get(settled.status, self.failed)[settled.claimed.receiver] += 1

    def in_words(self) -> str:
        """As in: 12 delivered, 1 failed (erp)."""
        parts = [f"{self.delivered.total()} delivered"]
        others = ((self.failed, "failed"), (self.gave_up, "given up"), (self.skipped, "skipped"))
        for count, word in (*others, (self.withdrawn, "withdrawn")):
            if count:
                parts.append(f"{count.total()} {word} ({', '.join(sorted(count))})")
        return ", ".join(parts) + "."


class Round:
    """One worker's round."""

    def __init__(
        self,
        engine: Engine,
        receivers: Sequence[Receiver],
        senders: dict[str, Sender],
        *,
        clock: Callable[[], datetime],
        worker: str,
        run_id: str | None = None,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.tally = Tally()
        self._engine, self._receivers, self._senders = engine, receivers, senders
        self._clock, self._worker, self._run_id, self._jitter = clock, worker, run_id, jitter
        self._under_way: dict[asyncio.Task[Settlement], Claimed] = {}

    async def run(
        self,
        *,
        until: datetime | None = None,
        stop: Callable[[], bool] = lambda: False,
        on_progress: Callable[[int], None] = lambda _: None,
    ) -> Tally:
        """Deliver until nothing is due, `stop` says so, or `until` has come; what is under way is finished.

        Args:
            on_progress: told how many were delivered so far.
        """
        try:
            while not stop():
                is_over = until is not None and self._clock() >= until
                passed = Passed() if is_over else await self._start()
                if not self._under_way and not passed.events:
                    break
                if self._under_way:
                    done, _ = await asyncio.wait(
                        self._under_way, timeout=LOOK_EVERY_S, return_when=asyncio.FIRST_COMPLETED
                    )
                    await self._settle(done)
                    on_progress(self.tally.delivered.total())
        finally:
            await self._let_go()
        return self.tally

    async def _start(self) -> Passed:
        """Pass on new events, and start what may leave."""
        passed = await asyncio.to_thread(fan_out, self._engine, self._receivers, self._clock())
        self.tally.too_old += passed.too_old
        for receiver in self._receivers:
            for each in await asyncio.to_thread(self._claim, receiver):
                self._under_way[asyncio.create_task(self._attempt(each))] = each
        return passed

    def _claim(self, receiver: Receiver) -> list[Claimed]:
        now = self._clock()
        if not is_due(self._engine, receiver, now):  # a look costs no write
            return []
        return claim(
            self._engine, receiver, worker=self._worker, now=now, lease_s=LEASE_S, run_id=self._run_id
        )

    async def _attempt(self, claimed: Claimed) -> Settlement:
        loop = asyncio.get_running_loop()
        started = loop.time()
        try:
            taken_back = await asyncio.to_thread(withdrawal, self._engine, claimed)
            outcome = taken_back or await self._senders[claimed.receiver].send(claimed, self._clock())
        except Exception as error:  # noqa: BLE001  a defect of ours in one event must not stop all others
            outcome = Outcome("failed", reason=f"It could not be made: {type(error).__name__}.", is_ours=True)
        took_ms = round((loop.time() - started) * 1000)
        return settlement(claimed, outcome, duration_ms=took_ms, now=self._clock(), jitter=self._jitter())

    async def _settle(self, done: set[asyncio.Task[Settlement]]) -> None:
        """Write down what ended, all in one transaction."""
        settled = [task.result() for task in done]
        if settled:
            await asyncio.to_thread(self._write, settled)
        for task in done:
            del self._under_way[task]
        for each in settled:
            self.tally.add(each)

    def _write(self, settled: Sequence[Settlement]) -> None:
        buried = settle(self._engine, settled, RULES, worker=self._worker, now=self._clock())
        if buried:
            self.tally.gave_up[settled[0].claimed.receiver] += buried

    async def _let_go(self) -> None:
        """Finish what is nearly done; the rest is sent again at once by whoever comes next."""
        if not self._under_way:
            return
        done, late = await asyncio.wait(list(self._under_way), timeout=GRACE_S)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        cut = [
            Settlement(self._under_way[task], "pending", None, "The sender was stopped.", 0, "unknown")
            for task in late
        ]
        settled = [*(task.result() for task in done), *cut]
        self._under_way.clear()
        await asyncio.to_thread(self._write, settled)
        for each in settled:
            self.tally.add(each)

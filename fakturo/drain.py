"""One worker's way through the queue: chunks of what code understood, a bounded window of drafts.

No Prefect here. It runs until nothing waits, or, resident, until a given moment: then it looks for new work
many times a second. What it holds when told to stop goes back to the queue.
"""

import asyncio
import math
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Protocol

from fakturo.ai.lane.desk import Desk
from fakturo.ai.lane.gate import standing
from fakturo.ai.retrying import stops_all
from fakturo.errors import AiError
from fakturo.ledger.issuing.chunk import CHUNK, ChunkOutcome, issue_chunk
from fakturo.ledger.orders import queue
from fakturo.ledger.orders.queue import Claimed
from fakturo.ledger.orders.watch import Watch

SLOT_PATIENCE_S = 60.0
"""How long a run waits for its first slot before it leaves the drafts to others."""
DURATIONS_KEPT = 10_000
GRACE_S = 3.0
"""How long drafts under way may still take when the worker is told to stop."""

Draft = Callable[[Claimed], Awaitable[str]]
"""Draft one order and write it; returns the outcome in one word, raises only what `stops_all`."""


class Slots(Protocol):
    """Leave to have drafts under way, shared by all processes."""

    @property
    def granted(self) -> int:
        """How many this worker may have under way now."""

    def want(self, count: int) -> None:
        """Say how many it could use; `granted` follows."""


class Drain:
    """What one worker does and has done in one run."""

    def __init__(
        self,
        desk: Desk,
        *,
        draft: Draft,
        slots: Slots | None = None,
        drafts_per_s: float = math.inf,
        stop: Callable[[], bool] = lambda: False,
    ) -> None:
        self.issued = ChunkOutcome()
        self.drafted: Counter[str] = Counter()
        self.stopped_by: AiError | None = None
        """What ended the drafting of this run: no credit, a bad key, a cap."""
        self.durations_s: deque[float] = deque(maxlen=DURATIONS_KEPT)
        """Claim to draft, of the last orders that were drafted."""
        self._desk, self._engine, self._settings = desk, desk.engine, desk.settings
        self._clock, self._draft, self._slots, self._stop = desk.now, draft, slots, stop
        self._drafts_per_s = drafts_per_s
        self._drafting: dict[asyncio.Task[None], int] = {}
        self._draft_from = self._allowed_at = self._renew_at = self._clock()
        self._slots_until = self._clock() + timedelta(seconds=SLOT_PATIENCE_S)
        self._patience = timedelta()
        self._moved_at = self._clock()
        """When an order last left the queue."""
        self._watch = Watch(desk.engine)

    @property
    def done(self) -> int:
        """Orders that left the queue or moved on in it."""
        counts = self.issued
        return counts.left() + self.drafted.total()

    @property
    def finished(self) -> int:
        """Orders that left the queue: issued, waiting for a person, or asking for a credit note."""
        counts = self.issued
        gone = sum(count for word, count in self.drafted.items() if word in {"review", "dead_letter"})
        return counts.left() + gone

    @property
    def _granted(self) -> int:
        return 0 if self._slots is None else self._slots.granted

    async def run(
        self,
        *,
        until: datetime | None = None,
        patience: timedelta = timedelta(),
        draft_from: datetime | None = None,
        on_progress: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """Work until nothing waits, or until `until` if that is later; on `stop` give back what is held.

        Args:
            until: end of a resident run; drafts under way then are finished first.
            patience: how long to wait for parked orders or a resting provider since an order last left
                the queue.
            draft_from: drafting rests until then.
            on_progress: awaited after every step.
        """
        self._draft_from, self._patience = draft_from or self._draft_from, patience
        try:
            while not self._stop():
                self._watch.rang()
                looked_at, granted = self._clock(), self._granted
                self._forget_finished()
                lanes = queue.waiting_lanes(self._engine, looked_at)
                issued = "rules" in lanes and await asyncio.to_thread(self._issue_chunk)
                started = 0 if self._is_over(until) else await self._start_drafts("model" in lanes)
                if on_progress is not None:
                    await on_progress()
                if issued or started:
                    continue
                if self._has_ended(until):
                    break
                await self._pause(until, looked_at, granted)
        finally:
            await self._let_go()
            self._watch.close()

    def _issue_chunk(self) -> bool:
        now = self._clock()
        lease_s = self._settings.ledger.lease_s
        claimed = queue.claim(
            self._engine, lane="rules", worker=self._desk.worker, limit=CHUNK, now=now, lease_s=lease_s
        )
        if claimed:
            self.issued += issue_chunk(
                self._engine,
                claimed,
                seller=self._settings.seller,
                now=now,
                worker=self._desk.worker,
                run_id=self._desk.run_id,
            )
            self._moved_at = self._clock()
        return bool(claimed)

    async def _start_drafts(self, is_waiting: bool) -> int:
        now = self._clock()
        if self._slots is not None:
            self._slots.want(self._settings.ai.concurrency if is_waiting else len(self._drafting))
        if not is_waiting or self._room(now, self._settings.ai.concurrency) < 1:
            return 0
        stands = standing(self._engine, self._desk.endpoints, self._settings.ai, now)
        if stands.rest_s > 0:
            self._draft_from = now + timedelta(seconds=stands.rest_s)
            return 0
        room = self._room(now, stands.at_once)
        if room < 1:
            return 0
        claimed = await asyncio.to_thread(
            queue.claim,
            self._engine,
            lane="model",
            worker=self._desk.worker,
            limit=room,
            now=now,
            lease_s=self._settings.ledger.lease_s,
        )
        for each in claimed:
            self._drafting[asyncio.create_task(self._draft_one(each))] = each.id
        # a second's worth may start at once after a rest
        earliest = max(self._allowed_at, now - timedelta(seconds=1))
        self._allowed_at = earliest + timedelta(seconds=len(claimed) / self._drafts_per_s)
        return len(claimed)

    def _room(self, now: datetime, most: int) -> int:
        if self.stopped_by is not None or now < max(self._draft_from, self._allowed_at):
            return 0
        return (most if self._slots is None else min(most, self._slots.granted)) - len(self._drafting)

    async def _draft_one(self, claimed: Claimed) -> None:
        started = self._clock()
        try:
            word = await self._draft(claimed)
            self.drafted[word] += 1
            if word != "parked":
                self._moved_at = self._clock()
            if word in {"proved", "review"}:
                self.durations_s.append((self._clock() - started).total_seconds())
        except AiError as error:
            if not stops_all(error):
                raise
            self.stopped_by = self.stopped_by or error
            await asyncio.to_thread(self._give_back, [claimed.id])

    async def _pause(self, until: datetime | None, looked_at: datetime, granted: int) -> None:
        """Wait until something may have changed: a draft ended, the ledger moved, or a moment came.

        Args:
            looked_at: before the step that found nothing to do; a moment that has come since then would
                otherwise wake nobody.
            granted: slots at that time.
        """
        moments = [until, queue.next_wake(self._engine, looked_at)]
        moments += [each for each in (self._draft_from, self._allowed_at) if each > looked_at]
        wake = min((each for each in moments if each is not None), default=None)
        while not self._stop():
            await self._renew()
            if self._drafting:
                done, _ = await asyncio.wait(
                    self._drafting, timeout=self._watch.look_every_s, return_when=asyncio.FIRST_COMPLETED
                )
                if done:
                    break
            else:
                await asyncio.sleep(self._watch.look_every_s)
            if self._watch.rang() or (wake is not None and self._clock() >= wake):
                break
            if self._granted != granted:
                break

    def _forget_finished(self) -> None:
        for task in [each for each in self._drafting if each.done()]:
            del self._drafting[task]
            task.result()

    async def _renew(self) -> None:
        now, lease_s = self._clock(), self._settings.ledger.lease_s
        if self._drafting and now >= self._renew_at:
            self._renew_at = now + timedelta(seconds=lease_s / 4)
            ids = list(self._drafting.values())
            await asyncio.to_thread(
                queue.renew, self._engine, ids, worker=self._desk.worker, now=now, lease_s=lease_s
            )

    async def _let_go(self) -> None:
        if not self._drafting:
            return
        held = list(self._drafting)
        _, late = await asyncio.wait(held, timeout=GRACE_S)
        for task in late:
            task.cancel()
        await asyncio.gather(*held, return_exceptions=True)
        await asyncio.to_thread(self._give_back, [self._drafting[task] for task in late])
        self._drafting.clear()

    def _give_back(self, ids: list[int]) -> None:
        queue.release(self._engine, ids, self._clock(), worker=self._desk.worker)

    def _has_ended(self, until: datetime | None) -> bool:
        if self._drafting:
            return False
        now = self._clock()
        if until is not None:
            return self._is_over(until)
        if self.stopped_by is not None:
            return True
        if self._slots is not None and self._slots.granted == 0 and now > self._slots_until:
            return True
        if "model" in queue.waiting_lanes(self._engine, now):
            wake: datetime | None = self._draft_from
        else:
            wake = queue.next_wake(self._engine, now)
        return wake is None or wake > max(now, self._moved_at + self._patience)

    def _is_over(self, until: datetime | None) -> bool:
        """Whether a resident run should make room for the next; also when it may not draft any more."""
        return until is not None and (self.stopped_by is not None or self._clock() >= until)

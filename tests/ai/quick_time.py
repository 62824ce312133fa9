"""A day of the provider in less time: the clock of lane and simulator runs faster, and sleeps are shorter."""

import asyncio

from fakturo import foreground
from fakturo.clock import utc_now


class QuickTime:
    """So many seconds pass in one."""

    def __init__(self, times):
        self.times, self._start = times, utc_now()

    def now(self):
        return self._start + (utc_now() - self._start) * self.times

    async def sleep(self, seconds):
        await asyncio.sleep(max(seconds, 0) / self.times)


def drain(engine, settings, time, *, patience_s=900.0, **more):
    """As `fakturo issue` does, in this time; gives the drain."""
    known = {"patience_s": patience_s, "clock": time.now, "sleep": time.sleep, "run_id": "run-1"}
    return asyncio.run(foreground.drain(engine, settings, **known | more))

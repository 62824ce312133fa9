"""Hold slots of Prefect's global concurrency limit `ai` for a run, not for each of its drafts.

A slot taken and given back around every task run brought 20 drafts a second down to 3: the server's SQLite
has one writer, and who finds it busy is answered 503 and waits. So a run keeps its slots while it has drafts
and a little longer. The limit is the operator's knob over all processes; what money depends on, pacing and
leases, lives in the ledger, so that a server that does not answer stops nothing.
"""

import asyncio
import time
from contextlib import suppress
from http import HTTPStatus
from uuid import UUID

from prefect.client.orchestration import PrefectClient, get_client
from prefect.exceptions import PrefectHTTPStatusError
from prefect.logging import get_logger

LIMIT = "ai"
DENIED = (HTTPStatus.LOCKED, HTTPStatus.UNPROCESSABLE_ENTITY)
"""All taken; more asked for than the limit."""
LEASE_S = 60.0
"""After so long a killed run's slots are free again."""
RENEW_EVERY_S = 20.0
ASK_AGAIN_S = 1.0
LINGER_S = 30.0
"""Orders that trickle in do not take and give back a slot each: a busy server takes seconds to give one."""


class Slots:
    """How many drafts this run may have under way; `want` says how many it could use."""

    def __init__(self) -> None:
        self.granted = 0
        self._asked = self._wanted = 0
        self._wanted_at = 0.0
        """When so many were last wanted."""
        self._leases: dict[UUID, int] = {}
        self._more = asyncio.Event()
        self._keeper: asyncio.Task[None] | None = None

    def want(self, count: int) -> None:
        """Say how many slots would be used now; `granted` follows soon."""
        self._asked = count
        if count >= self._wanted:
            self._wanted, self._wanted_at = count, time.monotonic()
        if count > self.granted:
            self._more.set()
        if self._keeper is None:
            self._keeper = asyncio.create_task(self._keep())

    async def close(self) -> None:
        """Give all slots back."""
        if self._keeper is not None:
            self._keeper.cancel()
            with suppress(asyncio.CancelledError):
                await self._keeper

    async def _keep(self) -> None:
        """Follow `want` until cancelled; a server in trouble grants what is wanted."""
        async with get_client() as client:
            try:
                while True:
                    try:
                        rest_s = await self._follow(client)
                    except Exception:  # noqa: BLE001  whatever Prefect's client may raise: the work goes on
                        get_logger("slots").warning("No answer about the limit '%s'; going on.", LIMIT)
                        self.granted, rest_s = self._wanted, RENEW_EVERY_S
                    with suppress(TimeoutError):
                        async with asyncio.timeout(rest_s):  # wait_for could swallow our cancellation
                            await self._more.wait()
                    self._more.clear()
            finally:
                with suppress(Exception):  # they run out by themselves
                    for lease in list(self._leases):
                        await self._give_back(client, lease)

    async def _follow(self, client: PrefectClient) -> float:
        """Renew, take or give back leases; how many seconds until the next look."""
        for lease in list(self._leases):
            try:
                await client.renew_concurrency_lease(lease, LEASE_S)
            except PrefectHTTPStatusError:  # it ran out, or the server was started anew
                del self._leases[lease]
        if self._asked < self._wanted and time.monotonic() - self._wanted_at >= LINGER_S:
            self._wanted = self._asked
        if self._held < self._wanted:
            self.granted = await self._take(client)
            return ASK_AGAIN_S if self.granted < self._wanted else RENEW_EVERY_S
        for lease, count in sorted(self._leases.items(), key=lambda each: -each[1]):
            if self._held - count >= self._wanted:
                await self._give_back(client, lease)
        self.granted = self._held
        return RENEW_EVERY_S if self._asked == self._wanted else min(LINGER_S, RENEW_EVERY_S)

    @property
    def _held(self) -> int:
        return sum(self._leases.values())

    async def _take(self, client: PrefectClient) -> int:
        """Take all that is missing, or one where all are not to be had; how many may be used now."""
        missing = self._wanted - self._held
        for count in (missing, 1) if missing > 1 else (1,):
            try:
                answer = await client.increment_concurrency_slots_with_lease(
                    names=[LIMIT], slots=count, mode="concurrency", lease_duration=LEASE_S
                )
            except PrefectHTTPStatusError as error:
                if error.response.status_code not in DENIED:
                    raise
            else:
                given = answer.json()
                if not given["limits"]:
                    return self._wanted  # nobody has set a limit
                self._leases[UUID(given["lease_id"])] = count
                break
        return self._held

    async def _give_back(self, client: PrefectClient, lease: UUID) -> None:
        del self._leases[lease]
        await client.release_concurrency_slots_with_lease(lease)

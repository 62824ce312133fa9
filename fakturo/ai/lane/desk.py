"""What all drafts of one run share: ledger, settings, providers, clock and retry budget."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Engine

from fakturo.ai.lane.budget import RetryBudget
from fakturo.ai.lane.latency import Latency
from fakturo.ai.provider.client import ModelClient, open_clients
from fakturo.clock import utc_now
from fakturo.setting_groups.ai import Ai
from fakturo.settings import Settings

Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True)
class Desk:
    """Open it with `open_desk`, close it with `aclose`."""

    engine: Engine
    settings: Settings
    clients: Sequence[ModelClient]
    """First choice first; empty: no model is set up."""
    worker: str
    run_id: str | None
    now: Callable[[], datetime]
    sleep: Sleep
    retries: RetryBudget
    latencies: dict[str, Latency] = field(default_factory=dict)
    """As last seen in the ledger, by endpoint; for calls that are under way."""

    @property
    def ai(self) -> Ai:
        """Settings of the AI step."""
        return self.settings.ai

    @property
    def endpoints(self) -> Sequence[str]:
        """Names of the providers' rows in the ledger."""
        return [client.name for client in self.clients]

    async def aclose(self) -> None:
        """Close the connections."""
        for client in self.clients:
            await client.aclose()


def open_desk(
    engine: Engine,
    settings: Settings,
    *,
    worker: str,
    run_id: str | None = None,
    now: Callable[[], datetime] = utc_now,
    sleep: Sleep = asyncio.sleep,
) -> Desk:
    """Desk for one run.

    Raises:
        BadSetting: an address or a key that cannot be used.
    """
    clients = open_clients(settings)
    retries = RetryBudget(settings.ai.retry_share)
    return Desk(engine, settings, clients, worker, run_id, now, sleep, retries)

"""A queue to drain, a drafter that proves whatever it is shown, and a clock that moves when it is asked."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, insert, select

from fakturo.ai.lane.breaker import Breaker
from fakturo.ai.lane.budget import RetryBudget
from fakturo.ai.lane.desk import Desk
from fakturo.ai.lane.endpoint import Endpoint, write_state
from fakturo.ai.lane.latency import Latency
from fakturo.drain import Drain
from fakturo.ledger.ai import ai_endpoints
from fakturo.ledger.open import reading, writing
from fakturo.ledger.orders import queue
from fakturo.ledger.orders.drafts import save_draft
from fakturo.ledger.orders.queue import Claimed
from fakturo.ledger.tables import orders
from fakturo.order import Order, content
from fakturo.settings import Settings
from tests.ai.scripted import Scripted

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def land(
    engine: Engine, order: Order, count: int, *, lane: str = "rules", first: int = 0, **more: object
) -> None:
    """Put orders into the queue as intake would."""
    rows = []
    for number in range(first, first + count):
        each = order.model_copy(update={"external_id": f"{lane}-{number}"})
        rows.append(
            {
                "source": "test",
                "external_id": each.external_id,
                "content_sha256": f"{lane}-{number}",
                "lane": lane,
                "status": "queued",
                "content": content(each) if lane == "rules" else None,
                "raw": None if lane == "rules" else f"Please send 6 lanterns, order {number}",
                "received_at": NOW,
                "updated_at": NOW,
                **more,
            }
        )
    with writing(engine) as connection:
        connection.execute(insert(orders), rows)


async def no_draft(claimed: Claimed) -> str:
    raise AssertionError(f"order {claimed.id} was to be drafted")


class Drafter:
    """Proves each order after as many turns of the event loop as asked for."""

    def __init__(self, engine: Engine, order: Order, *, turns: int = 1, who: str = "one") -> None:
        self.engine, self.order, self.turns, self.who = engine, order, turns, who
        self.at_once = self.most = 0
        self.seen: list[int] = []

    async def __call__(self, claimed: Claimed) -> str:
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        for _ in range(self.turns):
            await asyncio.sleep(0)
        self.at_once -= 1
        self.seen.append(claimed.id)
        drafted = self.order.model_copy(update={"external_id": claimed.external_id})
        save_draft(self.engine, claimed.id, drafted, drafter="model", findings=[], now=NOW, worker=self.who)
        return "proved"


class Ticking:
    """A clock that moves 50 ms each time it is asked."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=50)
        return self.now


def drain(
    engine: Engine,
    settings: Settings,
    *,
    who: str = "one",
    clock: Callable[[], datetime] | None = None,
    clients: Sequence[Scripted] = (),
    **more: object,
) -> Drain:
    desk = Desk(engine, settings, clients, who, None, clock or Ticking(), asyncio.sleep, RetryBudget(0.3))
    return Drain(desk, **{"draft": no_draft, **more})


def remember(engine: Engine, client: Scripted, **state: object) -> None:
    """Shared state of a provider, as others left it in the ledger."""
    with writing(engine) as connection:
        ai_endpoints.locked(connection, client.name, NOW)
        ai_endpoints.write(connection, client.name, write_state(Endpoint(**state)), NOW)


def resting(seconds: float, *, rests: int = 1) -> Breaker:
    return Breaker(failures=5, rests=rests, open_until=NOW.timestamp() + seconds)


KNOWN = Latency(answers=20, mean_s=0.5, size=1000.0)


def claims(engine: Engine) -> set[int]:
    with reading(engine) as connection:
        return set(connection.execute(select(orders.c.attempts)).scalars())


def states(engine: Engine) -> dict[str, int]:
    return {name: count for name, count in queue.counts(engine, NOW + timedelta(hours=1)).items() if count}

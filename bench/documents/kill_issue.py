"""Issue orders with many processes at once, kill them at random, and count what was lost or doubled.

    .venv/bin/python -m bench.documents.kill_issue [--orders 10000] [--processes 16] [--seed 1]
                                                   [--database sqlite postgresql] [--mean-life 1.0]

Every kill is SIGKILL to one process, whatever it does just then, inside a transaction or between two; a new
one takes its place at once. The processes are forked from one that has asked the official rules before, so
that a killed one costs milliseconds and kills may come fast. All moments are drawn from the seed; what they
meet is left to the machine. Ends with code 1 where anything was lost, doubled or torn.
"""

import argparse
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from sqlalchemy import func, insert, select

from bench.kill_up import MUST_BE_ZERO, examine
from bench.postgres import cluster
from fakturo.clock import utc_now
from fakturo.ledger.issuing import chunk
from fakturo.ledger.migrate import upgrade
from fakturo.ledger.open import connect, reading, writing
from fakturo.ledger.tables import orders
from fakturo.order import Order, OrderLine, Party, content, identity
from fakturo.seller import Seller

ORDERS_A_CHUNK = 10
"""Of the 200 that issuing takes: twenty times the transactions to be killed in."""
LEASE_S = 3.0
"""After it the orders of a killed process are free; a slow one that is still alive loses them, too."""
LONGEST_S = 1800.0
COUNT_EVERY_S = 0.5
CONSOLE = Console()
_forked = get_context("fork")


def fill(url: str, count: int, seed: int) -> None:
    """A migrated ledger with `count` orders that code understood and nobody has issued."""
    dice = random.Random(seed)
    engine = connect(url)
    upgrade(engine)
    rows = [_row(_order(dice, number)) for number in range(count)]
    with writing(engine) as connection:
        for start in range(0, count, 1000):
            connection.execute(insert(orders), rows[start : start + 1000])
    engine.dispose()


def _order(dice: random.Random, number: int) -> Order:
    return Order(
        external_id=f"K{number:06}",
        customer=Party(id=f"C{number % 400}", name=f"Client {number % 400} Ltd", country="GB"),
        currency="GBP",
        ordered_on=date(2026, 3, 2),
        lines=tuple(
            OrderLine(no=no, code=f"P{no}", name=f"Lantern {no}", quantity=Decimal(dice.randint(1, 48)),
                      unit_price=Decimal(dice.randint(1000, 1999)).scaleb(-2))
            for no in range(1, dice.randint(2, 4))
        ),
    )  # fmt: skip


def _row(order: Order) -> dict[str, Any]:
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    return {
        "source": "bench",
        "external_id": order.external_id,
        "content_sha256": identity(order),
        "lane": "rules",
        "status": "queued",
        "customer_id": order.customer.id,
        "content": content(order),
        "received_at": at,
        "updated_at": at,
    }


def work(url: str, worker: str) -> None:
    """What each process does: issue until nothing is left, as `fakturo issue` does."""
    os.setpgrp()  # Ctrl-C reaches the parent, which ends this one
    chunk.CHUNK = ORDERS_A_CHUNK
    chunk.issue_waiting(connect(url), seller=Seller(), worker=worker, clock=utc_now, lease_s=LEASE_S)


class Crew:
    """The processes at work."""

    def __init__(self, url: str, size: int) -> None:
        self.url, self.size = url, size
        self.alive: list[BaseProcess] = []
        self.started = self.failed = 0

    def refill(self) -> None:
        """Start as many as are missing; one that ended by itself found nothing to take."""
        for each in [each for each in self.alive if not each.is_alive()]:
            self.failed += each.exitcode not in {0, -signal.SIGKILL}
            self._forget(each)
        while len(self.alive) < self.size:
            self.started += 1
            process = _forked.Process(target=work, args=(self.url, f"w{self.started}"), daemon=True)
            process.start()
            self.alive.append(process)

    def kill(self, which: BaseProcess) -> bool:
        """SIGKILL; whether it was still at work."""
        which.kill()
        which.join()
        was_at_work = which.exitcode == -signal.SIGKILL
        self._forget(which)
        return was_at_work

    def end(self) -> None:
        """End all."""
        for each in list(self.alive):
            self.kill(each)

    def _forget(self, which: BaseProcess) -> None:
        self.alive.remove(which)
        which.close()


@contextmanager
def ledger(database: str) -> Iterator[str]:
    """URL of an empty ledger, thrown away afterwards."""
    if database == "postgresql":
        with cluster() as url:
            yield url
        return
    with tempfile.TemporaryDirectory(prefix="fakturo-bench-") as folder:
        yield f"sqlite:///{Path(folder) / 'ledger.sqlite'}"


def issue_and_kill(url: str, asked: argparse.Namespace) -> tuple[dict[str, Any], float]:
    """Issue all orders among the kills; what crew and kills came to, and the seconds it took."""
    dice = random.Random(asked.seed)
    crew, kills, began, counted_at = Crew(url, asked.processes), 0, time.monotonic(), time.monotonic()
    with Progress(console=CONSOLE, disable=not CONSOLE.is_terminal, transient=True) as progress:
        task = progress.add_task(f"issuing on {url.partition(':')[0]}", total=asked.orders)
        try:
            while time.monotonic() - began < LONGEST_S:
                crew.refill()
                time.sleep(dice.expovariate(asked.processes / asked.mean_life))
                kills += crew.kill(dice.choice(crew.alive))
                if time.monotonic() - counted_at < COUNT_EVERY_S:
                    continue
                counted_at = time.monotonic()
                left = count_left(url)
                progress.update(task, completed=asked.orders - left)
                if not left:
                    break
        finally:
            crew.end()
    told = {"processes started": crew.started, "of them killed": kills, "of them failed": crew.failed}
    return told, time.monotonic() - began


def count_left(url: str) -> int:
    """Orders still to issue. Leaves no connection open: SQLite must not be carried over a fork."""
    engine = connect(url)
    with reading(engine) as connection:
        left = connection.execute(select(func.count()).where(orders.c.status == "queued")).scalar_one()
    engine.dispose()
    return int(left)


def run(database: str, asked: argparse.Namespace) -> bool:
    """One database; prints its table. Whether all held."""
    with ledger(database) as url:
        fill(url, asked.orders, asked.seed)
        told, seconds = issue_and_kill(url, asked)
        engine = connect(url)
        found = examine(engine)
        with reading(engine) as connection:
            states = connection.execute(
                select(orders.c.status, func.count()).group_by(orders.c.status)
            ).tuples()
            by_state = dict(states.all())
        engine.dispose()
    del found["documents"]
    title = f"{database}: {asked.orders:,} orders, {asked.processes} processes, seed {asked.seed}"
    table = Table(title=title, title_justify="left", box=None, show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for name, value in (found | told).items():
        table.add_row(name, str(value))
    for name, value in sorted(by_state.items()):
        table.add_row(f"orders {name.replace('_', ' ')}", str(value))
    table.add_row("seconds", f"{seconds:.0f}")
    CONSOLE.print(table)
    is_whole = found["audit chain"] == "whole" and not any(found[name] for name in MUST_BE_ZERO)
    return is_whole and found["invoices"] == asked.orders and not told["of them failed"]


def warm_up() -> None:
    """Ask the rules once: the forked processes have them compiled."""
    with ledger("sqlite") as url:
        fill(url, 2, 0)
        engine = connect(url)
        chunk.issue_waiting(engine, seller=Seller(), worker="warm", clock=utc_now, lease_s=LEASE_S)
        engine.dispose()


def main() -> None:
    """Read the options, run on each database."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--orders", type=int, default=10_000)
    parser.add_argument("--processes", type=int, default=16)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", nargs="+", choices=("sqlite", "postgresql"),
                        default=["sqlite", "postgresql"])  # fmt: skip
    parser.add_argument("--mean-life", type=float, default=1.0, help="of a process, seconds")
    asked = parser.parse_args()
    warm_up()
    held = [
        run(database, asked) for database in asked.database
    ]  # on all of them, whatever the first one says
    if not all(held):
        sys.exit("Something was lost, doubled or torn.")


if __name__ == "__main__":
    main()

"""Kill the running `fakturo up` tree at random moments, start it again, and count what was lost or doubled.

    .venv/bin/python bench/kill_up.py [--orders 500] [--kills 10] [--seed 1] [--home FOLDER]

Half of the orders come as CSV, half as documents and e-mail texts through the inbox, a few at a time, while
the bundled AI simulator (not a model) fails as a provider does in a bad hour. Every kill is SIGKILL to the
parent and all of its children at once, or to the parent alone, which has to take the others along.
"""

import argparse
import csv
import io
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine, func, select

from fakturo.ai.simulator.server import start_simulator
from fakturo.intake.sample_documents import write_documents
from fakturo.ledger import audit_check
from fakturo.ledger.open import open_ledger, reading
from fakturo.ledger.orders import queue
from fakturo.ledger.tables import audit, documents, invoices, orders, outbox
from fakturo.settings import load

PRODUCTS = (("LN-104", "Brass lantern, small", "14.50"), ("CR-012", "Stoneware mug, 300 ml", "6.80"))
QUANTITIES = (1, 2, 3, 4, 6, 10, 12, 24)
FILES = 25
"""CSV files; documents are dropped in as many portions."""
SHORTEST_LIFE_S, LONGEST_LIFE_S = 3.0, 22.0
"""From the middle of the server's start to well into the work."""
LAST_RUN_S = 300.0
STOP_S = 30.0
CONSOLE = Console()


def rows(chance: random.Random, first: int, count: int) -> list[dict[str, Any]]:
    """Lines of made-up orders, one or two each."""
    return [
        {
            "order_id": f"K{number:05}",
            "customer_id": str(10000 + number % 40),
            "customer_name": f"Client {number % 40} Ltd",
            "country": "GB",
            "currency": "GBP",
            "order_date": "2026-03-02",
            "sku": sku,
            "name": name,
            "quantity": chance.choice(QUANTITIES),
            "unit_price": price,
        }
        for number in range(first, first + count)
        for sku, name, price in PRODUCTS[: chance.choice((1, 2))]
    ]


def portions(chance: random.Random, count: int, scratch: Path) -> Iterator[list[Path]]:
    """Files of all orders, a few at a time."""
    half = count // 2
    for part in range(FILES):
        mine = range(part, half, FILES)
        made = [row for number in mine for row in rows(chance, number, 1)]
        text = io.StringIO()
        writer = csv.DictWriter(text, list(made[0]))
        writer.writeheader()
        writer.writerows(made)
        path = scratch / f"orders-{part:02}.csv"
        path.write_text(text.getvalue())
        letters = [row for number in range(half + part, count, FILES) for row in rows(chance, number, 1)]
        yield [path, *write_documents(scratch, letters)]


class Tree:
    """One `fakturo up` after the other on the same home."""

    def __init__(self, home: Path, ai_url: str) -> None:
        self.home, self.log = home, home.parent / "up.txt"
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        self.environment = os.environ | {
            "FAKTURO_HOME": str(home),
            "FAKTURO_UP_PORT": str(port),
            "FAKTURO_AI_BASE_URL": ai_url,
            "FAKTURO_AI_MODEL": "fakturo-simulator",
            "FAKTURO_INTAKE_STABLE_S": "0.2",
            "FAKTURO_LEDGER_LEASE_S": "30",
        }
        self.up: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; its words go to one file."""
        with self.log.open("ab") as log:
            command = (sys.executable, "-c", "from fakturo.cli.main import main; main()", "up")
            self.up = subprocess.Popen(
                command, env=self.environment, cwd=self.home.parent, stdout=log, stderr=log
            )

    def kill(self, *, parent_only: bool) -> list[str]:
        """Send SIGKILL; returns which processes were still there ten seconds later."""
        assert self.up is not None
        parent = psutil.Process(self.up.pid)
        below = parent.children(recursive=True)
        commands = {each.pid: _command(each) for each in below}
        for each in [parent] if parent_only else [parent, *below]:
            with suppress(psutil.NoSuchProcess):
                each.kill()
        self.up.wait()
        _, alive = psutil.wait_procs(below, timeout=10)
        return [commands[each.pid] for each in alive]

    def stop(self) -> float:
        """Ask it to stop; returns the seconds it took."""
        assert self.up is not None
        began = time.monotonic()
        self.up.terminate()
        self.up.wait(STOP_S)
        return time.monotonic() - began


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline()[-4:])
    except psutil.Error:  # it has just ended by itself
        return "ended"


def feed(home: Path, files: list[Path]) -> None:
    """Put files into the inbox, each at once."""
    for each in files:
        half = home / "inbox" / f".{each.name}.part"
        shutil.copyfile(each, half)
        half.replace(home / "inbox" / each.name)


def is_done(engine: Engine, home: Path, wanted: int) -> bool:
    """Whether every order is in and nothing is left to do but what is parked."""
    states = queue.counts(engine, datetime.now(UTC))
    is_empty = not any(path.is_file() for path in (home / "inbox").iterdir())
    return sum(states.values()) >= wanted and is_empty and not states["queued"] and not states["working"]


def examine(engine: Engine) -> dict[str, Any]:
    """Count in the ledger what must not be."""
    with reading(engine) as connection:
        issued = connection.execute(select(invoices.c.series, invoices.c.seq, invoices.c.number)).all()
        per_order = connection.execute(select(invoices.c.order_id)).scalars().all()
        told = Counter(connection.execute(select(outbox.c.subject)).scalars())
        logged = select(audit.c.subject).where(audit.c.action == "invoice.issued")
        audited = Counter(
            subject.removeprefix("invoice:") for subject in connection.execute(logged).scalars()
        )
        series = {
            name: [row.seq for row in issued if row.series == name] for name in {r.series for r in issued}
        }
        numbers = [row.number for row in issued]
        return {
            "orders": connection.execute(select(func.count(orders.c.id))).scalar_one(),
            "order numbers that came in twice": connection.execute(
                select(func.count(orders.c.id) - func.count(orders.c.external_id.distinct()))
            ).scalar_one(),
            "invoices": len(issued),
            "duplicate numbers": len(numbers) - len(set(numbers)),
            "orders invoiced twice": len(per_order) - len(set(per_order)),
            "gaps in a series": sum(max(seqs) - len(set(seqs)) for seqs in series.values()),
            "invoices without exactly one audit row": sum(audited[number] != 1 for number in numbers),
            "invoices without exactly one outbox row": sum(told[number] != 1 for number in numbers),
            "audit rows or events of no invoice": len(set(audited) ^ set(numbers))
            + len(set(told) - set(numbers)),
            "audit chain": audit_check.examine(connection)[1] or "whole",
            "documents": connection.execute(select(func.count(documents.c.id))).scalar_one(),
        }


MUST_BE_ZERO = (
    "order numbers that came in twice",
    "duplicate numbers",
    "orders invoiced twice",
    "gaps in a series",
    "invoices without exactly one audit row",
    "invoices without exactly one outbox row",
    "audit rows or events of no invoice",
)


def run(home: Path, count: int, kills: int, seed: int) -> bool:
    """Feed, kill, start again; print the table. Whether all held."""
    chance = random.Random(seed)
    (home / "inbox").mkdir(parents=True)
    scratch = home.parent / "scratch"
    scratch.mkdir()
    waiting = list(portions(chance, count, scratch))
    share = -(-len(waiting) // (kills + 1))
    left_over = 0
    engine = open_ledger(load(home=home, _env_file=None))
    with start_simulator("mix", seed) as simulator:
        tree = Tree(home, simulator.base_url)
        for number in range(kills):
            tree.start()
            life_s, parent_only = chance.uniform(SHORTEST_LIFE_S, LONGEST_LIFE_S), chance.random() < 1 / 3
            ends_at = time.monotonic() + life_s
            for files in waiting[:share]:
                time.sleep(max(0.0, min(life_s / share, ends_at - time.monotonic())))
                feed(home, files)
            del waiting[:share]
            time.sleep(max(0.0, ends_at - time.monotonic()))
            left = tree.kill(parent_only=parent_only)
            left_over += len(left)
            states = {name: n for name, n in queue.counts(engine, datetime.now(UTC)).items() if n}
            which = "parent" if parent_only else "tree"
            CONSOLE.print(
                f"kill {number + 1} of {kills}: {which} after {life_s:.1f} s, left over: {left}, {states}"
            )
        for files in waiting:
            feed(home, files)
        tree.start()
        began = time.monotonic()
        while not is_done(engine, home, count) and time.monotonic() - began < LAST_RUN_S:
            time.sleep(0.5)
        drained_s = time.monotonic() - began
        stopped_s = tree.stop()
    states = {name: n for name, n in queue.counts(engine, datetime.now(UTC)).items() if n}
    found = examine(engine)
    table = Table(title=f"{kills} kills over {count} orders, seed {seed}", title_justify="left", box=None)
    table.add_column("")
    table.add_column("", justify="right")
    for name, value in found.items():
        table.add_row(name, str(value))
    for name, value in states.items():
        table.add_row(f"orders {name.replace('_', ' ')}", str(value))
    table.add_row("processes left over after kills", str(left_over))
    table.add_row("last start to empty queue, s", f"{drained_s:.0f}")
    table.add_row("clean stop, s", f"{stopped_s:.1f}")
    CONSOLE.print(table)
    held = found["orders"] == count and not any(found[name] for name in MUST_BE_ZERO)
    return held and found["audit chain"] == "whole" and not states.get("working")


def main() -> None:
    """Read the options, run in a folder that is thrown away unless one is named."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--orders", type=int, default=500)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--home", type=Path, help="a new folder to keep for a look afterwards")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        home = (options.home or Path(scratch)).resolve() / "home"
        if not run(home, options.orders, options.kills, options.seed):
            sys.exit("Something was lost, doubled or torn.")


if __name__ == "__main__":
    main()

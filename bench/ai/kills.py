"""Kill the worker with -9 at random moments while it drafts; count what was lost, doubled or paid twice.

    .venv-bench/bin/python -m bench.ai.kills [--orders 300] [--kills 10] [--seed 1] [--scenario mix]

Every order has to end issued, in review, dead-lettered with its reason, or queued. An answer that the ledger
had kept must not be asked again; one that was under way when its process died is lost, and counted by itself.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine, func, select

from bench.ai.judging import judge
from bench.ai.ledgers import fresh_ledger, read_back
from bench.ai.orders import letters
from bench.ai.prompt import truths
from bench.ai.work import Result, Task, write
from bench.kill_up import MUST_BE_ZERO, examine
from fakturo.ai.simulator.scenarios import find_scenario
from fakturo.ai.simulator.server import start_simulator
from fakturo.ledger.open import reading
from fakturo.ledger.tables import ai_calls, orders

ROOT = Path(__file__).parents[2]
LIFE_S = (1.0, 6.0)
"""From the end of the imports to well into the work, of about 40 s in all."""
LAST_RUN_S = 600.0
ENDS = {"issued", "needs_review", "dead_letter", "queued"}
CONSOLE = Console()


def start(folder: Path) -> subprocess.Popen[bytes]:
    """Start a worker on the ledger of this folder."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("FAKTURO_")}
    command = (sys.executable, "-m", "bench.ai.fakturo_child", f"{folder}/task.json", f"{folder}/result.json")
    return subprocess.Popen(command, cwd=ROOT, env=environment)


def asked_again(engine: Engine) -> int:
    """Calls for a request whose good answer the ledger had: 0, or the cache was passed by."""
    with reading(engine) as connection:
        kept = (
            select(ai_calls.c.endpoint, ai_calls.c.request_sha256, func.min(ai_calls.c.id).label("first"))
            .where(ai_calls.c.outcome == "ok")
            .group_by(ai_calls.c.endpoint, ai_calls.c.request_sha256)
            .subquery()
        )
        later = select(func.count(ai_calls.c.id)).join(
            kept,
            (ai_calls.c.endpoint == kept.c.endpoint)
            & (ai_calls.c.request_sha256 == kept.c.request_sha256)
            & (ai_calls.c.id > kept.c.first),
        )
        return connection.execute(later).scalar_one()


def states(engine: Engine) -> Counter[str]:
    """Orders by status."""
    with reading(engine) as connection:
        return Counter(connection.execute(select(orders.c.status)).scalars())


def under_way(engine: Engine) -> int:
    """Calls whose answer nobody was there to read."""
    with reading(engine) as connection:
        return connection.execute(
            select(func.count(ai_calls.c.id)).where(ai_calls.c.outcome == "sent")
        ).scalar_one()


def run(folder: Path, asked: argparse.Namespace) -> bool:
    """Land, kill, start again, examine. Whether all held."""
    chance = random.Random(f"kills {asked.seed}")
    made = letters(asked.orders, asked.seed)
    engine = fresh_ledger(folder / "home", made)
    day = find_scenario(asked.scenario, latency_ms=(120.0, 380.0))
    with start_simulator(day, asked.seed, truths=truths(made)) as simulator:
        task = Task(
            client="fakturo",
            origin=simulator.origin,
            base_url=simulator.base_url,
            is_azure=False,
            workers=10,
            timeout_s=10.0,
            texts={},
            home=str(folder / "home"),
        )
        write(folder / "task.json", task)
        for number in range(asked.kills):
            child, life_s = start(folder), chance.uniform(*LIFE_S)
            time.sleep(life_s)
            held = simulator.provider.tally.in_flight
            child.kill()
            child.wait()
            CONSOLE.print(
                f"kill {number + 1} of {asked.kills} after {life_s:.1f} s, {held} requests in flight: "
                f"{dict(states(engine))}"
            )
        began = time.monotonic()
        if start(folder).wait(LAST_RUN_S):
            CONSOLE.print("The last run failed.")
        last_s = time.monotonic() - began
        books = simulator.provider.tally.report()
        result = Result()
        read_back(engine, result)
        figures = judge(made, simulator.provider, result)
    found: dict[str, Any] = examine(engine) | {
        "orders by status": dict(states(engine)),
        "orders that ended nowhere": sum(n for each, n in states(engine).items() if each not in ENDS),
        "right, share of completable": f"{figures.right:.3f}",
        "silently wrong": int(figures.wrong),
        "kept answers asked again": asked_again(engine),
        "calls under way at a kill": under_way(engine),
        "right answers that died with a process and were paid again": books.get("right_again", 0),
        "requests": books["requests"],
        "last start to the end, s": f"{last_s:.0f}",
    }
    table = Table(
        title=f"{asked.kills} kills over {asked.orders} orders, {day.name}, seed {asked.seed}", box=None
    )
    table.add_column("")
    table.add_column("", justify="right")
    for name, value in found.items():
        table.add_row(name, str(value))
    CONSOLE.print(table)
    zero = (*MUST_BE_ZERO, "orders that ended nowhere", "silently wrong", "kept answers asked again")
    engine.dispose()
    return (
        found["orders"] == asked.orders
        and not any(found[name] for name in zero)
        and (found["audit chain"] == "whole")
    )


def main() -> None:
    """Read the options and run in a folder that is thrown away."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--orders", type=int, default=300)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--scenario", default="mix")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fakturo-kills-") as name:
        if not run(Path(name), asked):
            sys.exit("Something was lost, doubled, wrong, or paid twice.")


if __name__ == "__main__":
    main()

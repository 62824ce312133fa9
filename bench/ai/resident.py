"""What Fakturo adds to the provider's own time in the resident run of `fakturo up`, order by order.

    .venv/bin/python -m bench.ai.resident [--orders 100] [--per-second 2] [--seed 1]

A real Prefect server, a real resident run, the bundled simulator (no model) without limit or fault. An order
is accepted when its row stands in the ledger. Overhead = accepted to draft (or to invoice), less the time
that the provider took for the order's calls. Orders come one by one, so that nothing waits for a limit; the
first of them when `fakturo up` has said that it is up. Documents are rendered meanwhile.
"""

import argparse
import math
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine, func, insert, select

from bench.ai.orders import letters
from bench.kill_up import Tree
from fakturo.ai.simulator.scenarios import find_scenario
from fakturo.ai.simulator.server import start_simulator
from fakturo.clock import utc_now
from fakturo.ledger.open import open_ledger, reading, writing
from fakturo.ledger.orders import queue
from fakturo.ledger.tables import ai_calls, drafts, invoices, orders
from fakturo.settings import load

LATENCY_MS = (120.0, 380.0)
READY_S = 180.0
DONE_S = 60.0


def land(engine: Engine, number: int, text: str) -> None:
    """Accept one letter now."""
    now = utc_now()
    row = {"id": number, "source": "bench", "external_id": f"B-{number}", "content_sha256": f"{number:064d}"}
    row |= {"lane": "model", "status": "queued", "raw": text, "received_at": now, "updated_at": now}
    with writing(engine) as connection:
        connection.execute(insert(orders), [row])


def await_empty(engine: Engine, patience_s: float) -> None:
    """Wait until nothing is queued or worked on."""
    give_up_at = time.monotonic() + patience_s
    while time.monotonic() < give_up_at:
        states = queue.counts(engine, utc_now())
        if not states["queued"] + states["working"] + states["parked"]:
            return
        time.sleep(0.1)
    raise SystemExit(f"Not done after {patience_s:.0f} s: {queue.counts(engine, utc_now())}")


def await_up(tree: Tree, patience_s: float) -> None:
    """Wait until everything has been started and registered."""
    give_up_at = time.monotonic() + patience_s
    while "Fakturo is up" not in tree.log.read_text():
        if time.monotonic() > give_up_at:
            raise SystemExit(f"Not up after {patience_s:.0f} s: {tree.log}")
        time.sleep(0.1)


def overheads(engine: Engine, first: int) -> tuple[list[float], list[float]]:
    """Milliseconds beyond the provider's time until draft, and until invoice; of orders from `first` on."""
    with reading(engine) as connection:
        asked: dict[int, int] = dict(
            connection.execute(
                select(ai_calls.c.order_id, func.sum(ai_calls.c.duration_ms)).group_by(ai_calls.c.order_id)
            ).all()
        )
        received: dict[int, float] = {
            row.id: row.received_at.timestamp()
            for row in connection.execute(
                select(orders.c.id, orders.c.received_at).where(orders.c.id >= first)
            )
        }
        drafted = connection.execute(select(drafts.c.order_id, drafts.c.created_at)).all()
        issued = connection.execute(select(invoices.c.order_id, invoices.c.issued_at)).all()
    to_draft, to_invoice = (
        [
            (moment.timestamp() - received[order_id]) * 1000 - asked[order_id]
            for order_id, moment in found
            if order_id in received
        ]
        for found in (drafted, issued)
    )
    return sorted(to_draft), sorted(to_invoice)


def quantile(ascending: Sequence[float], share: float) -> float:
    """Smallest value that so large a share does not exceed."""
    return ascending[math.ceil(len(ascending) * share) - 1]


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--orders", type=int, default=100)
    parser.add_argument("--per-second", type=float, default=2.0)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    made = letters(asked.orders + 1, asked.seed)
    day = find_scenario("calm", latency_ms=LATENCY_MS)
    with (
        tempfile.TemporaryDirectory(prefix="fakturo-bench-") as name,
        start_simulator(day, asked.seed) as simulator,
    ):
        home = Path(name) / "home"
        home.mkdir()
        engine = open_ledger(load(home=home, _env_file=None))
        tree = Tree(home, simulator.base_url)
        tree.start()
        try:
            land(engine, 1, made[0].text)  # the first one finds the server, the provider and its limits
            await_empty(engine, READY_S)
            await_up(tree, READY_S)
            for letter in made[1:]:
                land(engine, letter.id, letter.text)
                time.sleep(1 / asked.per_second)
            await_empty(engine, DONE_S)
        finally:
            tree.stop()
        to_draft, to_invoice = overheads(engine, first=2)
    table = Table(title=f"Beyond the provider's own time, {asked.orders} orders, ms")
    for column in ("", "orders", "p50", "p95", "max"):
        table.add_column(column, justify="left" if not column else "right")
    for label, found in (("accepted to draft", to_draft), ("accepted to invoice", to_invoice)):
        figures = [quantile(found, share) for share in (0.5, 0.95, 1.0)] if found else []
        table.add_row(label, str(len(found)), *(f"{each:.0f}" for each in figures))
    Console().print(table)


if __name__ == "__main__":
    main()

"""Fakturo beside other AI clients, same orders, same simulator (no model), each in a process of its own.

    .venv-bench/bin/python -m bench.ai [--scenarios mix ...] [--clients fakturo ...] [--orders N]
                                       [--seeds 1 2 ...] [--rpm N] [--workers N]

One table per scenario, medians over the seeds. `fakturo-3` is three processes on one ledger and one quota.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import asdict, fields
from importlib import metadata
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.ai.judging import Figures, judge
from bench.ai.ledgers import fresh_ledger, read_back
from bench.ai.orders import letters
from bench.ai.peers import PEERS
from bench.ai.prompt import truths
from bench.ai.work import Result, Task, read_result, write
from fakturo.ai.simulator.scenarios import SCENARIOS, find_scenario
from fakturo.ai.simulator.server import start_simulator

ROOT = Path(__file__).parents[2]
LATENCY_MS = (120.0, 380.0)
"""10th and 90th percentile: a small model that writes a hundred tokens."""
TIMEOUT_S = 10.0
"""Of one attempt, for every client."""
LONGEST_RUN_S = 900.0
FAKTURO = {"fakturo": 1, "fakturo-3": 3}
CONSOLE = Console(width=215)


def run(client: str, scenario: str, seed: int, asked: argparse.Namespace) -> Figures:
    """One client on one bad day."""
    made = letters(asked.orders, seed)
    day = find_scenario(scenario, rpm=asked.rpm, latency_ms=LATENCY_MS)
    with (
        tempfile.TemporaryDirectory(prefix="fakturo-bench-") as name,
        start_simulator(day, seed, truths=truths(made)) as simulator,
    ):
        folder = Path(name)
        task = Task(
            client=client,
            origin=simulator.origin,
            base_url=simulator.base_url,
            is_azure=day.shape == "azure",
            workers=asked.workers,
            timeout_s=TIMEOUT_S,
            texts={str(letter.id): letter.text for letter in made},
            home=str(folder / "home"),
        )
        if client in PEERS:
            result = _children("bench.ai.peer_child", task, folder, 1)
        else:
            engine = fresh_ledger(folder / "home", made)
            result = _children("bench.ai.fakturo_child", task, folder, FAKTURO[client])
            read_back(engine, result)
            engine.dispose()
        if asked.verbose:
            CONSOLE.print(client, scenario, seed, simulator.provider.tally.report(), style="dim")
            CONSOLE.print(list(result.failed.items())[:5], style="dim")
        return judge(made, simulator.provider, result)


def _children(module: str, task: Task, folder: Path, count: int) -> Result:
    """Run so many processes at once; their CPU is added up, the longest wall time and most memory counts."""
    write(folder / "task.json", task)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("FAKTURO_")}
    places = [folder / f"result-{number}.json" for number in range(count)]
    children = [
        subprocess.Popen(
            (sys.executable, "-m", module, str(folder / "task.json"), str(place)), cwd=ROOT, env=environment
        )
        for place in places
    ]
    whole = Result()
    for child, place in zip(children, places, strict=True):
        if child.wait(LONGEST_RUN_S):
            sys.exit(f"{module} {task.client} ended with {child.returncode}")
        one = read_result(place)
        whole.answers |= one.answers
        whole.failed |= one.failed
        whole.cpu_s += one.cpu_s
        whole.wall_s = max(whole.wall_s, one.wall_s)
        whole.memory_mb = max(whole.memory_mb, one.memory_mb)
    return whole


def median(runs: list[Figures]) -> Figures:
    """Median of each figure by itself."""
    return Figures(
        *(statistics.median(getattr(each, field.name) for each in runs) for field in fields(Figures))
    )


def table(title: str, rows: dict[str, Figures]) -> Table:
    """All clients of one scenario."""
    shown = Table(title=title, title_justify="left")
    heads = (
        "client", "right %", "wrong", "review", "pace", "efficiency", "strict", "429s/right", "in outage",
        "at once", "no credit", "per impossible", "p50 s", "p95 s", "time s", "wall s", "CPU s", "MB",
        "paid twice",
    )  # fmt: skip
    for head in heads:
        shown.add_column(head, justify="left" if head == "client" else "right", no_wrap=head == "client")
    for client, each in rows.items():
        shown.add_row(
            client,
            f"{each.right * 100:.1f}",
            f"{each.wrong:.0f}",
            f"{each.in_review:.0f}",
            f"{each.pace:.3f}",
            f"{each.efficiency:.3f}",
            f"{each.strict_efficiency:.3f}",
            f"{each.refused_per_success:.2f}",
            f"{each.in_outage:.0f}",
            f"{each.most_in_outage:.0f}",
            f"{each.after_credit:.0f}",
            f"{each.per_impossible:.2f}",
            f"{each.p50_s:.2f}",
            f"{each.p95_s:.2f}",
            f"{each.seconds:.1f}",
            f"{each.wall_s:.1f}",
            f"{each.cpu_s:.1f}",
            f"{each.memory_mb:.0f}",
            f"{each.paid_twice:.0f}",
        )
    return shown


def main() -> None:
    """Run, judge, print."""
    known = [*PEERS, *FAKTURO]
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--scenarios", nargs="+", default=["ratelimit", "mix"], choices=SCENARIOS)
    parser.add_argument("--clients", nargs="+", default=[*PEERS, "fakturo"], choices=known)
    parser.add_argument("--orders", type=int, default=200)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--rpm", type=int, help="requests a minute; the scenario's own if left out")
    parser.add_argument("--workers", type=int, default=10)
    parser.add_argument("--out", type=Path, help="keep every run as a line of JSON")
    parser.add_argument("--verbose", action="store_true")
    asked = parser.parse_args()
    versions = ", ".join(
        f"{each} {metadata.version(each)}" for each in ("tenacity", "openai", "litellm", "pydantic-ai-slim")
    )
    CONSOLE.print(
        f"{asked.orders} orders, {asked.workers} workers, seeds {asked.seeds}; the provider is the bundled "
        f"simulator, latency {LATENCY_MS[0]:g}-{LATENCY_MS[1]:g} ms (p10-p90); {versions}"
    )
    for scenario in asked.scenarios:
        rows = {}
        for client in asked.clients:
            runs = [run(client, scenario, seed, asked) for seed in asked.seeds]
            if asked.out:
                with asked.out.open("a") as out:
                    for seed, each in zip(asked.seeds, runs, strict=True):
                        record = {"scenario": scenario, "client": client, "seed": seed} | asdict(each)
                        out.write(json.dumps(record) + "\n")
            rows[client] = median(runs)
        about = SCENARIOS[scenario].about
        CONSOLE.print(table(f"{scenario}: {about}; median of {len(asked.seeds)}", rows))


if __name__ == "__main__":
    main()

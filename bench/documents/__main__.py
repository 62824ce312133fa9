"""Documents and e-invoices: how fast, how large, how right, beside plain WeasyPrint and other PDF libraries.

    .venv/bin/python -m bench.documents [--parts pages memory long rules sample real] [--seeds 1 2 ...]
                                        [--count 60] [--rounds 3] [--renders 500] [--long 200 10000]
                                        [--sample 2000] [--real 500]

Everything is made from the seeds. Ends with code 1 where a document breaks an official rule or 2 GB are not
enough. The figures of `rules` have targets, which are told and not enforced: they depend on the
machine.
"""

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from bench.documents import sample, speed
from bench.processes import run

PARTS = ("pages", "memory", "long", "rules", "sample", "real")
WIDTH = 160
"""Of tables that go to a file."""
SHORT_TARGET_MS, LONG_TARGET_MS = 60, 1200


def rules(console: Console, folder: Path, seed: int) -> None:
    """Writing and asking."""
    with console.status("asking the official rules"):
        ran = run(sys.executable, "-m", "bench.documents.rules_speed", "--seed", str(seed), home=folder)
    found = json.loads(ran.output.splitlines()[-1])
    console.print(
        f"E-invoice, CII + UBL written and held against both rule sets: 10 lines {found['short_ms']:.0f} ms "
        f"(target {SHORT_TARGET_MS}), 200 lines {found['long_ms']:.0f} ms (target {LONG_TARGET_MS}); the "
        f"first {found['first_ms'] / 1000:.1f} s; writing alone {found['write_ms']:.1f} ms; peak "
        f"{found['peak_mb']:.0f} MB"
    )
    console.print(
        f"The gate, once a shape has passed: {found['by_shape_per_s']:,.0f} invoices/s of 10 lines, "
        f"{found['by_shape_per_s'] * found['short_ms'] / 1000:,.0f}x the rules"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--count", type=int, default=60, help="documents a round, for each process")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--renders", type=int, default=500, help="of the process whose memory is watched")
    parser.add_argument("--long", type=int, nargs="+", default=[200, 10_000], help="lines of long invoices")
    parser.add_argument("--sample", type=int, default=2000, help="generated documents")
    parser.add_argument("--real", type=int, default=500, help="real orders")
    asked = parser.parse_args()
    console, held = Console(soft_wrap=True), True
    if not console.is_terminal:
        console.width = WIDTH
    for seed in asked.seeds:
        load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
        console.print(f"Seed {seed}; {os.cpu_count()} processors, load {load}")
        with tempfile.TemporaryDirectory(prefix="fakturo-bench-") as name:
            folder = Path(name)
            if "pages" in asked.parts:
                speed.pages(console, folder, seed, asked.count, asked.rounds)
            if "memory" in asked.parts:
                speed.memory(console, folder, seed, asked.renders)
            if "long" in asked.parts:
                held &= speed.long_ones(console, folder, seed, asked.long)
            if "rules" in asked.parts:
                rules(console, folder, seed)
        if "sample" in asked.parts:
            held &= sample.generated(console, asked.sample, seed)
        if "real" in asked.parts:
            held &= sample.real(console, asked.real, seed)
    if not held:
        sys.exit("A document broke a rule, or took more memory than it may.")


if __name__ == "__main__":
    main()

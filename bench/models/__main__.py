"""`python -m bench.models [--data FOLDER] [--only NAMES] [--seed N]`: predictions on real data.

Each model is measured in a process of its own, so that its memory and its CPU seconds are its own. Reads the
data in place; a model or a data set that is not there is left out.
"""

import argparse
import importlib
import inspect
import resource
import subprocess
import sys
from pathlib import Path

from rich.console import Console

DATA = Path(__file__).parents[3] / "shared" / "data"
MODELS = ("revenue", "competition", "churn", "payments", "anomalies", "whole")
"""Files beside this one, each with `measure(data, ...) -> Iterable[rich.table.Table]`."""
WIDTH = 130


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.models", description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--only", default=",".join(MODELS), help="models, with commas between")
    parser.add_argument("--seed", type=int, default=1, help="of what is made or drawn")
    parser.add_argument("--sample", type=int, help="so many competition series of each kind, instead of all")
    asked = parser.parse_args()
    names = asked.only.split(",")
    if unknown := set(names) - set(MODELS):
        parser.error(f"There is no model {', '.join(sorted(unknown))}; --only takes {', '.join(MODELS)}.")
    if not asked.data.is_dir():
        parser.error(f"There is no data in {asked.data}; give its folder as --data.")
    found = [name for name in names if (Path(__file__).parent / f"{name}.py").exists()]
    if len(found) == 1:
        measure(found[0], asked)
        return
    failed = []
    for name in found:
        given = [*sys.argv[1:], "--only", name]  # the last --only counts
        if subprocess.run([sys.executable, "-m", "bench.models", *given], check=False).returncode:
            failed.append(name)
    if failed:
        sys.exit(f"Not measured to the end: {', '.join(failed)}.")


def measure(name: str, asked: argparse.Namespace) -> None:
    """Print a model's tables, and what they took."""
    made = importlib.import_module(f"bench.models.{name}").measure
    options = {"seed": asked.seed, "sample": asked.sample}
    taken = {key: value for key, value in options.items() if key in inspect.signature(made).parameters}
    console = Console(width=WIDTH)
    for table in made(asked.data, **taken):
        console.print(table)
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu_s, peak_mb = used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
    console.print(f"{name}: {cpu_s:,.0f} CPU-s, imports included; peak {peak_mb:,.0f} MB\n")


if __name__ == "__main__":
    main()

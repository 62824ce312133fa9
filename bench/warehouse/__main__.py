"""From files of millions of lines to answered questions, beside plain SQL and data frames: one table.

    .venv/bin/python -m bench.warehouse [--lines 1000000] [--seed N] [--folder DIR]

Every step is a process of its own; its figures are whole-process ones but for `dbt build` and the plain SQL,
which are also compared without what Python loads before. Everything is made from the seed; totals of ledger,
marts and peers are held against a sum that plain SQL made of the same seed.
"""

import argparse
import json
import shutil
import statistics
import sys
import tempfile
from multiprocessing import get_context
from pathlib import Path

import duckdb
from rich.console import Console
from rich.table import Table

from bench.processes import Ran, run
from bench.warehouse.made_files import make
from fakturo.settings import load

ROOT = Path(__file__).parents[2]
PYTHON = sys.executable
PEERS_PYTHON = ROOT / ".venv-bench" / "bin" / "python"


def module(name: str, *arguments: object, home: Path) -> Ran:
    """Run a module of this bench."""
    return run(PYTHON, "-m", f"bench.warehouse.{name}", *map(str, arguments), home=home)


class Sheet:
    """The table, row by row."""

    def __init__(self, title: str) -> None:
        self.table = Table(title=title, title_justify="left", box=None)
        for column in ("step", "wall s", "CPU s", "peak MB", "note"):
            self.table.add_column(column, justify="left" if column in {"step", "note"} else "right")

    def add(self, step: str, ran: Ran, note: str = "") -> None:
        """Add one process; hours may lie between the first and the last, so each is told as it ends."""
        print(f"{ran.seconds:8.1f} s  {step}  {note}", file=sys.stderr, flush=True)
        self.table.add_row(step, f"{ran.seconds:.1f}", f"{ran.cpu_s:.1f}", f"{ran.peak_mb:,.0f}", note)


def bring_in(sheet: Sheet, folder: Path, home: Path, lines: int) -> None:
    """Files -> ledger, and the same with the peers."""
    fakturo = str(Path(PYTHON).parent / "fakturo")
    invoices, payments = str(folder / "invoices.csv"), str(folder / "payments.csv")
    door = run(fakturo, "import", "invoices", invoices, "--dry-run", home=home)
    sheet.add("read, judged, proved; not landed", door, f"{lines / door.cpu_s:,.0f} lines per CPU-s")
    landed = run(fakturo, "import", "invoices", invoices, home=home)
    sheet.add("import invoices", landed, f"{lines / landed.cpu_s:,.0f} lines per CPU-s")
    sheet.add("import payments", run(fakturo, "import", "payments", payments, "--source", "BANK", home=home))
    sheet.add("allocate payments", run(fakturo, "payments", "match", home=home))
    if not PEERS_PYTHON.exists():
        return
    for peer in ("duckdb", "polars", "pandas"):
        target = folder / f"peer.{peer}"
        script = str(ROOT / "bench" / "warehouse" / "peers" / f"with_{peer}.py")
        ran = run(str(PEERS_PYTHON), script, invoices, str(target), home=home)
        sheet.add(f"  import with {peer}", ran, f"{landed.cpu_s / ran.cpu_s:.1f}x less CPU than Fakturo")
        target.unlink()


def build(sheet: Sheet, home: Path) -> None:
    """Ledger -> published file, and the same SQL without dbt."""
    memory = load(home=home, _env_file=None).warehouse.memory_mb // 2
    sheet.add("snapshot", module("step", "snapshot", home, home=home))
    bench = home / "bench"
    (bench / "plain").mkdir()
    shutil.copy2(bench / "warehouse.duckdb", bench / "plain")
    sheet.add("dbt parses its project", module("step", "parse", home, home=home), "once a version, then kept")
    dbt = module("step", "dbt", home, home=home)
    own = json.loads(dbt.output.splitlines()[-1])
    module("compile_plain", home, home=home)
    plain = module("run_plain", home, memory, home=home)
    bare = json.loads(plain.output.splitlines()[-1])
    ratios = f"{own['cpu_s'] / bare['cpu_s']:.2f}x CPU, {own['seconds'] / bare['seconds']:.2f}x time"
    sheet.add("dbt build", dbt, f"alone {own['cpu_s']:.1f} CPU-s: {ratios} of the plain SQL")
    sheet.add("  the same SQL in DuckDB", plain, f"alone {bare['cpu_s']:.1f} CPU-s")
    shutil.rmtree(bench / "plain")
    expectations = module("step", "expectations", home, home=home)
    told = json.loads(expectations.output.splitlines()[-1])
    sheet.add("Great Expectations", expectations, f"alone {told['cpu_s']:.1f} CPU-s, {told['answer']} hold")
    sheet.add("publish", module("step", "publish", home, home=home))


def check(folder: Path, home: Path) -> list[str]:
    """Hold what was published against what plain SQL makes of the seed."""
    settings = load(home=home, _env_file=None)
    with duckdb.connect(":memory:") as both:
        both.execute(f"attach '{folder / 'made.duckdb'}' as made (read_only)")
        both.execute(f"attach '{settings.warehouse_file}' as warehouse (read_only)")
        wanted = both.execute("""
            select currency, count(*), sum(if(is_credit, -total, total)) from made.totals where not is_bad
            group by currency order by currency
        """).fetchall()
        both.execute("use warehouse")
        found = both.execute("""
            select currency, count(*), sum(signed_total_amount) from fct_invoices
            group by currency order by currency
        """).fetchall()
        lines = both.execute("select count(*) from fct_invoice_lines").fetchone()
        money = both.execute("""
            select currency, sum(amount), sum(allocated_amount), sum(unallocated_amount) from fct_payments
            group by currency order by currency
        """).fetchall()
    assert wanted == found, (wanted, found)
    assert all(paid == put + left for _, paid, put, left in money), money
    return [
        "totals: " + ", ".join(f"{number:,} x {code} = {total:,.2f}" for code, number, total in found),
        f"lines: {lines[0]:,}",
        "payments = allocated + not: "
        + ", ".join(f"{code} {paid:,.2f} = {put:,.2f} + {left:,.2f}" for code, paid, put, left in money),
    ]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="kept; a new one is made and removed unless given")
    arguments = parser.parse_args()
    console = Console()
    with tempfile.TemporaryDirectory(prefix="fakturo-bench-") as made:
        folder = arguments.folder or Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        home = folder / "home"
        shutil.rmtree(home, ignore_errors=True)
        (folder / "made.duckdb").unlink(missing_ok=True)
        # in a process of its own: what this one holds would count as the peak of each that it starts
        making = get_context("spawn").Process(target=make, args=(folder, arguments.lines, arguments.seed))
        making.start()
        making.join()
        if making.exitcode:
            raise SystemExit(making.exitcode)
        with (folder / "invoices.csv").open("rb") as file:
            lines = sum(1 for _ in file) - 1
        sheet = Sheet(f"{lines:,} lines, seed {arguments.seed}")
        bring_in(sheet, folder, home, lines)
        build(sheet, home)
        asked = module("questions", home, home=home)
        took = json.loads(asked.output)
        slowest = max(took, key=took.get)
        sheet.add(
            "ten questions, three times",
            asked,
            f"median {statistics.median(took.values()):.2f} s, slowest {slowest} {took[slowest]:.2f} s",
        )
        console.print(sheet.table)
        for sentence in check(folder, home):
            console.print(sentence)


if __name__ == "__main__":
    main()

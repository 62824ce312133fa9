"""What the expectations of a build cost at a million invoice lines: CPU seconds, peak memory, findings.

`python bench/gx_million.py [LINES] [BAD_PCT] [HOME]`: makes a ledger of that size (minutes; kept in HOME, so
that a second run finds it), builds its marts with dbt, spoils a share of the lines, and runs all suites in a
process of its own. Prints one line a suite and the sum; importing GX is told apart.
"""

import json
import resource
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LINES_AN_INVOICE = 20
CHILD = """
import json, resource, sys, time
from datetime import UTC, datetime
from pathlib import Path
from fakturo.warehouse.reading import open_locked

def used():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime

file, now = Path(sys.argv[1]), datetime(2026, 3, 2, 9, tzinfo=UTC)
started = used()
from expectations import rounds
imported = used() - started
spans, inner = [], rounds.run
def timed(name, frame, *given, **named):
    before = used()
    verdicts = inner(name, frame, *given, **named)
    found = sum(len(each.keys) for each in verdicts)
    spans.append((name, len(frame), len(verdicts), used() - before, found))
    return verdicts
rounds.run = timed
started = used()
with open_locked(file, memory_mb=1000) as built:
    rounds.of_warehouse(built, now=now)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print()
print(json.dumps({"import_s": imported, "checks_s": used() - started, "peak_mb": peak, "suites": spans}))
"""
SPOIL = (
    "update fct_invoice_lines set quantity = -quantity where hash(invoice_line_id) % 10000 < $share",
    "update fct_invoice_lines set unit_price = -1 where hash(invoice_line_id, 1) % 10000 < $share",
    "update fct_invoice_lines set tax_rate_pct = 77 where hash(invoice_line_id, 2) % 10000 < $share",
)
"""Each leaves that share of the lines, in hundredths of a percent, bad in a way of its own."""


def main(lines: int, bad_pct: float, home: Path) -> None:
    """Make, build, spoil, measure."""
    import duckdb

    file = _built(lines, home)
    spoiled = home / "spoiled" / "warehouse.duckdb"
    spoiled.parent.mkdir(exist_ok=True)
    shutil.copy(file, spoiled)
    with duckdb.connect(str(spoiled)) as connection:
        for statement in SPOIL:
            connection.execute(statement.replace("$share", str(int(bad_pct * 100))))
        row = connection.execute("select count(*) from fct_invoice_lines").fetchone()
    child = [sys.executable, "-c", CHILD, str(spoiled)]
    answer = subprocess.run(
        child, check=True, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[1]
    )
    lines_told = answer.stdout.splitlines()  # a slow query of DuckDB draws its progress among them
    told = json.loads(next(each for each in lines_told if each.startswith("{")))
    print(f"{row[0] if row else 0:,} lines, {bad_pct} % bad in each of {len(SPOIL)} ways")
    for name, rows, expectations, cpu_s, found in told["suites"]:
        print(
            f"  {name:16} {rows:>9,} rows {expectations:>3} expectations {cpu_s:6.2f} CPU-s {found:>7,} keys"
        )
    spent = f"{told['checks_s']:.2f} CPU-s, importing {told['import_s']:.2f} CPU-s"
    print(f"  all suites with their queries {spent}, peak {told['peak_mb']:,.0f} MB")


def _built(lines: int, home: Path) -> Path:
    """The marts of a made ledger, before any expectation looked at them."""
    from bench.made_ledger import fill
    from fakturo.ledger.open import open_ledger
    from fakturo.settings import load
    from fakturo.warehouse.last_publish import carry
    from fakturo.warehouse.snapshot import snapshot
    from flows.run_transforms import transform

    file = home / f"built-{lines}" / "warehouse.duckdb"
    if file.exists():
        return file
    settings = load(home=home, _env_file=None)
    fill(open_ledger(settings), count=lines // LINES_AN_INVOICE, lines=LINES_AN_INVOICE, now=NOW)
    work = home / "work" / "warehouse.duckdb"
    shutil.rmtree(work.parent, ignore_errors=True)
    work.parent.mkdir(parents=True)
    snapshot(settings, work, publish_id="p", now=NOW)
    carry(settings, work)
    transform(settings, work)
    file.parent.mkdir()
    work.rename(file)
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(f"made and built in {used.ru_utime + used.ru_stime:.0f} CPU-s")
    return file


if __name__ == "__main__":
    given = sys.argv[1:]
    where = Path(given[2]) if len(given) > 2 else Path(tempfile.mkdtemp(prefix="fakturo-gx-"))
    main(int(given[0]) if given else 1_000_000, float(given[1]) if len(given) > 1 else 1.0, where)

"""Readers beside builds: real builds in a loop in one process, reads in two others, errors counted.

At least 1,000 reads, and as many as it takes to see five publishes.

`python bench/warehouse_readers.py [HOME] [READS] [PUBLISHES]`: without a home, one of 2,000 orders is made.
"""

import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.made_ledger import fill
from fakturo.ledger.open import open_ledger
from fakturo.settings import load

READERS = 2
READ = """
import sys, time
from pathlib import Path
from fakturo.settings import load
from fakturo.warehouse.reading import open_published
settings = load(home=Path(sys.argv[1]), _env_file=None)
wanted, publishes = int(sys.argv[2]), int(sys.argv[3])
reads, errors, slowest, seen = 0, 0, 0.0, set()
while reads < wanted or len(seen) < publishes:
    reads += 1
    started = time.perf_counter()
    try:
        with open_published(settings) as connection:
            rows = connection.execute(
                "select (select sum(total_amount) from fct_invoices) - (select sum(net_amount + tax_amount) "
                "from fct_invoices), (select publish_id from publish_info), "
                "(select count(*) from fct_invoice_lines)"
            ).fetchone()
        seen.add(rows[1])
        errors += rows[0] != 0
    except Exception as error:
        errors += 1
        print(error, file=sys.stderr)
    slowest = max(slowest, time.perf_counter() - started)
print(reads, errors, len(seen), f"{slowest:.3f}")
"""
BUILD = """
import sys
from pathlib import Path
from fakturo.clock import utc_now
from fakturo.settings import load
from flows.build_marts import build
settings = load(home=Path(sys.argv[1]), _env_file=None)
while True:
    print(build(settings, now=utc_now()).publish_id, flush=True)
"""


def main(home: Path, reads: int, publishes: int = 5) -> int:
    """Publish once, then read and build at the same time; print one line; the number of errors."""
    root = Path(__file__).parents[1]
    builder = subprocess.Popen(
        [sys.executable, "-c", BUILD, str(home)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=root,
    )
    assert builder.stdout is not None
    builder.stdout.readline()  # the first publish
    started = time.perf_counter()
    readers = [
        subprocess.Popen(
            [sys.executable, "-c", READ, str(home), str(reads // READERS), str(publishes)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=root,
        )
        for _ in range(READERS)
    ]
    told = [reader.communicate()[0].split() for reader in readers]
    seconds = time.perf_counter() - started
    builder.terminate()
    done, errors = sum(int(each[0]) for each in told), sum(int(each[1]) for each in told)
    seen = max(int(each[2]) for each in told)
    slowest = max(float(each[3]) for each in told)
    print(f"{done} reads, {errors} errors, {seen} publishes seen, slowest {slowest} s, {seconds:.0f} s")
    return errors


if __name__ == "__main__":
    wanted = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    least = int(sys.argv[3]) if len(sys.argv) > 3 else 5
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]), wanted, least)
    else:
        with tempfile.TemporaryDirectory() as folder:
            made = load(home=Path(folder), _env_file=None)
            fill(open_ledger(made), count=2000, lines=10, now=datetime(2026, 3, 2, 9, tzinfo=UTC))
            main(Path(folder), wanted, least)

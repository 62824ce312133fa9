"""`python -m bench.snapshots torn|reads|kills [--url URL] [--times N] [--full]`, from the project's root.

torn    N copies of the ledger (50) beside 4 writing processes; --full: N whole builds, published each time
reads   5,000 reads in two processes beside 20 publishes
kills   N builds (10) killed with SIGKILL at random moments beside 2 writers; publishes opened after each

Without --url a SQLite ledger is made. Prints one line; ends with code 1 where anything was torn or damaged.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from bench import warehouse_readers
from bench.made_ledger import fill
from bench.snapshots.torn import CHECKS, torn
from fakturo.clock import utc_now
from fakturo.errors import WarehouseError
from fakturo.ledger.open import open_ledger
from fakturo.settings import Settings, load
from fakturo.warehouse.publish import made_at, publish_id, publishes
from fakturo.warehouse.reading import open_published
from fakturo.warehouse.snapshot import snapshot

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
WRITERS = 4


@contextmanager
def writing(settings: Settings, count: int) -> Iterator[None]:
    """Writers in processes of their own."""
    command = [sys.executable, "-m", "bench.snapshots.writer", settings.ledger_url]
    started = [subprocess.Popen([*command, str(number)], cwd=ROOT) for number in range(count)]
    try:
        yield
        dead = [each.poll() for each in started if each.poll() is not None]
        if dead:
            raise SystemExit(f"A writer ended with {dead}; the measurement is worth nothing.")
    finally:
        for each in started:
            each.kill()
            each.wait()


def count_torn(settings: Settings, times: int, *, full: bool) -> int:
    """Copy or build beside writers; the number of torn copies."""
    from flows.build_marts import build

    bad, sizes = 0, []
    started = time.perf_counter()
    with writing(settings, WRITERS), tempfile.TemporaryDirectory() as folder:
        for number in range(times):
            if full:
                file = build(settings, now=utc_now()).file
            else:
                file = Path(folder) / f"{number}.duckdb"
                snapshot(settings, file, publish_id=publish_id(NOW), now=NOW)
            with duckdb.connect(str(file), read_only=True) as connection:
                found = torn(connection)
                query = (
                    "select (select count(*) from ledger.invoices), (select count(*) from ledger.allocations)"
                )
                sizes.append(connection.execute(query).fetchone())
            if found:
                bad += 1
                print(f"torn: {found}")
            if not full:
                file.unlink()
    moved = len(set(sizes))
    print(
        f"{'builds' if full else 'copies'}: {times}, torn: {bad} by {len(CHECKS)} checks; {WRITERS} writers, "
        f"{sizes[0]} -> {sizes[-1]} invoices and allocations, {moved} different; "
        f"{time.perf_counter() - started:.0f} s"
    )
    return bad + (moved < times // 2)


def count_damaged(settings: Settings, times: int) -> int:
    """Kill builds at random moments; the number of times that what is published was not whole."""
    from flows.build_marts import build

    started = time.perf_counter()
    build(settings, now=utc_now())
    longest = time.perf_counter() - started + 3  # a process of its own imports first
    dice = random.Random(11)
    bad, moments = 0, []
    with writing(settings, 2):
        for _ in range(times):
            child = subprocess.Popen(
                [sys.executable, "-c", warehouse_readers.BUILD, str(settings.home)],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd=ROOT,
            )
            moments.append(dice.uniform(0.5, longest))
            with suppress(subprocess.TimeoutExpired):
                child.wait(timeout=moments[-1])
            child.send_signal(signal.SIGKILL)
            child.wait()
            bad += not _is_whole(settings)
        build(settings, now=utc_now())
    left = [*(settings.home / "build").glob("*"), *(settings.home / "publishes").glob("*.unfinished")]
    print(
        f"killed builds: {times}, after {min(moments):.1f} to {max(moments):.1f} s of {longest:.1f}; "
        f"published files damaged: {bad}; left over after the next build: {len(left)}"
    )
    return bad + len(left)


def _is_whole(settings: Settings) -> bool:
    """Whether the published file and every kept one open, hold one moment, and add up."""
    sums = (
        "select (select sum(signed_net_amount) from fct_invoices) is not distinct from (select sum("
        "signed_total_amount - if(kind = 'invoice', tax_amount, -tax_amount)) from fct_invoices)"
    )
    try:
        for as_of in (None, *(made_at(each) for each in publishes(settings))):
            with open_published(settings, as_of=as_of) as connection:
                if torn(connection) or connection.execute(sums).fetchone() != (True,):
                    return False
    except WarehouseError as error:
        print(error)
        return False
    return True


def main() -> int:
    """Run one of the three."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("torn", "reads", "kills"))
    parser.add_argument("--url")
    parser.add_argument("--times", type=int)
    parser.add_argument("--full", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fakturo-snapshots-") as folder:
        settings = load(home=Path(folder), _env_file=None)
        if asked.url:
            os.environ["FAKTURO_LEDGER_URL"] = asked.url  # of the builds in other processes, too
            settings = load(home=Path(folder), _env_file=None)
        fill(open_ledger(settings), count=200, lines=5, now=NOW)
        if asked.what == "torn":
            return count_torn(settings, asked.times or 50, full=asked.full)
        if asked.what == "kills":
            return count_damaged(settings, asked.times or 10)
        return warehouse_readers.main(settings.home, 5000, 20)


if __name__ == "__main__":
    raise SystemExit(1 if main() else 0)

"""One step of a build in a process of its own: `python -m bench.warehouse.step STEP HOME`.

The file being built lies in HOME/bench and stays there between the steps; a copy of the snapshot is kept for
the plain SQL. Prints seconds and CPU-seconds of the step itself, without what Python loads before, and
what it has to say, as JSON; its whole process is measured by who started it.
"""

import json
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fakturo.clock import utc_now
from fakturo.settings import Settings, load
from flows import build_marts, parse_transforms, run_transforms


def take_snapshot(settings: Settings, file: Path) -> Any:
    """Copy the ledger, and what only the last publish knows."""
    from fakturo.warehouse.last_publish import carry
    from fakturo.warehouse.publish import publish_id
    from fakturo.warehouse.snapshot import snapshot

    shutil.rmtree(file.parent, ignore_errors=True)
    file.parent.mkdir(parents=True)
    now = utc_now()
    rows = snapshot(settings, file, publish_id=publish_id(now), now=now)
    carry(settings, file)
    return rows


def parse(settings: Settings, _: Path) -> Any:
    """Read the dbt project; kept for all builds until it changes."""
    parse_transforms.parsed(settings)


def build_models(settings: Settings, file: Path) -> Any:
    """Everything that dbt does at each build: models, tests."""
    return run_transforms.transform(settings, file)


def check(settings: Settings, file: Path) -> Any:
    """Everything that Great Expectations does."""
    return build_marts.expect(settings, file, now=utc_now())[0]


def put_in_place(settings: Settings, file: Path) -> Any:
    """Publish."""
    from fakturo.warehouse.publish import publish, publish_id

    publish(settings, file, publish_id(utc_now()))


STEPS: dict[str, Callable[[Settings, Path], Any]] = {
    "snapshot": take_snapshot,
    "parse": parse,
    "dbt": build_models,
    "expectations": check,
    "publish": put_in_place,
}

if __name__ == "__main__":
    name, folder = sys.argv[1:]
    home = Path(folder)
    settings = load(home=home, _env_file=None)
    started, cpu = time.perf_counter(), time.process_time()
    answer = STEPS[name](settings, home / "bench" / "warehouse.duckdb")
    spent = {"seconds": time.perf_counter() - started, "cpu_s": time.process_time() - cpu}
    print(json.dumps({**spent, "answer": answer}))

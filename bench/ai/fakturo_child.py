"""Fakturo in a process of its own, one of several perhaps: `python -m bench.ai.fakturo_child TASK RESULT`."""

import asyncio
import os
import sys
from pathlib import Path

from bench.ai.peers import KEY
from bench.ai.work import Meter, Result, Task, read_task, write
from fakturo.foreground import drain
from fakturo.ledger.open import open_ledger
from fakturo.settings import Settings, load

PATIENCE_S = 120.0


def settings_of(task: Task) -> Settings:
    """Defaults, but for the provider; the environment has no say."""
    for name in [each for each in os.environ if each.startswith("FAKTURO_")]:
        del os.environ[name]
    ai = {
        "base_url": task.base_url,
        "api_key": KEY,
        "model": "simulator",
        "concurrency": task.workers,
        "timeout_s": task.timeout_s,
    }
    return load(home=Path(task.home), _env_file=None, ai=ai)


def main() -> None:
    """Read, drain, write; what became of the orders is read from the ledger by the parent."""
    task = read_task(Path(sys.argv[1]))
    settings = settings_of(task)
    engine = open_ledger(settings)
    meter = Meter()
    done = asyncio.run(drain(engine, settings, patience_s=PATIENCE_S, run_id=f"bench-{os.getpid()}"))
    result = Result()
    if done.stopped_by:
        result.failed["run"] = str(done.stopped_by)
    meter.read(result)
    write(Path(sys.argv[2]), result)


if __name__ == "__main__":
    main()

"""What a child process is told and what it tells: JSON files in a folder of the run."""

import json
import resource
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Task:
    """One run of one client."""

    client: str
    origin: str
    base_url: str
    is_azure: bool
    workers: int
    timeout_s: float
    texts: dict[str, str]
    """By order number."""
    home: str = ""
    """Of Fakturo's ledger, where the texts have been landed."""


@dataclass
class Result:
    """What came of it."""

    answers: dict[str, Any] = field(default_factory=dict)
    """By order number: the draft that was believed, as JSON."""
    in_review: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    """By order number: the last error."""
    wall_s: float = 0.0
    cpu_s: float = 0.0
    """User and system, of the work alone; imports are not in it."""
    memory_mb: float = 0.0


class Meter:
    """Wall and CPU time of the work in this process."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.monotonic(), _cpu_s()

    def read(self, result: Result) -> None:
        """Write down what was used since it was made."""
        result.wall_s = time.monotonic() - self._wall
        result.cpu_s = _cpu_s() - self._cpu
        result.memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def write(path: Path, record: Task | Result) -> None:
    """Write a record for the other process."""
    path.write_text(json.dumps(asdict(record)))


def read_task(path: Path) -> Task:
    """Read what to do."""
    return Task(**json.loads(path.read_text()))


def read_result(path: Path) -> Result:
    """Read what came of it."""
    return Result(**json.loads(path.read_text()))


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime

"""Keep a few programs running: started in order, restarted with growing pauses, stopped in order.

Each child is tied to this process (it dies when we do, even by `kill -9`) and lives in a process group of its
own, so that Ctrl-C in the terminal reaches only us and we decide who stops when. No thread, no Prefect here.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from psutil import Process

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 30.0
STEADY_AFTER_S = 60.0
"""A child that ran so long starts with the first pause again."""
LOOK_EVERY_S = 0.2


@dataclass
class Child:
    """One program and how it is doing."""

    name: str
    command: Sequence[str]
    log: Path
    grace_s: float
    """How long it may take to stop on SIGTERM before it is killed."""
    stop_below: bool = False
    """Whether SIGTERM goes to its children too: the Prefect worker would wait for running flows to finish."""
    niceness: int = 0
    """How far it and its children give way to the others, 0 to 19."""
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    failures: int = 0
    start_again_at: float | None = None


@dataclass
class Supervisor:
    """The children, in the order in which they start."""

    environment: dict[str, str]
    say: Callable[[str], None]
    clock: Callable[[], float] = time.monotonic
    children: list[Child] = field(default_factory=list)

    def start(self, child: Child) -> None:
        """Start a child; from now on `look` restarts it."""
        if child not in self.children:
            self.children.append(child)
            turn_over(child.log)
        tied = (sys.executable, "-m", "fakturo.cli.up.tied", *child.command)
        with child.log.open("ab") as log:
            child.process = subprocess.Popen(  # noqa: S603  our own programs
                tied,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self.environment
                | {"FAKTURO_TIED_TO": str(os.getpid()), "FAKTURO_NICENESS": str(child.niceness)},
                process_group=0,
            )
        child.started_at = self.clock()
        child.start_again_at = None

    def look(self) -> None:
        """Restart whoever has ended and whose pause is over; says so."""
        now = self.clock()
        for child in self.children:
            if child.start_again_at is not None:
                if now >= child.start_again_at:
                    self.start(child)
            elif child.process is not None and child.process.poll() is not None:
                if now - child.started_at >= STEADY_AFTER_S:
                    child.failures = 0
                pause_s = min(FIRST_PAUSE_S * 2**child.failures, LONGEST_PAUSE_S)
                child.failures += 1
                child.start_again_at = now + pause_s
                self.say(
                    f"{child.name} {ended(child)}; starting it again in {pause_s:.0f} s. Log: {child.log}"
                )

    def stop(self, hurry: Callable[[], bool] = lambda: False) -> None:
        """Stop all children, the last started first; kills who takes longer than its grace.

        Args:
            hurry: whether somebody has lost patience, which kills at once.
        """
        for child in reversed(self.children):
            process = child.process
            if process is None or process.poll() is not None:
                continue
            below = _descendants(process.pid)
            process.terminate()
            if child.stop_below:
                _each(below, "terminate")
            give_up_at = self.clock() + child.grace_s
            while process.poll() is None and self.clock() < give_up_at and not hurry():
                time.sleep(LOOK_EVERY_S / 4)
            if process.poll() is None:
                self.say(f"{child.name} did not stop within {child.grace_s:.0f} s and was killed.")
                process.kill()
                process.wait()
            _each(below, "kill")


def turn_over(log: Path) -> None:
    """Keep the log of the start before as `.1` and begin an empty one."""
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size:
        log.replace(log.with_suffix(log.suffix + ".1"))
    log.touch()


def ended(child: Child) -> str:
    """How a child came to its end, in words."""
    code = child.process.returncode if child.process else 0
    return f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"


def last_lines(log: Path, count: int = 15) -> str:
    """What a child said last."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-count:])


def _descendants(pid: int) -> "list[Process]":
    import psutil

    try:
        found: list[Process] = psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []
    return found


def _each(processes: "Sequence[Process]", action: Literal["terminate", "kill"]) -> None:
    """Signal processes below a child; psutil compares start times, so a reused id is safe."""
    import psutil

    for process in processes:
        with suppress(psutil.NoSuchProcess):
            getattr(process, action)()

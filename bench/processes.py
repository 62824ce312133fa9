"""Run a step as a process of its own, as a user runs it: seconds, CPU-seconds, peak memory."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple


class Ran(NamedTuple):
    """One process; CPU and memory with those of its children that it waited for."""

    seconds: float
    cpu_s: float
    peak_mb: float
    output: str = ""


def run(*command: str, home: Path) -> Ran:
    """Run a process to its end; what it says is shown only when it fails."""
    environment = os.environ | {"FAKTURO_HOME": str(home), "NO_COLOR": "1"}
    with tempfile.TemporaryFile() as output:
        started = time.monotonic()
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        said = output.read().decode()
        if process.returncode:
            sys.exit(f"{' '.join(command)} failed:\n{said}")
    return Ran(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, said)

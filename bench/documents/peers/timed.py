"""What every peer does alike: read the invoices, set one after the other, tell how long it takes.

    python with_PEER.py INVOICES.json WARM-UP TARGET.pdf

INVOICES.json is a list of invoices as printed: all texts and amounts are written out already, so that a peer
only lays out. The first WARM-UP documents are not counted; the last one is kept.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


def peak_mb() -> float:
    """Most memory that this process held; unlike `ru_maxrss` without that of the process that started it."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def run(make: Callable[[dict[str, Any]], bytes]) -> None:
    """Set all invoices; prints what it took as JSON."""
    invoices = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    warm_up = int(sys.argv[2])
    for each in invoices[:warm_up]:
        make(each)
    began, cpu = time.perf_counter(), time.process_time()
    sizes, made = [], b""
    for each in invoices[warm_up:]:
        made = make(each)
        sizes.append(len(made))
    seconds, cpu_s = time.perf_counter() - began, time.process_time() - cpu
    Path(sys.argv[3]).write_bytes(made)
    print(
        json.dumps(
            {
                "documents": len(sizes),
                "seconds": seconds,
                "cpu_s": cpu_s,
                "median_bytes": statistics.median(sizes),
                "peak_mb": peak_mb(),
            }
        )
    )

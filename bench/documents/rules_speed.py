"""What it takes to write an e-invoice as CII and UBL and to ask the official rules about both.

    python -m bench.documents.rules_speed --seed N

A process of its own: its memory is that of whoever issues. The first answer, which compiles the rules, is
told apart. Prints JSON.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.documents import made
from bench.documents.peers.timed import peak_mb
from fakturo.clock import utc_now
from fakturo.einvoice import gate
from fakturo.einvoice.writing.xml import FORMS, write
from fakturo.invoice import Invoice
from fakturo.ledger.issuing import accepting
from fakturo.ledger.migrate import upgrade
from fakturo.ledger.open import connect

WARM_UP = 5
SHORT, LONG = 10, 200


def median_ms(work: Callable[[Invoice], Any], invoices: list[Invoice]) -> float:
    """Of one after the other, the first ones left out."""
    took = []
    for each in invoices:
        began = time.perf_counter()
        work(each)
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took[WARM_UP:])


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--repeats", type=int, default=40)
    asked = parser.parse_args()
    short = [made.plain(SHORT, n, asked.seed) for n in range(1, asked.repeats + WARM_UP + 1)]
    long = [made.plain(LONG, n, asked.seed) for n in range(1, max(5, asked.repeats // 4) + WARM_UP + 1)]
    began = time.perf_counter()
    gate.refused(short[0])
    told = {"first_ms": (time.perf_counter() - began) * 1000}
    told["short_ms"] = median_ms(gate.refused, short)
    told["long_ms"] = median_ms(gate.refused, long)
    told["write_ms"] = median_ms(lambda each: [write(each, form) for form in FORMS], short)
    with tempfile.TemporaryDirectory(prefix="fakturo-bench-") as folder:
        engine = connect(f"sqlite:///{Path(folder) / 'ledger.sqlite'}")
        upgrade(engine)
        accepting.refusals(engine, short[:1], now=utc_now())
        began = time.perf_counter()
        found = accepting.refusals(engine, short[1:], now=utc_now())
        told["by_shape_per_s"] = (len(short) - 1) / (time.perf_counter() - began)
        engine.dispose()
    assert not any(found), found
    print(json.dumps(told | {"peak_mb": peak_mb()}))


if __name__ == "__main__":
    main()

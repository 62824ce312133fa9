"""Ten saved questions put to the published file: `python -m bench.warehouse.questions HOME`, seconds as JSON.

Each in a connection of its own, as an analyst's first question of the day; the median of three.
"""

import json
import statistics
import sys
import time
from pathlib import Path

from fakturo.settings import load
from fakturo.warehouse.reading import open_published

QUERIES = Path(__file__).parents[2] / "docs" / "queries"
ASKED = (
    *("revenue_by_month", "best_customers", "best_products", "aging_as_of_a_day", "dso_by_month"),
    *("overdue_by_customer", "vat_return", "expected_cash", "unallocated_payments", "intake_quality"),
)


def main(home: Path) -> None:
    """Ask and print."""
    settings = load(home=home, _env_file=None)
    took = {}
    for name in ASKED:
        query = (QUERIES / f"{name}.sql").read_text()
        times = []
        for _ in range(3):
            with open_published(settings) as connection:
                started = time.perf_counter()
                connection.execute(query).fetchall()
                times.append(time.perf_counter() - started)
        took[name] = statistics.median(times)
    print(json.dumps(took))


if __name__ == "__main__":
    main(Path(sys.argv[1]))

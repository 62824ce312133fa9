"""How fast rows land in bulk: `python bench/bulk_insert.py URL [ROWS]`.

Puts so many payments into a ledger, by the call that lands orders and invoices too, and rolls them back.
"""

import sys
import time
from datetime import UTC, date, datetime

from fakturo.ledger.bulk import insert_rows
from fakturo.ledger.landing.payments import _PAYMENTS
from fakturo.ledger.migrate import upgrade
from fakturo.ledger.open import connect
from fakturo.ledger.payment_tables import payments

BATCH = 2000
NOW = datetime(2026, 6, 1, tzinfo=UTC)


def main() -> None:
    """Print rows a second, wall clock and this process's CPU."""
    many = int(sys.argv[2]) if len(sys.argv) > 2 else 100_000
    engine = connect(sys.argv[1])
    upgrade(engine)
    told = ("payment", "EUR", 12_50, 0, date(2026, 5, 1), "Blue Door Ltd", "GB33BUKB20201555555555", None)
    rest = (f"INV-2026-000042 {'x' * 40}", None, "[]", '{"source":"bank"}' * 10, None, 1, NOW, "run")
    rows = [("bank", f"R-{number}", *told, *rest) for number in range(many)]
    with engine.connect().execution_options(writes=True) as connection:
        transaction = connection.begin()
        wall, cpu = time.perf_counter(), time.process_time()
        for start in range(0, many, BATCH):
            insert_rows(connection, payments, _PAYMENTS, rows[start : start + BATCH])
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        transaction.rollback()
    engine.dispose()
    print(
        f"{engine.dialect.name}: {many} rows in {wall:.2f} s, {cpu:.2f} CPU-s here: {many / wall:,.0f} rows/s"
    )


if __name__ == "__main__":
    main()

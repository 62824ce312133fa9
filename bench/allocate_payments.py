"""How long it takes to say what pays what: `python bench/allocate_payments.py [PAYMENTS] [FOLDER]`.

Half of the payments name their invoice, a quarter are known by client and amount, the rest are parts, sums of
two, and noise that nothing proves. Ten invoices a client.
"""

import random
import resource
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from fakturo.ledger.bulk import insert_rows
from fakturo.ledger.migrate import upgrade
from fakturo.ledger.open import connect, reading, writing
from fakturo.ledger.payment_tables import payments
from fakturo.ledger.payments.allocating import allocate
from fakturo.ledger.tables import customers, drafts, invoices, orders, series
from fakturo.setting_groups.receivables import Receivables

NOW = datetime(2026, 6, 1, tzinfo=UTC)
DAY = date(2026, 1, 1)
PER_CLIENT = 10


def fill(url: str, many: int) -> None:
    """Put so many invoices and payments into an empty ledger."""
    chance = random.Random(4)
    engine = connect(url)
    upgrade(engine)
    totals = [chance.randrange(5_00, 5_000_00) for _ in range(many)]
    clients = [f"C-{number // PER_CLIENT:06}" for number in range(many)]
    numbers = [f"INV-2026-{number:06}" for number in range(many)]
    issued = [DAY + timedelta(days=number % PER_CLIENT) for number in range(many)]
    with writing(engine) as connection:
        names = sorted(set(clients))
        columns = ("id", "name", "content", "first_seen_at", "updated_at")
        insert_rows(
            connection, customers, columns, [(each, f"Client {each}", "{}", NOW, NOW) for each in names]
        )
        insert_rows(connection, series, ("name", "next_seq"), [("imported", many + 1)])
        columns = (
            "id",
            "source",
            "external_id",
            "content_sha256",
            "lane",
            "status",
            "received_at",
            "updated_at",
        )
        rows = [(n + 1, "made", numbers[n], "0", "history", "issued", NOW, NOW) for n in range(many)]
        insert_rows(connection, orders, columns, rows)
        columns = ("id", "order_id", "drafter", "outcome", "created_at")
        insert_rows(
            connection, drafts, columns, [(n + 1, n + 1, "import", "proved", NOW) for n in range(many)]
        )
        columns = (
            *("id", "number", "series", "seq", "kind", "order_id", "draft_id", "customer_id", "currency"),
            *("issue_date", "due_date", "tax_point_date", "net_minor", "tax_minor", "total_minor"),
            *("content", "content_sha256", "issued_at"),
        )
        insert_rows(
            connection,
            invoices,
            columns,
            [
                (
                    *(n + 1, numbers[n], "imported", n + 1, "invoice", n + 1, n + 1, clients[n], "EUR"),
                    *(issued[n], issued[n] + timedelta(days=30), issued[n], totals[n], 0, totals[n]),
                    *("{}", "0", NOW),
                )
                for n in range(many)
            ],
        )
        columns = (
            *(
                "source",
                "reference",
                "kind",
                "currency",
                "amount_minor",
                "value_date",
                "payer",
                "customer_id",
            ),
            *("remittance", "invoice_refs", "content", "created_at"),
        )
        rows = []
        for n in range(many):
            amount, text, client = totals[n], "", clients[n]
            if n % 20 < 10:
                text, client = f"Payment for {numbers[n].replace('-', ' ')} of {issued[n]}, thank you", None
            elif n % 20 == 15:
                amount, text = amount // 2, f"part of {numbers[n]}"
            elif n % 20 == 16:
                amount += totals[n + 1]
            elif n % 20 >= 18:
                amount, text, client = chance.randrange(1, 1_000_00), "no idea", None
            paid = DAY + timedelta(days=20 + n % 50)
            payer = f"Client {clients[n]}"
            rows.append(
                ("bank", f"T{n}", "payment", "EUR", amount, paid, payer, client, text, "[]", "{}", NOW)
            )
        insert_rows(connection, payments, columns, rows)


def main(many: int, folder: Path) -> None:
    """Fill, run twice, print seconds and peak memory."""
    url = f"sqlite:///{folder / 'ledger.sqlite'}"
    fill(url, many)
    engine = connect(url)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for name in ("first run", "nothing new"):
        start, cpu = time.perf_counter(), time.process_time()
        done = allocate(engine, now=NOW, actor="bench", settings=Receivables())
        print(
            f"{name}: {time.perf_counter() - start:.1f} s, {time.process_time() - cpu:.1f} CPU-s, "
            f"{done.written:,} rows {dict(done.by_rule)}"
        )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"peak {peak / 1024:.0f} MB (after making the ledger {before / 1024:.0f} MB)")
    with reading(engine) as connection:
        states = select(invoices.c.payment_status, func.count()).group_by(invoices.c.payment_status)
        print(dict(connection.execute(states).tuples().all()))


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory(dir=sys.argv[2] if len(sys.argv) > 2 else None) as name:
        main(count, Path(name))

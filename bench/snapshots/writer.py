"""One process that writes into a ledger as fast as it goes: issues orders, lands payments, allocates them.

`python -m bench.snapshots.writer URL NUMBER [ROUNDS]`: for ever without ROUNDS. Each writer has orders,
invoices and payments of its own, made by the code that makes real ones.
"""

import hashlib
import sys
from datetime import UTC, datetime

from sqlalchemy import Engine, select

from bench.made_ledger import fill
from fakturo.ledger.landing.arrivals import FileFacts
from fakturo.ledger.landing.payments import land_payments
from fakturo.ledger.open import connect, reading
from fakturo.ledger.payments.allocating import allocate
from fakturo.ledger.tables import invoices, orders
from fakturo.payment import Arrived, PaymentRecord
from fakturo.setting_groups.receivables import Receivables

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
ORDERS = 6
"""A round; a writer's numbers begin at its own million."""


def write(engine: Engine, number: int, rounds: int | None) -> None:
    """Rounds of work: orders become invoices, most are paid, one is paid in part and one too much."""
    done = 0
    while rounds is None or done < rounds:
        start = (number + 1) * 1_000_000 + done * ORDERS
        fill(engine, count=ORDERS, lines=3, now=NOW, seed=start, start=start)
        _pay(engine, number, start)
        allocate(engine, now=NOW, actor=f"writer {number}", settings=Receivables())
        done += 1


def _pay(engine: Engine, number: int, start: int) -> None:
    wanted = [f"M{each}" for each in range(start, start + ORDERS)]
    query = (
        select(invoices.c.number, invoices.c.currency, invoices.c.total_minor)
        .join(orders, orders.c.id == invoices.c.order_id)
        .where(orders.c.external_id.in_(wanted))
        .order_by(invoices.c.id)
    )
    with reading(engine) as connection:
        open_ones = connection.execute(query).all()
    records = []
    for line, (invoice, currency, total) in enumerate(open_ones, start=2):
        amount = {2: max(total // 2, 1), 3: total + 5}.get(line, total)
        record = PaymentRecord(
            source="bench", reference=f"{number}-{invoice}", kind="payment", currency=currency,
            amount_minor=amount, value_date=NOW.date(), remittance=f"Invoice {invoice}",
        )  # fmt: skip
        records.append(Arrived(record, line))
    name = f"payments-{number}-{start}.csv"
    sha256 = hashlib.sha256(name.encode()).hexdigest()
    facts = FileFacts(sha256, "payments/bench", name, "csv", None, 1, None)
    land_payments(engine, facts, records=records, refused=(), now=NOW)


if __name__ == "__main__":
    write(connect(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else None)

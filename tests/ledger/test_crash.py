"""Processes are killed while they issue: no number is lost or given twice, nothing lacks its audit entry."""

import subprocess
import sys

import pytest
from sqlalchemy import func, insert, select

from fakturo.ledger import audit_check
from fakturo.ledger.open import reading, writing
from fakturo.ledger.tables import invoices, orders, outbox
from fakturo.order import content, identity

ORDERS = 500
KILLS = 3
WORKERS = 2
ISSUE = """
import sys
from fakturo.clock import utc_now
from fakturo.ledger.issuing import chunk as issuing
from fakturo.ledger.open import connect
from fakturo.seller import Seller
issuing.CHUNK = 7
engine = connect(sys.argv[1])
issuing.issue_waiting(engine, seller=Seller(), worker=sys.argv[2], clock=utc_now, lease_s=0.001)
"""


@pytest.fixture
def many(engine, order, now):
    rows = []
    for position in range(ORDERS):
        each = order.model_copy(update={"external_id": f"A-{position:04}"})
        rows.append(
            {
                "source": "test",
                "external_id": each.external_id,
                "content_sha256": identity(each),
                "lane": "rules",
                "status": "queued",
                "customer_id": each.customer.id,
                "content": content(each),
                "received_at": now,
                "updated_at": now,
            }
        )
    with writing(engine) as connection:
        connection.execute(insert(orders), rows)
    return engine


def issued(engine) -> int:
    with reading(engine) as connection:
        return int(connection.execute(select(func.count()).select_from(invoices)).scalar_one())


def test_killed_workers_lose_nothing_and_double_nothing(many):
    url = many.url.render_as_string(hide_password=False)

    def start(name: str) -> subprocess.Popen:
        return subprocess.Popen([sys.executable, "-c", ISSUE, url, name])

    for kill in range(KILLS):
        workers = [start(f"w{kill}.{n}") for n in range(WORKERS)]
        goal = min(issued(many) + 35 + 50 * kill, ORDERS)
        while issued(many) < goal and any(worker.poll() is None for worker in workers):
            pass
        for worker in workers:
            worker.kill()
            worker.wait()
    assert start("last").wait() == 0
    with reading(many) as connection:
        seqs = connection.execute(select(invoices.c.seq).order_by(invoices.c.seq)).scalars().all()
        assert seqs == list(range(1, ORDERS + 1))
        assert (
            connection.execute(select(func.count(func.distinct(invoices.c.order_id)))).scalar_one() == ORDERS
        )
        assert connection.execute(select(func.count()).select_from(outbox)).scalar_one() == ORDERS
        assert audit_check.examine(connection) == (ORDERS, [])

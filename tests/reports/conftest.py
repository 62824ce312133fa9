"""Issued invoices made from orders, and read back from their PDFs."""

import subprocess
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from fakturo.invoice import Invoice
from fakturo.issue import propose
from fakturo.ledger.issuing.chunk import issue_waiting
from fakturo.ledger.open import writing
from fakturo.ledger.tables import orders
from fakturo.order import Order, content, identity
from fakturo.seller import Seller
from fakturo.tax import Client
from reports.pdf import make
from reports.pool import Rendered

SELLER = Seller(
    name="Blue Door Ltd",
    street="12 Mill Road",
    city="Leeds",
    postcode="LS1 4AP",
    vat_id="GB123456789",
    iban="GB33BUKB20201555555555",
    bic="BUKBGB22",
    email=None,
)
GERMAN = SELLER.model_copy(update={"country": "DE", "language": "de", "tax_rate": Decimal(19)})
Make = Callable[..., Invoice]


@pytest.fixture
def make_invoice(order: Order) -> Make:
    """The invoice of an order, numbered; `lines` is its lines, or how often to repeat the order's first."""

    def made(seller: Seller = SELLER, *, lines: Any = None, number: str = "INV-2026-000042", **changes: Any):
        changed = order.model_copy(update=changes)
        if isinstance(lines, tuple):
            changed = changed.model_copy(update={"lines": lines})
        elif lines is not None:
            many = tuple(order.lines[0].model_copy(update={"no": n}) for n in range(1, lines + 1))
            changed = changed.model_copy(update={"lines": many})
        proposal = propose(
            changed, buyer=changed.customer, client=Client(), seller=seller, issue_date=date(2026, 3, 2)
        )
        assert proposal.invoice is not None
        return proposal.invoice.model_copy(update={"number": number})

    return made


class HereAndNow:
    """A pool that renders in this process: a child costs two seconds to start."""

    complaints: tuple[str, ...] = ()

    def render(self, jobs):
        for job in jobs:
            yield Rendered(job, make(Invoice.model_validate_json(job.content), xml=job.xml))


@pytest.fixture
def here() -> HereAndNow:
    return HereAndNow()


@pytest.fixture
def text_of(tmp_path: Path) -> Callable[[bytes], list[str]]:
    """Text of each page of a PDF, as laid out or in the order of reading; no-break spaces as spaces."""

    def read(data: bytes, how: str = "-layout") -> list[str]:
        file = tmp_path / "read.pdf"
        file.write_bytes(data)
        done = subprocess.run(["pdftotext", how, str(file), "-"], check=True, capture_output=True, text=True)
        return done.stdout.replace("\N{NO-BREAK SPACE}", " ").split("\f")[:-1]

    return read


@pytest.fixture
def issued(sqlite_engine, order, now):
    """Three issued invoices."""
    rows = []
    for name in ("A-1", "A-2", "A-3"):
        each = order.model_copy(update={"external_id": name})
        rows.append(
            {
                "source": "test",
                "external_id": name,
                "content_sha256": identity(each),
                "lane": "rules",
                "status": "queued",
                "content": content(each),
                "received_at": now,
                "updated_at": now,
            }
        )
    with writing(sqlite_engine) as connection:
        connection.execute(insert(orders), rows)
    issue_waiting(sqlite_engine, seller=Seller(), worker="w", clock=lambda: now, lease_s=60)
    return sqlite_engine

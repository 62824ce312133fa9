"""Issued invoices made from orders, and read back from their PDFs."""

import subprocess
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from fakturo.invoice import Invoice
from fakturo.issue import propose
from fakturo.order import Order
from fakturo.settings import Seller
from fakturo.tax import Client

SELLER = Seller(
    name="Blue Door Ltd",
    street="12 Mill Road",
    city="Leeds",
    postcode="LS1 4AP",
    vat_id="GB123456789",
    iban="GB33BUKB20201555555555",
    bic="BUKBGB22",
)
GERMAN = SELLER.model_copy(update={"country": "DE", "language": "de", "tax_rate": Decimal(19)})
Make = Callable[..., Invoice]


@pytest.fixture
def make_invoice(order: Order) -> Make:
    """The invoice of an order, numbered; `lines` repeats the order's first line."""

    def made(
        seller: Seller = SELLER, *, lines: int | None = None, number: str = "INV-2026-000042", **changes: Any
    ):
        changed = order.model_copy(update=changes)
        if lines is not None:
            many = tuple(order.lines[0].model_copy(update={"no": n}) for n in range(1, lines + 1))
            changed = changed.model_copy(update={"lines": many})
        proposal = propose(
            changed, buyer=changed.customer, client=Client(), seller=seller, issue_date=date(2026, 3, 2)
        )
        assert proposal.invoice is not None
        return proposal.invoice.model_copy(update={"number": number})

    return made


@pytest.fixture
def text_of(tmp_path: Path) -> Callable[[bytes], list[str]]:
    """Text of each page of a PDF, as laid out."""

    def read(data: bytes) -> list[str]:
        file = tmp_path / "read.pdf"
        file.write_bytes(data)
        done = subprocess.run(
            ["pdftotext", "-layout", str(file), "-"], check=True, capture_output=True, text=True
        )
        return done.stdout.split("\f")[:-1]

    return read

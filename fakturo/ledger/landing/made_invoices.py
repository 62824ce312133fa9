"""Invoices of another system between reading and landing: worked out beforehand, kept in a file.

So the ledger's write lock is held for the writing alone: 33,000 invoices of 570,000 lines.
"""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, NamedTuple, Self

from fakturo.invoice import Invoice, content, content_sha256
from fakturo.ledger.landing.arrivals import Landing


class Made(NamedTuple):
    """One invoice, as columns of the ledger."""

    external_id: str
    order_sha256: str
    kind: str
    customer_id: str
    currency: str
    issue_date: date
    due_date: date
    tax_point_date: date
    net_minor: int
    tax_minor: int
    total_minor: int
    content: str
    content_sha256: str


class MadeInvoices:
    """All invoices of a file, in its order, by kind; the file is gone when this is left."""

    def __init__(self, folder: Path | None) -> None:
        """None yet.

        Args:
            folder: where there is room for them, once there are any; None: where temporary files are.
        """
        self._folder = folder
        self._files: dict[str, IO[str]] = {}

    def add(self, landing: Landing, invoice: Invoice) -> None:
        """Append the invoice that an order became."""
        if landing.kind not in self._files:
            file = TemporaryFile("w+", encoding="utf-8", dir=self._folder)  # noqa: SIM115  closed when left
            self._files[landing.kind] = file
        out = self._files[landing.kind]
        out.write(json.dumps(_made(landing, invoice), default=str, ensure_ascii=False))
        out.write("\n")

    def __enter__(self) -> Self:
        """Nothing more; leaving closes the files."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Close the files, which nobody else can see."""
        for file in self._files.values():
            file.close()

    def of(self, kind: str) -> Iterator[Made]:
        """Those of one kind of order; can be asked for again."""
        file = self._files.get(kind)
        if file is None:
            return
        file.seek(0)
        for line in file:
            values: list[Any] = json.loads(line)
            made = Made(*values)
            yield made._replace(
                issue_date=date.fromisoformat(values[_ISSUE]),
                due_date=date.fromisoformat(values[_ISSUE + 1]),
                tax_point_date=date.fromisoformat(values[_ISSUE + 2]),
            )


_ISSUE = Made._fields.index("issue_date")


def _made(landing: Landing, invoice: Invoice) -> Made:
    text = content(invoice)
    return Made(
        landing.external_id,
        landing.content_sha256,
        invoice.kind,
        invoice.buyer.id,
        invoice.currency,
        invoice.issue_date,
        invoice.due_date,
        invoice.tax_point_date,
        invoice.net_minor,
        invoice.tax_minor,
        invoice.total_minor,
        text,
        content_sha256(text),
    )

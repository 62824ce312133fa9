"""Invoices of another system between reading and landing: worked out beforehand, kept in a file.

So the ledger's write lock is held for the writing alone: 33,000 invoices of 570,000 lines.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, NamedTuple, Self

from fakturo.history import issued_elsewhere
from fakturo.invoice import content, content_sha256
from fakturo.ledger.landing.arrivals import Landing
from fakturo.order import Order
from fakturo.settings import Seller


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

    def __init__(
        self, landings: Iterable[Landing], *, seller: Seller, prefix: str, folder: Path | None
    ) -> None:
        """Work all of them out.

        Args:
            prefix: put before each number.
            folder: where there is room for them; None: where temporary files are.
        """
        self._files: dict[str, IO[str]] = {
            kind: TemporaryFile("w+", encoding="utf-8", dir=folder)  # noqa: SIM115  closed when this is left
            for kind in ("order", "cancellation")
        }
        for landing in landings:
            out = self._files[landing.kind]
            out.write(json.dumps(_made(landing, seller, prefix), default=str, ensure_ascii=False))
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
        self._files[kind].seek(0)
        for line in self._files[kind]:
            values: list[Any] = json.loads(line)
            made = Made(*values)
            yield made._replace(
                issue_date=date.fromisoformat(values[_ISSUE]),
                due_date=date.fromisoformat(values[_ISSUE + 1]),
                tax_point_date=date.fromisoformat(values[_ISSUE + 2]),
            )


_ISSUE = Made._fields.index("issue_date")


def _made(landing: Landing, seller: Seller, prefix: str) -> Made:
    order = Order.model_validate_json(landing.content or "")
    invoice = issued_elsewhere(order, number=prefix + landing.external_id, seller=seller)
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

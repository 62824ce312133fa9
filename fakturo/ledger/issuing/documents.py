"""Which documents were made of which invoice, with the hash that proves a copy."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Engine, exists, func, or_, select, true

from fakturo.history import SERIES as IMPORTED
from fakturo.ledger.insert_new import insert_new
from fakturo.ledger.open import reading, writing
from fakturo.ledger.tables import documents, invoices

PDF = "pdf"
_HAS_ONE = or_(
    exists().where(documents.c.invoice_id == invoices.c.id, documents.c.kind == PDF),
    invoices.c.series == IMPORTED,  # its document was made elsewhere
)


class Unrendered(NamedTuple):
    """An issued invoice that has no document yet."""

    invoice_id: int
    number: str
    issue_date: date
    content: str
    """Canonical JSON of fakturo.invoice.Invoice."""


class Made(NamedTuple):
    """A document that stands in its folder."""

    invoice_id: int
    path: str
    """Relative to the folder of documents."""
    sha256: str
    bytes: int
    pages: int


def is_unrendered(engine: Engine) -> bool:
    """Whether an invoice waits for its document."""
    return bool(unrendered(engine, limit=1))


def count_unrendered(engine: Engine) -> int:
    """How many invoices wait for their document."""
    with reading(engine) as connection:
        return int(connection.execute(select(func.count(invoices.c.id)).where(~_HAS_ONE)).scalar_one())


def unrendered(
    engine: Engine, *, limit: int, after_id: int = 0, numbers: Sequence[str] | None = None
) -> list[Unrendered]:
    """Invoices without a document, oldest first, after `after_id`; `numbers`: only these."""
    query = (
        select(invoices.c.id, invoices.c.number, invoices.c.issue_date, invoices.c.content)
        .where(
            invoices.c.id > after_id, ~_HAS_ONE, true() if numbers is None else invoices.c.number.in_(numbers)
        )
        .order_by(invoices.c.id)
        .limit(limit)
    )
    with reading(engine) as connection:
        return [Unrendered(*row) for row in connection.execute(query)]


def record(engine: Engine, made: Sequence[Made], *, now: datetime, run_id: str | None) -> list[str]:
    """Note documents that are on disk; who is noted already stays as it is.

    Returns:
        Numbers of invoices that were noted before with another hash: the file is not what the ledger says.
    """
    rows: list[dict[str, Any]] = [
        {**each._asdict(), "kind": PDF, "created_at": now, "run_id": run_id} for each in made
    ]
    if not rows:
        return []
    with writing(engine) as connection:
        insert_new(connection, documents, rows)
        noted = (
            select(invoices.c.number, documents.c.invoice_id, documents.c.sha256)
            .join(invoices, invoices.c.id == documents.c.invoice_id)
            .where(documents.c.kind == PDF, documents.c.invoice_id.in_([each.invoice_id for each in made]))
        )
        ours = {each.invoice_id: each.sha256 for each in made}
        return [row.number for row in connection.execute(noted) if row.sha256 != ours[row.invoice_id]]


def find(engine: Engine, number: str) -> Made | None:
    """The document of an invoice, by the invoice's number."""
    query = (
        select(*(documents.c[name] for name in Made._fields))
        .join(invoices, invoices.c.id == documents.c.invoice_id)
        .where(invoices.c.number == number, documents.c.kind == PDF)
    )
    with reading(engine) as connection:
        row = connection.execute(query).first()
    return Made(*row) if row else None


class Recorded(NamedTuple):
    """A document as the ledger knows it, with its invoice's number."""

    number: str
    kind: str
    sha256: str


def recorded(engine: Engine, *, number: str, sha256: str) -> list[Recorded]:
    """Documents of our own invoices that have this number or are this very file."""
    query = (
        select(invoices.c.number, documents.c.kind, documents.c.sha256)
        .join(invoices, invoices.c.id == documents.c.invoice_id)
        .where(or_(invoices.c.number == number, documents.c.sha256 == sha256), invoices.c.series != IMPORTED)
        .order_by(documents.c.id)
    )
    with reading(engine) as connection:
        return [Recorded(*row) for row in connection.execute(query)]


def is_issued(engine: Engine, number: str) -> bool:
    """Whether we issued an invoice of this number."""
    query = select(invoices.c.id).where(invoices.c.number == number, invoices.c.series != IMPORTED)
    with reading(engine) as connection:
        return connection.execute(query).first() is not None

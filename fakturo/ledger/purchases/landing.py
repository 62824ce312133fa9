"""Keep a document of a supplier: file row, document and audit entry in one transaction, once a file.

The same supplier and number with other content is kept beside the first and says which that is: a corrected
invoice, or one billed twice. A person decides; nothing is dropped.
"""

from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, insert, select
from sqlalchemy.exc import IntegrityError

from fakturo.ledger import audit_chain
from fakturo.ledger.landing.arrivals import FileFacts, Landed
from fakturo.ledger.open import reading, writing
from fakturo.ledger.purchase_tables import purchase_documents
from fakturo.ledger.tables import files

KIND = "purchases"


class PurchaseDocument(NamedTuple):
    """What a document of a supplier says; amounts in minor units, None where it says none."""

    kind: str
    """`invoice` or `credit_note`."""
    type_code: str
    syntax: str
    specification: str
    number: str
    issue_date: date | None
    due_date: date | None
    supplier: str
    supplier_vat_id: str | None
    buyer: str
    currency: str
    net_minor: int | None
    tax_minor: int | None
    total_minor: int | None
    due_minor: int | None
    is_accepted: bool
    """By schema and official rules."""
    findings: str
    """JSON list of weight, rule, about and text."""


def land_purchase(
    engine: Engine,
    facts: FileFacts,
    document: PurchaseDocument,
    *,
    now: datetime,
    run_id: str | None = None,
    dry_run: bool = False,
) -> Landed:
    """Write it into the ledger, or with `dry_run` only say whether it is new."""
    if dry_run:
        with reading(engine) as connection:
            return _landed(is_new=not _is_known(connection, facts))
    try:
        return _write(engine, facts, document, now, run_id)
    except IntegrityError:  # another process kept the same file first: now we see it
        return _write(engine, facts, document, now, run_id)


def _write(
    engine: Engine, facts: FileFacts, document: PurchaseDocument, now: datetime, run_id: str | None
) -> Landed:
    with writing(engine) as connection:
        if _is_known(connection, facts):
            return _landed(is_new=False)
        landed = _landed(is_new=True)
        values = facts._asdict() | landed._asdict() | {"kind": KIND, "received_at": now, "run_id": run_id}
        file_id = int(connection.execute(insert(files).values(**values).returning(files.c.id)).scalar_one())
        before = _same_number(connection, document)
        kept = document._asdict() | {"file_id": file_id, "same_number_as": before, "received_at": now}
        connection.execute(insert(purchase_documents).values(**kept))
        told: dict[str, Any] = {
            "kind": KIND,
            "name": facts.name,
            "sha256": facts.sha256,
            "number": document.number,
            "supplier": document.supplier,
            "currency": document.currency,
            "total_minor": document.total_minor,
        }
        audit_chain.append(
            connection, at=now, actor="intake", entries=[("file.landed", f"file:{file_id}", told)]
        )
    return landed


def _is_known(connection: Connection, facts: FileFacts) -> bool:
    query = select(files.c.id).where(files.c.source == facts.source, files.c.sha256 == facts.sha256)
    return connection.execute(query).first() is not None


def _landed(*, is_new: bool) -> Landed:
    return Landed(1, int(is_new), int(not is_new), 0).balanced()


def _same_number(connection: Connection, document: PurchaseDocument) -> int | None:
    """Id of the first document of that supplier under that number."""
    table = purchase_documents.c
    supplier = table.supplier == document.supplier
    if document.supplier_vat_id:
        supplier |= table.supplier_vat_id == document.supplier_vat_id
    query = select(table.id).where(table.number == document.number, supplier).order_by(table.id).limit(1)
    found: int | None = connection.execute(query).scalar()
    return found

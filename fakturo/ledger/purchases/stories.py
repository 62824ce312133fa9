"""What is kept of suppliers' documents, for a person."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from fakturo.errors import NotFound
from fakturo.ledger.purchase_tables import purchase_documents
from fakturo.ledger.tables import files


def recent(connection: Connection, *, limit: int, supplier: str | None = None) -> Sequence[Row[Any]]:
    """The newest documents with the files they came in.

    Args:
        supplier: a part of the supplier's name, in any case.
    """
    query = _query().order_by(purchase_documents.c.id.desc()).limit(limit)
    if supplier:
        query = query.where(purchase_documents.c.supplier.icontains(supplier, autoescape=True))
    return connection.execute(query).all()


def find(connection: Connection, document_id: int) -> Row[Any]:
    """One document.

    Raises:
        NotFound: there is none.
    """
    row = connection.execute(_query().where(purchase_documents.c.id == document_id)).first()
    if row is None:
        raise NotFound(f"No purchase document {document_id}; `fakturo purchases list` shows them.")
    return row


def _query() -> Select[Any]:
    about = (files.c.name, files.c.sha256, files.c.archived_as)
    return select(purchase_documents, *about).join(files, files.c.id == purchase_documents.c.file_id)

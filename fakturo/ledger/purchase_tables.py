"""Table of what suppliers bill us."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from fakturo.ledger.columns import Id, Utc, metadata

purchase_documents = Table(
    "purchase_documents",
    metadata,
    Column("id", Id, primary_key=True),
    Column("file_id", ForeignKey("files.id"), nullable=False),
    Column("kind", String(12), nullable=False),  # invoice or credit_note
    Column("type_code", String(10), nullable=False),  # BT-3
    Column("syntax", String(20), nullable=False),
    Column("specification", Text, nullable=False),  # BT-24
    Column("number", Text, nullable=False),  # BT-1
    Column("issue_date", Date),
    Column("due_date", Date),
    Column("supplier", Text, nullable=False),
    Column("supplier_vat_id", Text),
    Column("buyer", Text, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("net_minor", BigInteger),  # BT-109; the amounts are null where the document has none
    Column("tax_minor", BigInteger),  # BT-110
    Column("total_minor", BigInteger),  # BT-112
    Column("due_minor", BigInteger),  # BT-115
    Column("is_accepted", Boolean, nullable=False),  # by schema and rules
    Column("findings", Text, nullable=False),  # JSON list of weight, rule, about, text
    Column("same_number_as", ForeignKey("purchase_documents.id")),  # same supplier and number, other content
    Column("received_at", Utc, nullable=False),
    UniqueConstraint("file_id"),
    CheckConstraint("kind IN ('invoice', 'credit_note')", name="kind"),
)
"""A document of a supplier, as received; the file itself is in the archive. Never changed."""
Index("ix_purchase_documents_number", purchase_documents.c.number)

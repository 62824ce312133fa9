"""What suppliers bill us."""

import sqlalchemy as sa
from alembic import op

from fakturo.ledger.columns import Id, Utc

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "purchase_documents",
        sa.Column("id", Id, nullable=False),
        sa.Column("file_id", Id, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("type_code", sa.String(length=10), nullable=False),
        sa.Column("syntax", sa.String(length=20), nullable=False),
        sa.Column("specification", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("issue_date", sa.Date()),
        sa.Column("due_date", sa.Date()),
        sa.Column("supplier", sa.Text(), nullable=False),
        sa.Column("supplier_vat_id", sa.Text()),
        sa.Column("buyer", sa.Text(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("net_minor", sa.BigInteger()),
        sa.Column("tax_minor", sa.BigInteger()),
        sa.Column("total_minor", sa.BigInteger()),
        sa.Column("due_minor", sa.BigInteger()),
        sa.Column("is_accepted", sa.Boolean(), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.Column("same_number_as", Id),
        sa.Column("received_at", Utc(), nullable=False),
        sa.CheckConstraint("kind IN ('invoice', 'credit_note')", name=op.f("ck_purchase_documents_kind")),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk_purchase_documents_file_id_files")),
        sa.ForeignKeyConstraint(
            ["same_number_as"],
            ["purchase_documents.id"],
            name=op.f("fk_purchase_documents_same_number_as_purchase_documents"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchase_documents")),
        sa.UniqueConstraint("file_id", name=op.f("uq_purchase_documents_file_id")),
    )
    op.create_index("ix_purchase_documents_number", "purchase_documents", ["number"])

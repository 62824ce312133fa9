"""Payments, what they settle, and invoices of another system with the credit notes that correct them."""

import sqlalchemy as sa
from alembic import op

from fakturo.ledger.columns import Id, Utc

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

GUARDED = ("payments", "allocations")


def upgrade() -> None:
    """Create the tables; refuse changes to what was received and decided."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    op.add_column("files", sa.Column("kind", sa.String(length=12), nullable=False, server_default="orders"))
    # written in SQL, because SQLite takes a reference only within ADD COLUMN
    op.execute(
        "ALTER TABLE invoices ADD COLUMN corrects_id "
        + ("INTEGER" if sqlite else "BIGINT")
        + " CONSTRAINT fk_invoices_corrects_id REFERENCES invoices (id)"
    )
    op.create_index(op.f("ix_invoices_corrects_id"), "invoices", ["corrects_id"])
    op.create_table(
        "payments",
        sa.Column("id", Id, nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("reference", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("value_date", sa.Date(), nullable=False),
        sa.Column("payer", sa.Text(), nullable=True),
        sa.Column("payer_account", sa.String(length=64), nullable=True),
        sa.Column("customer_id", sa.String(length=120), nullable=True),
        sa.Column("remittance", sa.Text(), nullable=False),
        sa.Column("invoice_refs", sa.Text(), nullable=False),
        sa.Column("reverses", sa.String(length=200), nullable=True),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("file_id", Id, nullable=True),
        sa.Column("line", sa.BigInteger(), nullable=True),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("run_id", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk_payments_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments")),
        sa.UniqueConstraint("source", "reference", name=op.f("uq_payments_source")),
    )
    op.create_table(
        "allocations",
        sa.Column("id", Id, nullable=False),
        sa.Column("payment_id", Id, nullable=True),
        sa.Column("credit_note_id", Id, nullable=True),
        sa.Column("invoice_id", Id, nullable=True),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("rule", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("recorded_at", Utc(), nullable=False),
        sa.Column("run_id", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name=op.f("fk_allocations_payment_id")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoices.id"], name=op.f("fk_allocations_invoice_id")),
        sa.ForeignKeyConstraint(
            ["credit_note_id"], ["invoices.id"], name=op.f("fk_allocations_credit_note_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allocations")),
    )
    op.create_table(
        "customer_payers",
        sa.Column("payer_key", sa.String(length=200), nullable=False),
        sa.Column("customer_id", sa.String(length=120), nullable=False),
        sa.Column("learned_from", sa.Text(), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_customer_payers_customer_id")
        ),
        sa.PrimaryKeyConstraint("payer_key", name=op.f("pk_customer_payers")),
    )
    for table, columns in (
        ("payments", ("customer_id", "file_id")),
        ("allocations", ("payment_id", "credit_note_id", "invoice_id")),
    ):
        for column in columns:
            op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    for table in GUARDED:
        for change in ("UPDATE", "DELETE"):
            refusal = f"{table} are append-only; write a row that takes it back"
            body = (
                f"BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
                if sqlite
                else f"FOR EACH ROW EXECUTE FUNCTION refuse_change('{refusal}')"
            )
            op.execute(f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} {body}")

"""Dunning: letters and their invoices, promises to pay, stops. All append-only."""

import sqlalchemy as sa
from alembic import op

from fakturo.ledger.columns import Id, Utc

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

GUARDED = ("dunning_notices", "dunned_invoices", "payment_promises", "dunning_stops")


def upgrade() -> None:
    """Create the tables; refuse changes to what was sent, promised and stopped."""
    op.create_table(
        "dunning_notices",
        sa.Column("id", Id, nullable=False),
        sa.Column("customer_id", sa.String(length=120), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("tone", sa.String(length=12), nullable=False),
        sa.Column("notice_date", sa.Date(), nullable=False),
        sa.Column("pay_by_date", sa.Date(), nullable=False),
        sa.Column("open_minor", sa.BigInteger(), nullable=False),
        sa.Column("interest_minor", sa.BigInteger(), nullable=False),
        sa.Column("lump_sum_minor", sa.BigInteger(), nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("earlier_minor", sa.BigInteger(), nullable=False),
        sa.Column("credit_minor", sa.BigInteger(), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("outbox_id", Id, nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("run_id", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_dunning_notices_customer_id")
        ),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name=op.f("fk_dunning_notices_outbox_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dunning_notices")),
        sa.UniqueConstraint("outbox_id", name=op.f("uq_dunning_notices_outbox_id")),
    )
    op.create_table(
        "dunned_invoices",
        sa.Column("id", Id, nullable=False),
        sa.Column("notice_id", Id, nullable=False),
        sa.Column("invoice_id", Id, nullable=False),
        sa.Column("level", sa.Integer(), nullable=True),
        sa.Column("days_overdue", sa.Integer(), nullable=False),
        sa.Column("open_minor", sa.BigInteger(), nullable=False),
        sa.Column("interest_minor", sa.BigInteger(), nullable=False),
        sa.Column("lump_sum_minor", sa.BigInteger(), nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("earlier_minor", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["dunning_notices.id"], name=op.f("fk_dunned_invoices_notice_id")
        ),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoices.id"], name=op.f("fk_dunned_invoices_invoice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dunned_invoices")),
        sa.UniqueConstraint("invoice_id", "level", name=op.f("uq_dunned_invoices_invoice_id")),
    )
    op.create_table(
        "payment_promises",
        sa.Column("id", Id, nullable=False),
        sa.Column("invoice_id", Id, nullable=False),
        sa.Column("due_date", sa.Date(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("open_minor", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoices.id"], name=op.f("fk_payment_promises_invoice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_promises")),
    )
    op.create_table(
        "dunning_stops",
        sa.Column("id", Id, nullable=False),
        sa.Column("customer_id", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("until_date", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_dunning_stops_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dunning_stops")),
    )
    for table, column in (
        ("dunning_notices", "customer_id"),
        ("dunned_invoices", "notice_id"),
        ("payment_promises", "invoice_id"),
        ("dunning_stops", "customer_id"),
    ):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table in GUARDED:
        for change in ("UPDATE", "DELETE"):
            refusal = f"{table} are append-only; nothing that was sent or said is changed"
            body = (
                f"BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
                if sqlite
                else f"FOR EACH ROW EXECUTE FUNCTION refuse_change('{refusal}')"
            )
            op.execute(f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} {body}")

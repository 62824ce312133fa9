"""Readings of KPIs, with what was told of them."""

import sqlalchemy as sa
from alembic import op

from fakturo.ledger.columns import Id, Utc

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table; refuse changes to what was read and told."""
    op.create_table(
        "kpi_readings",
        sa.Column("id", Id, nullable=False),
        sa.Column("kpi", sa.String(length=40), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("level", sa.Double(), nullable=True),
        sa.Column("warning_level", sa.Double(), nullable=False),
        sa.Column("critical_level", sa.Double(), nullable=False),
        sa.Column("first_date", sa.Date(), nullable=True),
        sa.Column("last_date", sa.Date(), nullable=True),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("publish_id", sa.String(length=40), nullable=False),
        sa.Column("read_at", Utc(), nullable=False),
        sa.Column("outbox_id", Id, nullable=True),
        sa.Column("run_id", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name=op.f("fk_kpi_readings_outbox_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kpi_readings")),
        sa.UniqueConstraint("outbox_id", name=op.f("uq_kpi_readings_outbox_id")),
        sa.UniqueConstraint("kpi", "currency", "publish_id", "state", name=op.f("uq_kpi_readings_kpi")),
    )
    refusal = "kpi_readings are append-only; what was read and told stays"
    sqlite = op.get_bind().dialect.name == "sqlite"
    body = (
        f"BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
        if sqlite
        else f"FOR EACH ROW EXECUTE FUNCTION refuse_change('{refusal}')"
    )
    for change in ("UPDATE", "DELETE"):
        op.execute(f"CREATE TRIGGER kpi_readings_no_{change.lower()} BEFORE {change} ON kpi_readings {body}")

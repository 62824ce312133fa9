"""What drafting has spent, by day and by run; calls are looked up by run."""

import sqlalchemy as sa
from alembic import op

from fakturo.ledger.columns import Utc

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the sums and the index."""
    op.create_table(
        "ai_spending",
        sa.Column("scope", sa.String(length=80), nullable=False),
        sa.Column("tokens", sa.BigInteger(), nullable=False),
        sa.Column("cost_micros", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("scope", name=op.f("pk_ai_spending")),
    )
    op.create_index(op.f("ix_ai_calls_run_id"), "ai_calls", ["run_id"])

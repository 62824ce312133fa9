"""Which shapes of invoice the official rules have accepted, so that no process asks them twice."""

import sqlalchemy as sa
from alembic import op

from fakturo.ledger.columns import Utc

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "accepted_shapes",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("rules", sa.String(length=40), nullable=False),
        sa.Column("accepted_at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_accepted_shapes")),
    )

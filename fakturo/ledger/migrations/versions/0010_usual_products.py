"""What is usual of products, against which an invoice is held before it is issued."""

import sqlalchemy as sa
from alembic import op

from fakturo.ledger.columns import Utc

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "usual_products",
        sa.Column("product_id", sa.String(length=200), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("line_count", sa.Integer(), nullable=False),
        sa.Column("price", sa.Double(), nullable=False),
        sa.Column("low_price", sa.Double(), nullable=False),
        sa.Column("top_price", sa.Double(), nullable=False),
        sa.Column("quantity", sa.Double(), nullable=False),
        sa.Column("read_at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("product_id", "currency", name=op.f("pk_usual_products")),
    )

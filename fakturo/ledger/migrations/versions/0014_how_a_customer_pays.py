"""How a customer pays: by transfer, from its account under a mandate, or by card."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns."""
    op.add_column("customers", sa.Column("payment_means", sa.String(length=12)))
    op.add_column("customers", sa.Column("mandate_id", sa.String(length=35)))
    op.add_column("customers", sa.Column("debited_iban", sa.String(length=34)))

"""Which order a deposit invoice is asked for."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; its reference in SQL, because SQLite takes it only within ADD COLUMN."""
    id_type = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    op.execute(
        f"ALTER TABLE orders ADD COLUMN deposit_of {id_type} "
        "CONSTRAINT fk_orders_deposit_of REFERENCES orders (id)"
    )
    op.create_index(op.f("ix_orders_deposit_of"), "orders", ["deposit_of"])

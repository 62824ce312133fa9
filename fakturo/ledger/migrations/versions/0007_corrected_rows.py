"""Quarantined rows that are taken in again: by which file, when, by whom."""

import sqlalchemy as sa
from alembic import op

from fakturo.ledger.columns import Utc

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; references in SQL, because SQLite takes them only within ADD COLUMN."""
    id_type = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    for table, column in (("files", "retry_of"), ("quarantine", "resolved_in")):
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN {column} {id_type} "
            f"CONSTRAINT fk_{table}_{column} REFERENCES files (id)"
        )
    op.create_index(op.f("ix_files_retry_of"), "files", ["retry_of"])
    op.add_column("quarantine", sa.Column("resolved_at", Utc(), nullable=True))
    op.add_column("quarantine", sa.Column("resolved_by", sa.String(length=120), nullable=True))

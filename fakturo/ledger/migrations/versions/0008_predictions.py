"""Runs of models, their predictions, verdicts on anomalies."""

import sqlalchemy as sa
from alembic import op

from fakturo.ledger.columns import Id, Utc

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

GUARDED = ("model_runs", "anomaly_verdicts")


def upgrade() -> None:
    """Create the tables; refuse changes to runs and verdicts."""
    op.create_table(
        "model_runs",
        sa.Column("id", Id, nullable=False),
        sa.Column("model", sa.String(length=20), nullable=False),
        sa.Column("version", sa.String(length=60), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("confidence", sa.String(length=10), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("baseline", sa.Text(), nullable=False),
        sa.Column("scores", sa.Text(), nullable=False),
        sa.Column("as_of_date", sa.Date(), nullable=False),
        sa.Column("window_first_date", sa.Date(), nullable=True),
        sa.Column("trained_rows", sa.Integer(), nullable=False),
        sa.Column("features_sha256", sa.String(length=64), nullable=True),
        sa.Column("artifact_sha256", sa.String(length=64), nullable=True),
        sa.Column("publish_id", sa.String(length=40), nullable=False),
        sa.Column("made_at", Utc(), nullable=False),
        sa.Column("run_id", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_runs")),
        sa.UniqueConstraint("model", "publish_id", name=op.f("uq_model_runs_model")),
    )
    op.create_table(
        "predictions",
        sa.Column("id", Id, nullable=False),
        sa.Column("model_run_id", Id, nullable=False),
        sa.Column("measure", sa.String(length=20), nullable=False),
        sa.Column("subject_kind", sa.String(length=10), nullable=False),
        sa.Column("subject_id", sa.String(length=120), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("target_date", sa.Date(), nullable=True),
        sa.Column("middle", sa.Double(), nullable=False),
        sa.Column("low_80", sa.Double(), nullable=True),
        sa.Column("high_80", sa.Double(), nullable=True),
        sa.Column("low_95", sa.Double(), nullable=True),
        sa.Column("high_95", sa.Double(), nullable=True),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["model_run_id"], ["model_runs.id"], name=op.f("fk_predictions_model_run_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_predictions")),
    )
    op.create_index("ix_predictions_run", "predictions", ["model_run_id", "measure", "subject_id"])
    op.create_table(
        "anomaly_verdicts",
        sa.Column("id", Id, nullable=False),
        sa.Column("subject_kind", sa.String(length=10), nullable=False),
        sa.Column("subject_id", sa.String(length=120), nullable=False),
        sa.Column("verdict", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("kind", sa.String(length=30), nullable=True),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("decided_at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_anomaly_verdicts")),
    )
    op.create_index("ix_anomaly_verdicts_subject", "anomaly_verdicts", ["subject_kind", "subject_id"])
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table in GUARDED:
        for change in ("UPDATE", "DELETE"):
            refusal = f"{table} are append-only; what was said once stays"
            body = (
                f"BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
                if sqlite
                else f"FOR EACH ROW EXECUTE FUNCTION refuse_change('{refusal}')"
            )
            op.execute(f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} {body}")

"""Tables of predictions: runs of models with their scores, what they predict, verdicts; rules as in `tables`.

Runs and verdicts are append-only. Predictions of old runs are thinned out: a year of daily runs would be
larger than the books.
"""

from sqlalchemy import Column, Date, Double, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from fakturo.ledger.columns import Id, Utc, metadata

model_runs = Table(
    "model_runs",
    metadata,
    Column("id", Id, primary_key=True),
    Column("model", String(20), nullable=False),
    Column("version", String(60), nullable=False),
    Column("state", String(20), nullable=False),  # 'ok', 'not_enough_data'
    Column("confidence", String(10), nullable=False),  # 'usual', 'low'
    Column("message", Text, nullable=False),
    Column("baseline", Text, nullable=False),
    Column("scores", Text, nullable=False),  # JSON, name -> number
    Column("as_of_date", Date, nullable=False),  # the last day that was known
    Column("window_first_date", Date),
    Column("trained_rows", Integer, nullable=False),
    Column("features_sha256", String(64)),
    Column("artifact_sha256", String(64)),  # of the stored model; NULL: none is kept
    Column("publish_id", String(40), nullable=False),  # the warehouse that was read
    Column("made_at", Utc, nullable=False),
    Column("run_id", String(64)),
    UniqueConstraint("model", "publish_id"),
)
"""One row per model and publish that it was run on; the newest of a model counts."""

predictions = Table(
    "predictions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("model_run_id", ForeignKey("model_runs.id"), nullable=False),
    Column("measure", String(20), nullable=False),  # see fakturo/prediction.py
    Column("subject_kind", String(10), nullable=False),
    Column("subject_id", String(120), nullable=False),  # as published: e-mail addresses only as their hash
    Column("currency", String(3)),
    Column("target_date", Date),
    Column("middle", Double, nullable=False),
    Column("low_80", Double),
    Column("high_80", Double),
    Column("low_95", Double),
    Column("high_95", Double),
    Column("place", Integer),  # in a list that is worked from the top
    Column("reasons", Text, nullable=False),  # JSON list of sentences
    Index("ix_predictions_run", "model_run_id", "measure", "subject_id"),
)
"""Written whole, in the transaction of their run."""

anomaly_verdicts = Table(
    "anomaly_verdicts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("subject_kind", String(10), nullable=False),  # 'order', 'invoice', 'payment'
    Column("subject_id", String(120), nullable=False),
    Column("verdict", String(10), nullable=False),  # 'confirmed', 'dismissed'
    Column("reason", Text),  # what the person wrote
    Column("kind", String(30)),  # of the first reason that the person saw
    Column("actor", String(120), nullable=False),
    Column("decided_at", Utc, nullable=False),
    Index("ix_anomaly_verdicts_subject", "subject_kind", "subject_id"),
)
"""What persons said of an anomaly; the last of a subject counts."""

usual_products = Table(
    "usual_products",
    metadata,
    Column("product_id", String(200), primary_key=True),
    Column("currency", String(3), primary_key=True),
    Column("line_count", Integer, nullable=False),
    Column("price", Double, nullable=False),  # median of the last lines; so is the quantity
    Column("low_price", Double, nullable=False),
    Column("top_price", Double, nullable=False),
    Column("quantity", Double, nullable=False),
    Column("read_at", Utc, nullable=False),
)
"""What products usually cost and how many are taken, as the last publish knows it; replaced whole. Empty: no
invoice is held because of it."""

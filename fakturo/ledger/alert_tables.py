"""Table of what KPIs were read as, and what was told of it; rules as in `tables`. Append-only."""

from sqlalchemy import Column, Date, Double, ForeignKey, Integer, String, Table, Text, UniqueConstraint

from fakturo.ledger.columns import Id, Utc, metadata

kpi_readings = Table(
    "kpi_readings",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kpi", String(40), nullable=False),
    Column("currency", String(3), nullable=False),  # ISO 4217; '' where the KPI is not of money
    Column("state", String(16), nullable=False),  # 'ok', 'warning', 'critical', 'not_enough_data'
    Column("value", Double),  # NULL: there was none
    Column("n", Integer, nullable=False),
    Column("level", Double),  # that the severity is about; NULL where nothing is wrong
    Column("warning_level", Double, nullable=False),
    Column("critical_level", Double, nullable=False),
    Column("first_date", Date),  # of the days that the value is about
    Column("last_date", Date),
    Column("sentence", Text, nullable=False),
    Column("publish_id", String(40), nullable=False),  # the warehouse that was read
    Column("read_at", Utc, nullable=False),
    Column("outbox_id", ForeignKey("outbox.id"), unique=True),  # by which it was told; NULL: it was no news
    Column("run_id", String(64)),
    UniqueConstraint("kpi", "currency", "publish_id", "state"),
)
"""One row per KPI, currency and publish, so that a second run on a publish writes nothing. The state is in
the key because a publish that nothing follows grows old: its age becomes a warning, then critical."""

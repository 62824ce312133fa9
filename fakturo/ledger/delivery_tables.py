"""Tables of what left the outbox: who is told of which event, and each attempt; rules as in `tables`."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint, text

from fakturo.ledger.columns import Id, Utc, metadata
from fakturo.ledger.tables import outbox

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Id, primary_key=True),
    Column("outbox_id", ForeignKey("outbox.id"), nullable=False),
    Column("receiver", String(60), nullable=False),  # name of a webhook, or 'email'
    Column("subject", String(120), nullable=False),  # as in outbox; events of one leave in its order
    Column("status", String(10), nullable=False, server_default="pending"),
    Column("attempts", Integer, nullable=False, server_default="0"),  # since queued or replayed
    Column("first_tried_at", Utc),
    Column("not_before", Utc),
    Column("leased_until", Utc),
    Column("leased_by", String(120)),
    Column("last_status", Integer),  # HTTP or SMTP
    Column("last_error", Text),
    Column("delivered_at", Utc),
    Column("created_at", Utc, nullable=False),  # queued, or replayed
    UniqueConstraint("outbox_id", "receiver"),
    Index("ix_deliveries_queue", "receiver", "status", "outbox_id"),
    Index("ix_deliveries_leased", "receiver", "leased_until"),
    Index("ix_deliveries_order", "receiver", "subject", "status", "outbox_id"),
)
"""status: pending, delivered, gave_up, skipped (nothing could be sent: no address), withdrawn (what it asks
for was settled before it could leave). One row per event and
receiver that wants it; an event that nobody wants has none."""

delivery_log = Table(
    "delivery_log",
    metadata,
    Column("id", Id, primary_key=True),
    Column("delivery_id", ForeignKey("deliveries.id"), nullable=False, index=True),
    Column("attempt", Integer, nullable=False),
    Column("outcome", String(12), nullable=False),  # 'sent', then as status, or failed
    Column("http_status", Integer),  # or SMTP
    Column("error", Text),
    Column("started_at", Utc, nullable=False),
    Column("duration_ms", Integer),
    Column("run_id", String(64)),
)
"""One row per attempt, written before it leaves; one that stays 'sent' lost its process."""

delivery_receivers = Table(
    "delivery_receivers",
    metadata,
    Column("name", String(60), primary_key=True),
    Column("known_since", Utc, nullable=False),  # what happened long before is sent only when asked for
    Column("failures", Integer, nullable=False, server_default="0"),  # in a row
    Column("failing_since", Utc),
    Column("paused_until", Utc),
    Column("updated_at", Utc, nullable=False),
)
"""How each receiver does, for all processes."""

_UNSENT = text("sent_at IS NULL")
Index("ix_outbox_unsent", outbox.c.id, sqlite_where=_UNSENT, postgresql_where=_UNSENT)

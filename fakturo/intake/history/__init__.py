"""What another system knows: its invoices and its customers."""

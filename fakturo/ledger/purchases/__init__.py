"""What suppliers bill us, kept for later: no order, no receivable."""

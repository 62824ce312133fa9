"""Dunning in the ledger: facts read, letters written, promises and stops kept, stories told."""

"""Quarantined rows on their way back: to a spreadsheet, and into the ledger again."""

"""Codes that a banking app reads from the page, so that nobody types an account number."""

"""Readers: files, folders and texts in; orders, duplicates and quarantined rows out."""

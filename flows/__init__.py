"""Prefect lives here only: one flow a file; file, function and deployment share a verb_noun name."""

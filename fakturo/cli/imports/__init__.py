"""Files in: `fakturo ingest` and `fakturo import`."""

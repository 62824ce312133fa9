"""The only opener of analytics DuckDB files: snapshot of the ledger, publish by rename, read-only reading."""

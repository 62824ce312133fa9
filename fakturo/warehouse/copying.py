"""Copy all ledger tables into a new DuckDB file, in one read transaction, so that nothing is torn.

SQLite gives one WAL snapshot, PostgreSQL one repeatable-read transaction. The extension that reads it is
loaded from its wheel, never from the network.

`python -m fakturo.warehouse.copying` reads a `Request` as JSON from standard input and answers with the
rows by table, or with a sentence why not. SQLite ledgers are always copied by such a process of its own:
DuckDB brings a second copy of SQLite, and two copies in one process drop each other's file locks, which
showed as "database disk image is malformed" beside a writer.
Source: sqlite.org/howtocorrupt.html, 2.2.1 "Multiple copies of SQLite linked into the same application".
"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
from psycopg.conninfo import make_conninfo
from pydantic import BaseModel, ConfigDict
from sqlalchemy.engine import URL, make_url

from fakturo import duckdb_extensions
from fakturo.errors import FakturoError, WarehouseError
from fakturo.warehouse.published import PUBLISHED, selection

CONTROL_TOTALS = {
    "control_totals": """
    select currency, kind, count(*) as invoices, sum(cast(net_minor as bigint)) as net_minor,
        sum(cast(tax_minor as bigint)) as tax_minor, sum(cast(total_minor as bigint)) as total_minor
    from {schema}.invoices group by currency, kind
""",
    "payment_totals": """
    select currency, kind, count(*) as payments, sum(cast(amount_minor as bigint)) as amount_minor,
        sum(cast(fee_minor as bigint)) as fee_minor
    from {schema}.payments group by currency, kind
""",
    "allocation_totals": """
    select currency, kind, count(*) as allocations, sum(cast(amount_minor as bigint)) as amount_minor
    from {schema}.allocations group by currency, kind
""",
}
"""Taken from the ledger itself in the same transaction; what the marts must come to."""
PUBLISH = """
    select cast($publish_id as varchar) as publish_id, cast($made_at as timestamp) as made_at,
        cast($made_on as date) as made_on, cast($run_id as varchar) as run_id, seq as audit_seq,
        sha256 as audit_sha256
    from ledger.audit_head
"""
THREADS = 2
STORAGE = "v1.4.0"
"""Format of the file; 54 -> 45 MB at 10 million lines beside the default."""


class Request(BaseModel):
    """What is copied, and where to."""

    model_config = ConfigDict(frozen=True)

    ledger_url: str
    file: Path
    """Must not exist."""
    publish_id: str
    made_at: datetime
    made_on: date
    """The seller's day; what is overdue is so on this day."""
    run_id: str | None
    mask_key: str
    names: bool
    memory_mb: int


def copy(request: Request) -> dict[str, int]:
    """Write schema `ledger` of a new DuckDB file.

    Returns:
        Rows copied, by table.

    Raises:
        WarehouseError: the ledger cannot be read or the file not written.
    """
    options = {"storage_compatibility_version": STORAGE}
    with _refusals(), duckdb.connect(str(request.file), config={**options}) as connection:
        connection.execute(f"set memory_limit = '{request.memory_mb}MB'")
        connection.execute(f"set threads = {THREADS}")
        connection.execute(f"set temp_directory = {_quoted(request.file.parent / 'spill')}")
        connection.execute("set variable mask_key = ?", [request.mask_key])
        connection.execute("set variable publish_names = ?", [request.names])
        schema = _attach(connection, make_url(request.ledger_url))
        connection.execute("begin transaction")
        connection.execute("create schema ledger")
        counts = {table: _copy_table(connection, table, schema) for table in PUBLISHED}
        for name, totals in CONTROL_TOTALS.items():
            connection.execute(f"create table ledger.{name} as {totals.format(schema=schema)}")
        made_at = request.made_at.astimezone(UTC).replace(tzinfo=None)
        connection.execute(
            f"create table ledger.publish as {PUBLISH}",
            {
                "publish_id": request.publish_id,
                "made_at": made_at,
                "made_on": request.made_on,
                "run_id": request.run_id,
            },
        )
        connection.execute("create table ledger.table_rows (table_name varchar, row_count bigint)")
        connection.executemany("insert into ledger.table_rows values (?, ?)", list(counts.items()))
        connection.execute("commit")
        connection.execute("detach source")
    return counts


def main() -> None:
    """Answer one request: JSON in, JSON out; exit code 1 with a sentence on standard error."""
    try:
        counts = copy(Request.model_validate_json(sys.stdin.read()))
    except FakturoError as error:
        sys.stderr.write(str(error))
        raise SystemExit(1) from None
    sys.stdout.write(json.dumps(counts))


def _attach(connection: duckdb.DuckDBPyConnection, url: URL) -> str:
    """Attach the ledger read-only as `source`; gives the schema that its tables stand in."""
    if url.get_backend_name() == "sqlite":
        duckdb_extensions.load(connection, "sqlite_scanner")
        connection.execute("set sqlite_disable_multithreaded_scans = true")  # a thread would be a transaction
        connection.execute(f"attach {_quoted(url.database)} as source (type sqlite, read_only)")
        return "source.main"
    duckdb_extensions.load(connection, "postgres_scanner")
    try:
        connection.execute(f"attach {_quoted(_conninfo(url))} as source (type postgres, read_only)")
    except duckdb.Error:  # its message holds the password
        shown = url.render_as_string(hide_password=True)
        raise WarehouseError(
            f"The ledger {shown} does not answer; check FAKTURO_LEDGER_URL and that PostgreSQL is up."
        ) from None
    return "source.public"


def _copy_table(connection: duckdb.DuckDBPyConnection, table: str, schema: str) -> int:
    read = f'select {selection(table)} from {schema}."{table}"'  # noqa: S608  names of our own
    row = connection.execute(f'create table ledger."{table}" as {read}').fetchone()
    return int(row[0]) if row else 0


def _conninfo(url: URL) -> str:
    parts = {"host": url.host, "port": url.port, "user": url.username, "password": url.password}
    query = {name: value if isinstance(value, str) else value[-1] for name, value in url.query.items()}
    every = {**parts, "dbname": url.database, **query}
    return make_conninfo(**{name: str(value) for name, value in every.items() if value is not None})


def _quoted(text: object) -> str:
    return "'" + str(text).replace("'", "''") + "'"


@contextmanager
def _refusals() -> Iterator[None]:
    """Turn what DuckDB says into one sentence."""
    try:
        yield
    except duckdb.Error as error:
        reason = str(error).splitlines()[0].removesuffix(".")
        raise WarehouseError(
            f"The ledger could not be copied: {reason}. The published file stands."
        ) from None


if __name__ == "__main__":
    main()

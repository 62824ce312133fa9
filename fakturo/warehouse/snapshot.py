"""Copy the ledger into a new DuckDB file: all tables in one read transaction, so that nothing is torn.

The ledger is only read. SQLite gives one WAL snapshot, PostgreSQL one repeatable-read transaction; the
extension that reads it is loaded from its wheel, never from the network.
"""

import importlib.util
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import duckdb
from psycopg.conninfo import make_conninfo
from sqlalchemy.engine import URL, make_url

from fakturo.errors import WarehouseError
from fakturo.settings import Settings
from fakturo.warehouse.published import PUBLISHED, selection

CONTROL_TOTALS = """
    select currency, kind, count(*) as invoices, sum(cast(net_minor as bigint)) as net_minor,
        sum(cast(tax_minor as bigint)) as tax_minor, sum(cast(total_minor as bigint)) as total_minor
    from {schema}.invoices group by currency, kind
"""
"""Taken from the ledger itself in the same transaction; what the marts must come to."""
THREADS = 2
STORAGE = "v1.4.0"
"""Format of the file; 54 -> 45 MB at 10 million lines beside the default."""


def snapshot(
    settings: Settings, file: Path, *, publish_id: str, now: datetime, run_id: str | None = None
) -> dict[str, int]:
    """Write schema `ledger` of a new DuckDB file, all tables as of one moment.

    Args:
        file: must not exist.
        publish_id: stands in the file, so that a report can say which publish it read.
        now: aware.
        run_id: of the flow run that builds.

    Returns:
        Rows copied, by table.

    Raises:
        WarehouseError: the ledger cannot be read or the file not written.
    """
    with (
        refusals("The ledger could not be copied"),
        duckdb.connect(str(file), config={"storage_compatibility_version": STORAGE}) as connection,
    ):
        limit(connection, settings, file.parent)
        connection.execute("set variable mask_key = ?", [_mask_key(settings)])
        connection.execute("set variable publish_names = ?", [settings.warehouse.names])
        schema = attach_ledger(connection, settings)
        connection.execute("begin transaction")
        connection.execute("create schema ledger")
        counts = {table: _copy(connection, table, schema) for table in PUBLISHED}
        connection.execute(f"create table ledger.control_totals as {CONTROL_TOTALS.format(schema=schema)}")
        connection.execute(
            "create table ledger.publish as select cast(? as varchar) as publish_id, "
            "cast(? as timestamp) as made_at, cast(? as varchar) as run_id, "
            "seq as audit_seq, sha256 as audit_sha256 from ledger.audit_head",
            [publish_id, now.astimezone(UTC).replace(tzinfo=None), run_id],
        )
        connection.execute('create table ledger.table_rows (table_name varchar, row_count bigint)')
        connection.executemany("insert into ledger.table_rows values (?, ?)", list(counts.items()))
        connection.execute("commit")
        connection.execute("detach source")
    return counts


def attach_ledger(connection: duckdb.DuckDBPyConnection, settings: Settings) -> str:
    """Attach the ledger read-only as `source`.

    Returns:
        The schema its tables stand in, `source.main` or `source.public`.
    """
    url = make_url(settings.ledger_url)
    if url.get_backend_name() == "sqlite":
        path = Path(url.database or "")
        if not path.is_file():
            raise WarehouseError(
                f"There is no ledger at {path}; run `fakturo init` or set FAKTURO_LEDGER_URL."
            )
        connection.execute(f"load {_quoted(extension('sqlite_scanner'))}")
        connection.execute("set sqlite_disable_multithreaded_scans = true")  # threads would be transactions
        connection.execute(f"attach {_quoted(path)} as source (type sqlite, read_only)")
        return "source.main"
    connection.execute(f"load {_quoted(extension('postgres_scanner'))}")
    try:
        connection.execute(f"attach {_quoted(_conninfo(url))} as source (type postgres, read_only)")
    except duckdb.Error:  # its message holds the password
        shown = url.render_as_string(hide_password=True)
        raise WarehouseError(
            f"The ledger {shown} does not answer; check FAKTURO_LEDGER_URL and that PostgreSQL is up."
        ) from None
    return "source.public"


def extension(name: str) -> Path:
    """Path of a DuckDB extension inside its wheel.

    Raises:
        WarehouseError: the wheel is not installed or belongs to another DuckDB.
    """
    spec = importlib.util.find_spec(f"duckdb_extension_{name}")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(folder) / "extensions" / f"v{duckdb.__version__}" / f"{name}.duckdb_extension"
        if path.is_file():
            return path
    wheel = f"duckdb-extension-{name.replace('_', '-')}=={duckdb.__version__}"
    raise WarehouseError(f"DuckDB's extension {name} is not installed; run `pip install {wheel}`.")


def _copy(connection: duckdb.DuckDBPyConnection, table: str, schema: str) -> int:
    source = f'{schema}."{table}"'
    row = connection.execute(  # names of our own, nothing from outside
        f'create table ledger."{table}" as select {selection(table)} from {source}'  # noqa: S608
    ).fetchone()
    return int(row[0]) if row else 0


def limit(connection: duckdb.DuckDBPyConnection, settings: Settings, folder: Path) -> None:
    """Bound memory and threads; what does not fit goes to a folder that is deleted with the build."""
    connection.execute(
        f"set memory_limit = '{settings.warehouse.memory_mb // 2}MB'"
    )  # GX and dbt need the rest
    connection.execute(f"set threads = {THREADS}")
    connection.execute(f"set temp_directory = {_quoted(folder / 'spill')}")


def _mask_key(settings: Settings) -> str:
    """Key of the hashes that stand for e-mail addresses: made once, readable by the owner only."""
    path = settings.home / "mask.key"
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(os.urandom(32).hex())
    except FileExistsError:
        pass
    return path.read_text()


def _conninfo(url: URL) -> str:
    parts = {"host": url.host, "port": url.port, "user": url.username, "password": url.password}
    query = {name: value if isinstance(value, str) else value[-1] for name, value in url.query.items()}
    given = {
        name: str(value)
        for name, value in {**parts, "dbname": url.database, **query}.items()
        if value is not None
    }
    return make_conninfo(**given)


def _quoted(text: object) -> str:
    return "'" + str(text).replace("'", "''") + "'"


@contextmanager
def refusals(what: str) -> Iterator[None]:
    """Turn what DuckDB says into one sentence."""
    try:
        yield
    except duckdb.Error as error:
        raise WarehouseError(f"{what}: {str(error).splitlines()[0]}. The published file stands.") from error

"""The one door to the ledger database: an engine, and transactions that never tear.

SQLite runs in WAL mode with foreign keys on; a writing transaction takes the write lock at once
(`BEGIN IMMEDIATE`), so that it waits instead of failing half-way. PostgreSQL runs as it is.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_random

from fakturo.errors import LedgerBusy
from fakturo.settings import Settings


def open_ledger(settings: Settings) -> Engine:
    """Engine of the ledger; migrated on the first call of the process.

    Raises:
        LedgerBusy: the database does not answer, or another process is migrating for too long.
    """
    return _open(settings.ledger_url, settings.ledger.busy_timeout_s)


@cache
def _open(url: str, busy_timeout_s: float) -> Engine:
    from fakturo.ledger.migrate import upgrade

    engine = connect(url, busy_timeout_s)
    try:
        upgrade(engine)
    except OperationalError as error:
        shown = make_url(url).render_as_string(hide_password=True)
        raise LedgerBusy(
            f"The ledger {shown} cannot be opened: {error.orig}. Check FAKTURO_LEDGER_URL."
        ) from error
    return engine


def connect(url: str, busy_timeout_s: float = 60.0) -> Engine:
    """Engine without migration."""
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True, pool_size=8, max_overflow=24)
    path = make_url(url).database
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": busy_timeout_s}, pool_size=8, max_overflow=24)

    # SQLite does not wait where several processes turn a new file to WAL at once: it says "locked"
    turned_by_one = Retrying(
        retry=retry_if_exception_type(sqlite3.OperationalError),
        stop=stop_after_delay(busy_timeout_s),
        wait=wait_random(0.001, 0.02),
        reraise=True,
    )

    @event.listens_for(engine, "connect")
    def _pragmas(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        turned_by_one(connection.execute, "PRAGMA journal_mode=WAL")
        for pragma in ("foreign_keys=ON", "synchronous=FULL"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        mode = "IMMEDIATE" if connection.get_execution_options().get("writes") else "DEFERRED"
        connection.exec_driver_sql(f"BEGIN {mode}")

    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that will write: commits at the end, rolls back on any error.

    Raises:
        LedgerBusy: another process held the write lock for longer than the busy timeout, or the database
            does not answer, or went away.
    """
    with _connected(engine) as plain:
        connection = plain.execution_options(writes=True)
        try:
            transaction = connection.begin()
        except OperationalError as error:
            raise LedgerBusy(f"The ledger is locked by another process: {error.orig}. Try again.") from error
        with transaction:
            yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One consistent view: all reads inside see the same moment.

    Raises:
        LedgerBusy: the database does not answer, or went away.
    """
    with _connected(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ")  # noqa: PLW2901
        with connection.begin():
            yield connection


@contextmanager
def _connected(engine: Engine) -> Iterator[Connection]:
    """A connection; one that breaks is told in a sentence, whatever it broke."""
    try:
        connection = engine.connect()
    except OperationalError as error:
        reason = str(error.orig).strip().splitlines()[0].rstrip(".")
        raise LedgerBusy(
            f"The ledger {_shown(engine)} does not answer: {reason}. Nothing was written; try again."
        ) from error
    try:
        with connection:
            yield connection
    except DBAPIError as error:
        if not (error.connection_invalidated or connection.invalidated):
            raise
        raise LedgerBusy(
            f"The connection to the ledger {_shown(engine)} broke off. This step is written whole or not at "
            "all; run it again, nothing is written twice."
        ) from error


def _shown(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=True)

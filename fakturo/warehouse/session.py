"""A reader's session: one question after the other to the published file, each within its time and memory.

A query that outlives its time is interrupted. What DuckDB cannot interrupt (one enormous value) ends the
process where the session is locked, so that nobody can hold the machine.
"""

import ctypes
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from threading import Timer

import duckdb

from fakturo.errors import WarehouseError
from fakturo.settings import Settings
from fakturo.warehouse.publish import CATALOG
from fakturo.warehouse.reading import ask, open_published
from fakturo.warehouse.statements import sentence

GRACE_S = 5.0
"""From the interrupt to the end of the process; DuckDB takes 0.1 s where it can be interrupted at all."""


class Session:
    """Questions to one publish; `move` goes to another."""

    def __init__(
        self,
        settings: Settings,
        *,
        as_of: date | datetime | None = None,
        timeout_s: float | None = None,
        is_locked: bool = False,
    ) -> None:
        """Open the published file.

        Args:
            timeout_s: of each query; 0: none, None: as the settings say.
            is_locked: end the process where a query cannot be stopped, and bound its memory as a whole.
        """
        self.timeout_s = settings.sql.timeout_s if timeout_s is None else timeout_s
        self.is_locked = is_locked
        self._settings, self._as_of = settings, as_of
        if is_locked:
            _bound_memory(2 * settings.sql.memory_mb)
        self.connection = self._opened(as_of)

    def close(self) -> None:
        """Let go of the file."""
        self.connection.close()

    def move(self, as_of: date | datetime | None) -> None:
        """Ask another publish from now on; temporary tables are gone.

        Raises:
            WarehouseError: nothing that old is kept; the session stays where it is.
        """
        moved = self._opened(as_of)
        self.connection.close()
        self.connection, self._as_of = moved, as_of

    def assign(self, variables: Iterable[tuple[str, str | None]]) -> None:
        """Set variables that queries read with `getvariable`; None takes one back."""
        self._mend()
        for name, value in variables:
            if value is None:
                self.connection.execute(f"reset variable {name}")
            else:
                self.connection.execute(f"set variable {name} = ?", [value])

    @contextmanager
    def answering(self, query: str) -> Iterator[duckdb.DuckDBPyConnection]:
        """Run a query; its rows are fetched within the block, and within its time.

        Raises:
            WarehouseError: refused, wrong, stopped or too large, in one sentence. The session goes on.
        """
        self._mend()
        late: list[float] = []
        timers = self._timers(late)
        for each in timers:
            each.start()
        try:
            yield ask(self.connection, query)
        except (duckdb.Error, WarehouseError) as error:  # the first while rows are fetched
            reason = sentence(error) if isinstance(error, duckdb.Error) else str(error)
            if reason.startswith("INTERRUPT") and not late:
                self._let_go()
                raise KeyboardInterrupt from None
            raise WarehouseError(self._told(reason, bool(late))) from None
        except KeyboardInterrupt:
            self._let_go()
            raise
        except RuntimeError as error:
            if str(error) == "Query interrupted":  # Ctrl-C as DuckDB may tell it
                self._let_go()
                raise KeyboardInterrupt from None
            raise
        finally:
            for each in timers:
                each.cancel()

    def _opened(self, as_of: date | datetime | None) -> duckdb.DuckDBPyConnection:
        return open_published(self._settings, as_of=as_of, memory_mb=self._settings.sql.memory_mb)

    def _let_go(self) -> None:
        """After Ctrl-C: DuckDB's threads go on with the query until they are told, and waited for."""
        self.connection.interrupt()
        self._mend()

    def _mend(self) -> None:
        """Open the file anew where an earlier query has left the connection in ruins."""
        try:
            is_whole = self.connection.execute("select current_database()").fetchall() == [(CATALOG,)]
        except duckdb.Error:
            is_whole = False
        if not is_whole:
            # never closed, not even at the end: where its log has nowhere to go, closing aborts the process
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(self.connection))
            self.connection = self._opened(self._as_of)

    def _timers(self, late: list[float]) -> list[Timer]:
        if not self.timeout_s:
            return []
        connection = self.connection

        def stop() -> None:
            late.append(self.timeout_s)
            connection.interrupt()

        timers = [Timer(self.timeout_s, stop)]
        if self.is_locked:
            timers.append(Timer(self.timeout_s + GRACE_S, _end, [self.timeout_s]))
        for each in timers:
            each.daemon = True
        return timers

    def _told(self, reason: str, is_late: bool) -> str:
        if is_late:
            return (
                f"The query was stopped after {self.timeout_s:g} s, the time it may take "
                "(FAKTURO_SQL_TIMEOUT_S). Narrow it: fewer days, one customer, no join without a key."
            )
        if reason.startswith(("Out of Memory", "MemoryError")):
            return (
                f"The query needs more than the {self._settings.sql.memory_mb} MB it may use "
                "(FAKTURO_SQL_MEMORY_MB). Filter before you join or sort, and select fewer columns."
            )
        return reason


def _bound_memory(most_mb: int) -> None:
    """Some of DuckDB's memory (one enormous text) is not under its own limit; this holds for all of it."""
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    most = most_mb * 2**20
    resource.setrlimit(resource.RLIMIT_DATA, (most if hard < 0 else min(most, hard), hard))


def _end(timeout_s: float) -> None:
    sys.stdout.flush()
    sys.stderr.write(f"The query could not be stopped after {timeout_s:g} s; the session ends. Ask anew.\n")
    sys.stderr.flush()
    os._exit(1)

"""Copies beside writing processes are of one moment; and what looks for torn ones does find them."""

import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from bench.snapshots import writer
from bench.snapshots.torn import CHECKS, torn
from fakturo.warehouse.snapshot import snapshot

ROOT = Path(__file__).parents[2]
TEARS = {
    "invoices without their audit entry": "delete from ledger.audit where subject like '%-000004'",
    "audit entries without their invoice": "delete from ledger.invoices where id = 5",
    "invoices without their event": "delete from ledger.outbox where id = 9",
    "the audit chain's end is not its last entry": "update ledger.audit_head set seq = seq + 1",
    "gaps in the audit chain": "delete from ledger.audit where seq = 3",
    "invoices whose draft is missing": "delete from ledger.drafts where id = 2",
    "orders issued without invoice, or the other way round": "update ledger.orders set status = 'queued'",
    "invoices that are not the sum of their lines": "update ledger.invoices set total_minor = 1",
    "the ledger's own sum of invoices differs": "delete from ledger.invoices where id = 1",
    "files of payments without all their rows": "delete from ledger.payments where id = 1",
    "allocations without their payment or invoice": "delete from ledger.payments where id = 1",
    "payments that are less than what is allocated of them": "update ledger.payments set amount_minor = 1",
    "invoices whose status is not what their allocations say": "delete from ledger.allocations where id = 1",
}  # fmt: skip


@pytest.fixture
def copied(engine, filled, now, tmp_path):
    """A copy of a ledger with payments: an open DuckDB connection."""
    writer.write(engine, 0, 1)
    snapshot(filled, tmp_path / "copy.duckdb", publish_id="p", now=now)
    with duckdb.connect(str(tmp_path / "copy.duckdb")) as connection:
        yield connection


def test_a_copy_of_a_quiet_ledger_is_whole(copied):
    assert copied.execute("select count(*) > 3 from ledger.allocations").fetchone() == (True,)
    assert torn(copied) == {}


def test_every_way_to_be_torn_is_seen(sqlite_engine, settings, now, tmp_path):
    writer.write(sqlite_engine, 0, 2)
    copy = tmp_path / "copy.duckdb"
    snapshot(settings, copy, publish_id="p", now=now)
    assert TEARS.keys() == CHECKS.keys()
    for number, (check, tear) in enumerate(TEARS.items()):
        file = shutil.copy(copy, tmp_path / f"{number}.duckdb")
        with duckdb.connect(str(file)) as connection:
            assert torn(connection) == {}
            connection.execute(tear)
            assert check in torn(connection), check


def test_copies_beside_writers_are_never_torn(engine, filled, now, tmp_path):
    """Two processes issue, land and allocate as fast as they go; three copies meanwhile."""
    url = engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "bench.snapshots.writer", url]
    writers = [subprocess.Popen([*command, str(number)], cwd=ROOT) for number in range(2)]
    sizes = []
    try:
        before = count(engine)
        while count(engine) == before:  # they are at it
            assert all(each.poll() is None for each in writers)
        for number in range(3):
            file = tmp_path / f"{number}.duckdb"
            sizes.append(snapshot(filled, file, publish_id="p", now=now)["invoices"])
            with duckdb.connect(str(file), read_only=True) as connection:
                assert torn(connection) == {}
        assert all(each.poll() is None for each in writers)
    finally:
        for each in writers:
            each.kill()
            each.wait()
    assert sizes == sorted(sizes)
    assert sizes[-1] > before


def count(engine):
    with engine.connect() as connection:
        return connection.exec_driver_sql("SELECT count(*) FROM invoices").scalar_one()

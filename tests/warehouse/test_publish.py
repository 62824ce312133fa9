"""Publishing by rename: whole or not at all, one build at a time, the last ones kept."""

import fcntl
import os
import random
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from fakturo.errors import WarehouseError
from fakturo.warehouse.publish import building, made_at, publish, publish_id, publishes
from fakturo.warehouse.reading import kept, open_published


def count(settings, **which):
    with open_published(settings, **which) as connection:
        return connection.execute("select count(*) from fct_invoices").fetchone()[0]


def test_a_publish_id_is_the_moment_in_utc(now):
    assert publish_id(now) == "20260302T090000.000000Z"
    assert made_at(Path("x") / "20260302T090000.000000Z.duckdb") == now


def test_the_published_file_is_replaced_and_the_earlier_one_kept(settings, published, now):
    published(now, invoices=2)
    published(now + timedelta(hours=1), invoices=3)
    assert count(settings) == 3
    assert [made_at(each) for each in publishes(settings)] == [now, now + timedelta(hours=1)]


def test_only_the_last_publishes_are_kept(settings, published, now):
    for hour in range(settings.warehouse.keep + 2):
        published(now + timedelta(hours=hour), invoices=hour)
    stamps = [made_at(each) for each in publishes(settings)]
    assert len(stamps) == settings.warehouse.keep
    assert stamps[0] == now + timedelta(hours=2)


def test_a_kept_publish_costs_no_space(settings, published, now):
    file = published(now)
    assert publishes(settings)[0].stat().st_ino == file.stat().st_ino


def test_a_disk_without_hard_links_gets_a_copy(settings, published, now, monkeypatch):
    def refuse(*_):
        raise OSError

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    file = published(now)
    assert publishes(settings)[0].stat().st_ino != file.stat().st_ino
    assert publishes(settings)[0].read_bytes() == file.read_bytes()


def test_the_same_moment_twice_is_one_publish(settings, published, now):
    published(now, invoices=2)
    published(now, invoices=3)
    assert len(publishes(settings)) == 1
    assert count(settings, as_of=now) == 3


def test_as_of_a_day_is_the_last_publish_of_that_day(settings, published, now):
    published(now - timedelta(days=2), invoices=1)
    published(now, invoices=2)
    published(now + timedelta(hours=14), invoices=3)
    published(now + timedelta(hours=16), invoices=4)
    assert count(settings, as_of=date(2026, 3, 2)) == 3
    assert count(settings, as_of=date(2026, 3, 1)) == 1
    assert count(settings, as_of=now + timedelta(hours=1)) == 2
    assert kept(settings, (now + timedelta(hours=1)).replace(tzinfo=None)) == publishes(settings)[1]


def test_a_day_before_the_first_publish_is_refused_with_what_there_is(settings, published, now):
    with pytest.raises(WarehouseError, match="none is kept"):
        count(settings, as_of=date(2026, 3, 2))
    published(now)
    with pytest.raises(WarehouseError, match=r"the oldest kept is of 2026-03-02 09:00:00 UTC"):
        count(settings, as_of=date(2026, 3, 1))


def test_a_failed_build_leaves_the_published_file_and_no_rubbish(settings, published, now):
    published(now)
    refused = WarehouseError("a test failed")
    with pytest.raises(WarehouseError), building(settings) as file:  # noqa: PT012  the error is ours
        file.write_text("half")
        raise refused
    assert count(settings) == 2
    assert not (settings.home / "build").exists()


def test_what_a_dead_build_left_is_cleaned_by_the_next(settings, published, now):
    left = settings.home / "build" / "dead" / "warehouse.duckdb"
    left.parent.mkdir(parents=True)
    left.write_text("half")
    published(now)
    assert not left.exists()


def test_two_builds_never_run_at_once(settings):
    with (
        building(settings),
        pytest.raises(WarehouseError, match=rf"Another build is running \(process {os.getpid()}\)"),
        building(settings),
    ):
        pass


def test_the_lock_of_a_killed_build_is_free(settings):
    program = (
        "import sys, time; from pathlib import Path; from fakturo.settings import load\n"
        "from fakturo.warehouse.publish import building\n"
        "with building(load(home=Path(sys.argv[1]), _env_file=None)): print('in', flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(settings.home)], stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout.readline() == "in\n"
        with (settings.home / "build.lock").open() as lock, pytest.raises(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        other.send_signal(signal.SIGKILL)
    with building(settings) as file:
        assert file.parent.is_dir()


def test_a_file_that_was_not_closed_is_not_published(settings, now):
    with building(settings) as file:
        file.write_text("data")
        file.with_suffix(".duckdb.wal").write_text("more data")
        with pytest.raises(WarehouseError, match="not closed cleanly"):
            publish(settings, file, publish_id(now))
    assert not settings.warehouse_file.exists()


def test_a_reader_keeps_what_it_opened(settings, published, now):
    published(now, invoices=2)
    with open_published(settings) as reader:
        published(now + timedelta(hours=1), invoices=3)
        assert reader.execute("select count(*) from fct_invoices").fetchone() == (2,)
        assert reader.execute("select count(*) from staging.stg_ledger__invoices").fetchone() == (2,)
        assert count(settings) == 3


def test_an_unreadable_warehouse_is_one_clear_sentence(settings):
    settings.home.mkdir()
    settings.warehouse_file.write_text("not a database")
    with pytest.raises(WarehouseError, match=r"cannot be read: .*Run `fakturo build`"):
        open_published(settings)


def test_views_of_a_kept_publish_work_under_another_file_name(settings, published, now):
    published(now, invoices=2)
    with open_published(settings, as_of=now) as reader:
        assert reader.execute("select count(*) from staging.stg_ledger__invoices").fetchone() == (2,)


def test_a_reader_of_another_program_needs_nothing_of_fakturo(settings, published, now):
    file = published(now)
    with duckdb.connect(str(file), read_only=True) as reader:
        assert reader.execute("select count(*) from fct_invoices").fetchone() == (2,)


def test_readers_beside_publishes_see_whole_files_only(settings, published, now):
    """Each file says in every row how many rows it has; 100 reads beside publishes as fast as they go."""
    published(now, invoices=1)
    stop = threading.Event()
    made = []

    def keep_publishing():
        while not stop.is_set():
            made.append(published(now + timedelta(seconds=len(made) + 1), invoices=1 + len(made) % 50))

    publisher = threading.Thread(target=keep_publishing)
    publisher.start()
    try:
        seen = set()
        for _ in range(100):
            with open_published(settings) as reader:
                rows, highest = reader.execute(
                    "select count(*), max(total_amount) from fct_invoices"
                ).fetchone()
            assert highest == rows * Decimal("12.5")
            seen.add(rows)
    finally:
        stop.set()
        publisher.join()
    assert len(made) > 1
    assert len(seen) > 1


def test_a_build_killed_at_any_moment_leaves_the_published_file_whole(settings, published, now):
    """Builds in another process are killed while they write, sync, link or rename."""
    published(now, invoices=3)
    program = (
        "import sys; from datetime import UTC, datetime; from pathlib import Path; import duckdb\n"
        "from fakturo.settings import load\n"
        "from fakturo.warehouse.publish import building, publish, publish_id\n"
        "settings = load(home=Path(sys.argv[1]), _env_file=None)\n"
        "print('ready', flush=True)\n"
        "while True:\n"
        "    with building(settings) as file:\n"
        "        with duckdb.connect(str(file)) as c:\n"
        "            c.execute('create table fct_invoices as select n from range(3000) as t(n)')\n"
        "        publish(settings, file, publish_id(datetime.now(UTC)))\n"
    )
    dice = random.Random(7)
    for _ in range(6):
        with subprocess.Popen(
            [sys.executable, "-c", program, str(settings.home)], stdout=subprocess.PIPE, text=True
        ) as other:
            assert other.stdout.readline() == "ready\n"
            with suppress(subprocess.TimeoutExpired):
                other.wait(timeout=dice.uniform(0.02, 0.25))
            other.kill()
        assert count(settings) in {3, 3000}
        for each in publishes(settings):
            with open_published(settings, as_of=made_at(each)) as reader:
                assert reader.execute("select count(*) from fct_invoices").fetchone()[0] in {3, 3000}
    published(now + timedelta(days=9000), invoices=2)
    assert count(settings) == 2
    assert not list((settings.home / "publishes").glob("*.unfinished"))


def test_other_clients_read_the_file_and_keep_the_old_one_through_a_publish(settings, published, now):
    """The duckdb command line and Python, read-only, as docs/sql.md says; neither blocks a publish."""
    file = published(now, invoices=2)
    query = "select count(*) from staging.stg_ledger__invoices"
    with duckdb.connect(str(file), read_only=True) as python:
        command = [str(Path(sys.executable).parent / "duckdb"), "-readonly", str(file), "-csv", "-noheader"]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        ) as client:
            client.stdin.write(f"{query};\n")
            assert client.stdout.readline() == "2\n"
            published(now + timedelta(hours=1), invoices=3)
            client.stdin.write(f"{query};\n")
            assert client.stdout.readline() == "2\n"
            assert python.execute(query).fetchone() == (2,)
            client.stdin.close()
    with duckdb.connect(str(file), read_only=True) as again:
        assert again.execute(query).fetchone() == (3,)
        with pytest.raises(duckdb.InvalidInputException, match="read-only"):
            again.execute("create table mine (n int)")

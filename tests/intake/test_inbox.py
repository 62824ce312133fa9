"""The inbox: only files that stand still, moved aside with their outcome, whole after any crash."""

import json
import os
from datetime import UTC, datetime, timedelta

import pytest

from fakturo.intake import inbox
from fakturo.intake.inbox import stable_files, sweep

HEADER = "order_id,customer_id,order_date,sku,name,quantity,unit_price,currency\n"
GOOD = "A1,C7,2026-02-27,L1,Lantern,6,2.55,GBP\n"


@pytest.fixture
def later():
    """A moment when every file has stood still."""
    return datetime.now(UTC) + timedelta(minutes=5)


@pytest.fixture
def drop(settings):
    """Put a file into the inbox."""

    def put(name, text):
        path = settings.inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    return put


def names(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_an_inbox_that_is_not_there_is_empty(sqlite_engine, settings, later):
    assert sweep(sqlite_engine, settings, now=later) == []


def test_files_are_taken_in_and_moved_with_their_outcome_beside_them(
    sqlite_engine, settings, drop, later, rows
):
    drop("good.csv", HEADER + GOOD)
    drop("bad.csv", "a,b\n1,2\n")

    outcomes = sweep(sqlite_engine, settings, now=later, run_id="run-1")

    assert [(each.name, each.refused is None) for each in outcomes] == [
        ("bad.csv", False),
        ("good.csv", True),
    ]
    assert names(settings.inbox) == [
        "processed/good.csv",
        "processed/good.csv.outcome.json",
        "refused/bad.csv",
        "refused/bad.csv.outcome.json",
    ]
    told = json.loads((settings.inbox / "processed/good.csv.outcome.json").read_text())
    assert (told["rows_in"], told["orders_new"], told["refused"]) == (1, 1, None)
    assert (
        "Columns are missing"
        in json.loads((settings.inbox / "refused/bad.csv.outcome.json").read_text())["refused"]
    )
    assert rows("orders")[0]["run_id"] == "run-1"


def test_unfinished_hidden_and_moving_files_are_left_alone(sqlite_engine, settings, drop, later):
    for name in (
        ".hidden.csv",
        "a.part",
        "b.tmp",
        "c.csv~",
        "d.crdownload",
        "notes/deep.csv",
        "e.outcome.json",
    ):
        drop(name, HEADER + GOOD)
    (settings.inbox / "link.csv").symlink_to(drop("../elsewhere.csv", HEADER + GOOD))

    assert sweep(sqlite_engine, settings, now=later) == []
    assert len(names(settings.inbox)) == 8


def test_a_file_is_taken_once_it_has_stood_still(settings, drop):
    path = drop("o.csv", HEADER)
    changed = datetime.fromtimestamp(path.stat().st_mtime, UTC)

    assert stable_files(settings, changed + timedelta(seconds=1)) == []
    assert stable_files(settings, changed + timedelta(seconds=3)) == [path]


def test_an_old_file_that_was_just_moved_in_is_fresh(settings, drop):
    path = drop("o.csv", HEADER)
    os.utime(path, (0, 0))  # its own time is kept by `mv` and `cp -p`

    assert stable_files(settings, datetime.now(UTC)) == []


def test_a_folder_named_after_a_mapping_is_read_by_it(sqlite_engine, settings, drop, later, rows):
    header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
    drop("online_retail/day.csv", header + "1,2,LAMP,1,2010-12-01 08:26:00,2.55,17850,France\n")

    (outcome,) = sweep(sqlite_engine, settings, now=later)

    assert (outcome.source, rows("orders")[0]["currency"]) == ("online_retail", "GBP")
    assert names(settings.inbox) == ["processed/day.csv", "processed/day.csv.outcome.json"]


def test_a_second_file_of_the_same_name_does_not_cover_the_first(sqlite_engine, settings, drop, later):
    for quantity in (6, 7):
        drop("o.csv", HEADER + GOOD.replace(",6,", f",{quantity},"))
        sweep(sqlite_engine, settings, now=later)

    assert names(settings.inbox) == [
        "processed/o-2.csv",
        "processed/o-2.csv.outcome.json",
        "processed/o.csv",
        "processed/o.csv.outcome.json",
    ]


def test_a_crash_between_landing_and_moving_loses_and_doubles_nothing(
    sqlite_engine, settings, drop, later, rows, monkeypatch
):
    drop("o.csv", HEADER + GOOD)

    def killed(*_arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(inbox, "_move", killed)
        with pytest.raises(KeyboardInterrupt):
            sweep(sqlite_engine, settings, now=later)
    assert names(settings.inbox) == ["o.csv"]

    (outcome,) = sweep(sqlite_engine, settings, now=later)

    assert (outcome.rows_accepted, outcome.rows_duplicate) == (0, 1)
    assert len(rows("orders")) == len(rows("files")) == 1
    assert names(settings.inbox) == ["processed/o.csv", "processed/o.csv.outcome.json"]


def test_a_file_that_cannot_be_read_now_stays(sqlite_engine, settings, drop, later, monkeypatch):
    path = drop("o.csv", HEADER + GOOD)
    found = [path]
    monkeypatch.setattr(inbox, "stable_files", lambda _settings, _now: found)
    path.unlink()

    assert sweep(sqlite_engine, settings, now=later) == []


def test_a_file_that_another_sweep_moved_first_is_no_error(sqlite_engine, settings, drop, later, monkeypatch):
    path = drop("o.csv", HEADER + GOOD)
    real = inbox.ingest_file

    def taken_by_another(*arguments, **options):
        outcome = real(*arguments, **options)
        path.unlink()
        return outcome

    monkeypatch.setattr(inbox, "ingest_file", taken_by_another)

    (outcome,) = sweep(sqlite_engine, settings, now=later)
    assert outcome.orders_new == 1
    assert names(settings.inbox) == []


def test_left_over_workplaces_of_killed_processes_are_cleared(sqlite_engine, settings, drop, later):
    old, young = settings.home / "tmp" / "intake-old", settings.home / "tmp" / "intake-young"
    for folder in (old, young):
        folder.mkdir(parents=True)
        (folder / "original").write_text("x")
    os.utime(old, (0, 0))
    drop("o.csv", HEADER + GOOD)

    sweep(sqlite_engine, settings, now=later)

    assert (old.exists(), young.exists()) == (False, True)

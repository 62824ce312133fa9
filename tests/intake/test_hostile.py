"""Huge, hostile and half-written files: one clear sentence each, and everything else goes on."""

import os
import threading
import zipfile

import pytest

from fakturo.intake import archive
from fakturo.intake.archive import open_regular
from fakturo.intake.ingest import ingest_bytes, ingest_file, walk
from fakturo.intake.rows import delimited
from fakturo.settings import load

HEADER = "order_id,customer_id,order_date,sku,name,quantity,unit_price,currency\n"
GOOD = "A1,C7,2026-02-27,L1,Lantern,6,2.55,GBP\n"


@pytest.fixture
def strict(tmp_path):
    """Settings with small limits."""
    return lambda **limits: load(home=tmp_path / "home", intake=limits, _env_file=None)


def test_a_file_of_ten_gigabytes_is_refused_unread(sqlite_engine, settings, tmp_path, now):
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.truncate(10_000_000_000)  # sparse: takes no room

    outcome = ingest_file(sqlite_engine, settings, path, now=now)

    assert outcome.refused.startswith(
        "The file has 10,000 MB, FAKTURO_INTAKE_MAX_FILE_MB allows 4,295 MB"
    ) or (outcome.refused.startswith("The file has 10,000 MB"))


class Endless:
    """A stream of one line that never ends; counts what was asked of it."""

    def __init__(self):
        self.given = 0

    def read(self, size):
        self.given += size
        return b"a" * size


def test_an_endless_stream_is_cut_off(sqlite_engine, strict, now):
    stream = Endless()
    outcome = ingest_bytes(sqlite_engine, strict(max_file_mb=3), stream, now=now)

    assert "FAKTURO_INTAKE_MAX_FILE_MB" in outcome.refused
    assert stream.given < 5_000_000


@pytest.mark.parametrize("name", ["o.csv", "o.jsonl", "o.json"])
def test_an_endless_line_is_refused_without_reading_it_all(sqlite_engine, strict, tmp_path, now, name):
    path = tmp_path / name
    start = {"o.csv": HEADER, "o.jsonl": '{"a": 1}\n{"a": "', "o.json": '[{"a": "'}[name]
    with path.open("wb") as file:
        file.write(start.encode())
        for _ in range(14):
            file.write(b"a" * 1_000_000)

    outcome = ingest_file(sqlite_engine, strict(max_line_mb=1), path, now=now)

    assert "longer than the 1 MB that FAKTURO_INTAKE_MAX_LINE_MB allows" in outcome.refused


def test_an_endless_quote_costs_no_more_than_its_own_line(take, monkeypatch):
    monkeypatch.setattr(delimited, "LONGEST_RECORD_LINES", 5)
    rows = "".join(GOOD.replace("A1", f"A{n}") for n in range(20))
    outcome = take("o.csv", HEADER + GOOD.replace("Lantern", '"Lantern') + rows)

    assert (outcome.rows_in, outcome.rows_quarantined, outcome.orders_new) == (21, 1, 20)


def test_a_large_document_is_refused(sqlite_engine, strict, tmp_path, now):
    path = tmp_path / "m.txt"
    path.write_text("word " * 300_000)

    outcome = ingest_file(sqlite_engine, strict(max_document_mb=1), path, now=now)

    assert (
        outcome.refused
        == "The document has 2 MB, more than the 1 MB that FAKTURO_INTAKE_MAX_DOCUMENT_MB allows."
    )


def bomb(path, *, name="xl/worksheets/sheet1.xml", size=5_000_000):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/workbook.xml", "<workbook/>")
        book.writestr(name, b"0" * size)
    return path


@pytest.mark.parametrize(
    ("made", "limit_mb", "sentence"),
    [
        ({}, 1, "The workbook unpacks to 5 MB, FAKTURO_INTAKE_MAX_UNPACKED_MB allows 1 MB."),
        ({}, 100, "as a zip bomb is"),
        ({"name": "../../etc/passwd", "size": 10}, 100, "parts with paths outside of itself"),
        ({"name": "/etc/passwd", "size": 10}, 100, "parts with paths outside of itself"),
    ],
    ids=["too big", "bomb", "relative path", "absolute path"],
)
def test_a_hostile_workbook_is_refused_unopened(
    sqlite_engine, strict, tmp_path, now, made, limit_mb, sentence
):
    path = bomb(tmp_path / "o.xlsx", **made)

    assert sentence in ingest_file(sqlite_engine, strict(max_unpacked_mb=limit_mb), path, now=now).refused


def test_a_zip_that_is_no_workbook_is_refused(take, tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("orders.csv", "a,b")

    assert "no XLSX workbook" in take("o.zip", (tmp_path / "a.zip").read_bytes()).refused
    assert "damaged" in take("o.xlsx", b"PK\x03\x04 and no more").refused


def test_a_workbook_that_is_broken_inside_is_refused(take, tmp_path):
    body = bomb(tmp_path / "x.xlsx", size=10).read_bytes()

    assert take("o.xlsx", body).refused.startswith("The workbook cannot be read")


def test_a_file_that_vanished_is_for_later(sqlite_engine, settings, tmp_path, now):
    outcome = ingest_file(sqlite_engine, settings, tmp_path / "gone.csv", now=now)

    assert outcome.refused == "The file cannot be read: No such file or directory."
    assert outcome.is_for_later


def test_a_file_without_permission_is_for_later(sqlite_engine, settings, tmp_path, now, monkeypatch):
    def denied(_path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(archive, "open_regular", denied)  # root may read everything: mode bits prove nothing
    outcome = ingest_file(sqlite_engine, settings, tmp_path / "o.csv", now=now)

    assert (outcome.refused, outcome.is_for_later) == ("The file cannot be read: Permission denied.", True)


def test_a_file_that_changes_while_it_is_read_is_left_alone(sqlite_engine, settings, tmp_path, now, rows):
    path = tmp_path / "o.csv"
    path.write_text(HEADER + GOOD)

    def grow(stage, _done, _total):
        if stage == "copy":
            with path.open("a") as file:
                file.write(GOOD)

    outcome = ingest_file(sqlite_engine, settings, path, now=now, on_progress=grow)

    assert (outcome.is_for_later, rows("orders")) == (True, [])
    assert "still being written" in outcome.refused


def test_a_pipe_is_not_waited_for(sqlite_engine, settings, tmp_path, now):
    os.mkfifo(tmp_path / "pipe.csv")

    assert "no regular file" in ingest_file(sqlite_engine, settings, tmp_path / "pipe.csv", now=now).refused


def test_a_folder_given_as_a_file_is_refused(sqlite_engine, settings, tmp_path, now):
    assert "no regular file" in ingest_file(sqlite_engine, settings, tmp_path, now=now).refused


def test_a_hostile_name_never_becomes_a_path(sqlite_engine, settings, now, rows):
    import io

    name = "../../../tmp/\x1b[31m..\\evil\x00.csv"
    ingest_bytes(sqlite_engine, settings, io.BytesIO((HEADER + GOOD).encode()), name=name, now=now)

    (file,) = rows("files")
    assert file["name"] == "evil␀.csv"
    kept = [path for path in settings.home.rglob("*") if path.is_file() and "ledger" not in path.name]
    assert kept == [settings.archive / file["sha256"][:2] / file["sha256"]]


def test_folders_are_walked_without_links_and_hidden_files(tmp_path):
    (tmp_path / "in" / "deep").mkdir(parents=True)
    for name in ("b.csv", "a.csv", "deep/c.csv", ".hidden.csv"):
        (tmp_path / "in" / name).write_text("x")
    (tmp_path / "in" / "loop").symlink_to(tmp_path / "in")
    (tmp_path / "in" / "link.csv").symlink_to(tmp_path / "in" / "a.csv")

    found = [str(path.relative_to(tmp_path)) for path in walk([tmp_path / "in", tmp_path / "in" / "b.csv"])]

    assert found == ["in/a.csv", "in/b.csv", "in/deep/c.csv", "in/b.csv"]


def test_one_refused_file_leaves_the_others_alone(take, rows):
    assert take("bad.csv", b"\x00" * 100).refused
    assert take("good.csv", HEADER + GOOD).orders_new == 1
    assert len(rows("files")) == 1


def test_a_regular_file_is_opened_without_blocking(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    done = threading.Event()

    def opened():
        with pytest.raises(Exception, match="no regular file"):
            open_regular(tmp_path / "pipe")
        done.set()

    threading.Thread(target=opened, daemon=True).start()
    assert done.wait(5)

"""Documents on disk and their hashes in the ledger agree, whatever line the process dies on."""

import errno
import hashlib
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from fakturo.errors import NotFound, RenderError
from fakturo.ledger.issuing import documents as shelf
from fakturo.ledger.open import reading
from fakturo.ledger.tables import documents
from reports import write
from reports.write import render_again, write_pending


def shelved(engine):
    with reading(engine) as connection:
        return connection.execute(select(documents).order_by(documents.c.invoice_id)).all()


def test_every_invoice_gets_a_file_whose_hash_is_in_the_ledger(issued, settings, now):
    assert shelf.is_unrendered(issued)
    outcome = write_pending(issued, settings, now=now, run_id="r")
    assert (outcome.written, outcome.pages, outcome.failed) == (3, 3, ())
    rows = shelved(issued)
    assert [row.path for row in rows] == [f"2026/INV-2026-00000{n}.pdf" for n in (1, 2, 3)]
    for row in rows:
        data = (settings.documents / row.path).read_bytes()
        assert hashlib.sha256(data).hexdigest() == row.sha256
        assert len(data) == row.bytes
    assert not shelf.is_unrendered(issued)
    assert write_pending(issued, settings, now=now).written == 0


def test_only_the_invoices_named_are_rendered(issued, settings, now, here):
    assert (
        write_pending(issued, settings, now=now, numbers=["INV-2026-000002", "INV-9"], pool=here).written == 1
    )
    assert shelf.find(issued, "INV-2026-000002").pages == 1
    assert shelf.count_unrendered(issued) == 2


def test_an_invoice_that_cannot_be_rendered_keeps_no_other_back(issued, settings, now, monkeypatch):
    jobs = write._jobs

    def one_broken(*args):
        for job in jobs(*args):
            yield job._replace(content="{}") if job.number.endswith("2") else job

    monkeypatch.setattr(write, "_jobs", one_broken)
    outcome = write_pending(issued, settings, now=now)
    assert outcome.written == 2
    ((number, reason),) = outcome.failed
    assert number == "INV-2026-000002"
    assert "order_id" in reason


def test_a_full_disk_is_one_sentence_and_leaves_no_half_file(issued, settings, now, here, monkeypatch):
    def full(_handle):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(write.os, "fsync", full)
    with pytest.raises(
        RenderError, match=r"INV-2026-00000\d\.pdf cannot be written: No space left on device"
    ):
        write_pending(issued, settings, now=now, pool=here)
    assert not [path for path in settings.documents.rglob("*") if path.is_file()]


def test_half_files_of_dead_processes_are_swept_away(issued, settings, now, here):
    folder = settings.documents / "2026"
    folder.mkdir(parents=True)
    host = write._me().rpartition("-")[0]
    gone = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True
    )
    dead = folder / f"INV-1.{host}-{int(gone.stdout)}.half"
    alive = folder / f"INV-1.{write._me()}.half"
    elsewhere = folder / f"INV-1.other-host-{int(gone.stdout)}.half"
    strange = folder / f"INV-1.{host}-x.half"
    for half in (dead, alive, elsewhere, strange):
        half.touch()
    write_pending(issued, settings, now=now, limit=1, pool=here)
    assert set(folder.glob("*.half")) == {alive, elsewhere}


def test_other_bytes_recorded_meanwhile_are_told(issued, settings, now, here, monkeypatch):
    (first, *_) = shelf.unrendered(issued, limit=1)
    keep = write._keep

    def race(file, data):
        keep(file, data)
        if first.number in file.name:
            theirs = shelf.Made(first.invoice_id, "2026/x.pdf", "0" * 64, 1, 1)
            shelf.record(issued, [theirs], now=now, run_id=None)

    monkeypatch.setattr(write, "_keep", race)
    outcome = write_pending(issued, settings, now=now, pool=here)
    assert outcome.failed == ((first.number, write.OTHER_BYTES),)


def test_a_limit_leaves_the_rest_for_later(issued, settings, now, here):
    assert write_pending(issued, settings, now=now, limit=2, pool=here).written == 2
    assert shelf.count_unrendered(issued) == 1


@pytest.mark.parametrize("step", ["write", "replace", "_settle", "record", "after"])
def test_a_death_at_any_step_is_made_good_by_the_next_run(issued, settings, now, here, monkeypatch, step):
    """write, replace: the file has no name yet; _settle, record: the ledger does not know; after: it does."""

    def die(*_args, **_kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        if step in {"write", "replace"}:
            patch.setattr(write.os if step == "write" else Path, "fsync" if step == "write" else step, die)
        elif step == "after":
            patch.setattr(write, "RECORD_EVERY", 1)
        else:
            patch.setattr(write, step, die)
        with pytest.raises(KeyboardInterrupt):
            write_pending(
                issued, settings, now=now, pool=here, on_progress=die if step == "after" else lambda _: None
            )
    known = 1 if step == "after" else 0
    assert len(shelved(issued)) == known
    assert write_pending(issued, settings, now=now, pool=here).written == 3 - known
    for row in shelved(issued):
        assert hashlib.sha256((settings.documents / row.path).read_bytes()).hexdigest() == row.sha256


def test_rendering_again_gives_the_same_bytes_or_says_why_not(issued, settings, now, here):
    (first, *_) = shelf.unrendered(issued, limit=1)
    with pytest.raises(NotFound, match="no document yet"):
        render_again(issued, settings, first.number, first.content)
    write_pending(issued, settings, now=now, pool=here)
    made = shelf.find(issued, first.number)
    assert render_again(issued, settings, first.number, first.content) == made.sha256
    file = settings.documents / made.path
    file.write_bytes(b"forged")
    with pytest.raises(RenderError, match="was changed after it was written"):
        render_again(issued, settings, first.number, first.content)
    file.unlink()
    assert render_again(issued, settings, first.number, first.content) == made.sha256
    assert hashlib.sha256(file.read_bytes()).hexdigest() == made.sha256


def test_another_logo_is_told_apart_from_a_forgery(issued, settings, now, here, tmp_path):
    (first, *_) = shelf.unrendered(issued, limit=1)
    write_pending(issued, settings, now=now, pool=here)
    logo = tmp_path / "logo.svg"
    logo.write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><circle r="4"/></svg>')
    later = settings.model_copy(update={"seller": settings.seller.model_copy(update={"logo": logo})})
    with pytest.raises(RenderError, match=r"has changed since\."):
        render_again(issued, later, first.number, first.content)
    (settings.documents / shelf.find(issued, first.number).path).unlink()
    with pytest.raises(RenderError, match="take it from a backup"):
        render_again(issued, later, first.number, first.content)


def test_two_renderers_at_once_record_one_document_each(issued, settings, now):
    (first, *_) = shelf.unrendered(issued, limit=1)
    made = shelf.Made(first.invoice_id, "2026/x.pdf", "0" * 64, 1, 1)
    assert shelf.record(issued, [made], now=now, run_id=None) == []
    assert shelf.record(issued, [made], now=now, run_id=None) == []
    other = made._replace(sha256="1" * 64)
    assert shelf.record(issued, [other], now=now, run_id=None) == [first.number]
    assert [row.sha256 for row in shelved(issued)] == ["0" * 64]


def test_a_number_never_leads_out_of_the_folder():
    path = write._path("../../etc/passwd", 2026)
    assert path.startswith("2026/______etc_passwd-")
    assert path.count("/") == 1
    assert write._path("INV-2026-000042", 2026) == "2026/INV-2026-000042.pdf"
    assert write._path("A/1", 2026) != write._path("A_1", 2026)

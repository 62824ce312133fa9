"""`fakturo render` as a person calls it."""

import pytest
from typer.testing import CliRunner

from fakturo import settings as settings_room
from fakturo.cli.main import app
from fakturo.errors import NotFound
from reports.write import write_pending


@pytest.fixture
def run(issued, settings, monkeypatch, tmp_path):
    """Call `fakturo …` in a home with three issued invoices."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FAKTURO_HOME", str(settings.home))
    monkeypatch.setenv("COLUMNS", "200")
    settings_room.current.cache_clear()
    yield lambda *words: CliRunner().invoke(app, ["render", *words])
    settings_room.current.cache_clear()


def test_one_invoice_is_rendered_and_its_place_told(run, settings):
    done = run("INV-2026-000002")
    assert done.exit_code == 0
    assert "1 documents, 1 pages" in done.output
    file = settings.documents / "2026" / "INV-2026-000002.pdf"
    assert str(file) in done.output
    assert file.read_bytes().startswith(b"%PDF")


def test_an_unknown_number_is_said_before_anything_is_done(run):
    assert isinstance(run("INV-9").exception, NotFound)


def test_again_compares_or_says_what_was_changed(run, issued, settings, now, here):
    write_pending(issued, settings, now=now, pool=here)
    done = run("--again", "INV-2026-000001", "INV-2026-000003")
    assert done.exit_code == 0
    assert done.output.count("identical bytes, SHA-256") == 2
    (settings.documents / "2026" / "INV-2026-000001.pdf").write_bytes(b"forged")
    done = run("--again", "INV-2026-000001")
    assert done.exit_code == 1
    assert "was changed after it was written" in done.output.replace("\n", " ")


def test_again_asks_for_a_number(run):
    done = run("--again")
    assert done.exit_code == 2
    assert "name the invoices" in done.output


def test_what_cannot_be_rendered_is_listed_and_the_exit_code_says_so(run, monkeypatch):
    from reports import write

    monkeypatch.setattr(
        write,
        "write_pending",
        lambda *_, **__: write.WriteOutcome(2, 3, (("INV-1", "no"),), ("libharfbuzz-subset0 is missing",)),
    )
    done = run()
    assert done.exit_code == 1
    assert "2 documents, 3 pages" in done.output
    assert "INV-1: no" in done.output
    assert "libharfbuzz-subset0 is missing" in done.output

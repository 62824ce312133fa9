"""`fakturo ingest`: what it prints and how it ends."""

import pytest
from typer.testing import CliRunner

from fakturo.cli.main import app
from fakturo.cli.terminal.screen import console
from fakturo.settings import current

HEADER = "order_id,customer_id,order_date,sku,name,quantity,unit_price,currency\n"
TOTAL = (
    "Total of 2 files: 3 in = 2 accepted + 0 duplicate + 1 quarantined; "
    "orders: 2 new, 0 duplicate, 0 conflict"
)
GOOD = "A1,C7,2026-02-27,L1,Lantern,6,2.55,GBP\n"


@pytest.fixture
def ingest(settings, monkeypatch):
    """Run the command in the tests' home; gives (exit code, lines)."""
    monkeypatch.setenv("FAKTURO_HOME", str(settings.home))
    current.cache_clear()

    def run(*arguments, stdin=None):
        with console.capture() as captured:
            result = CliRunner().invoke(app, ["ingest", *map(str, arguments)], input=stdin)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, captured.get().splitlines()

    yield run
    current.cache_clear()


def test_prints_each_file_and_the_total(ingest, tmp_path):
    folder = tmp_path / "orders"
    folder.mkdir()
    (folder / "a.csv").write_text(HEADER + GOOD + GOOD.replace("6,", "x,"))
    (folder / "b.csv").write_text(HEADER + GOOD.replace("A1", "A2"))

    code, lines = ingest(folder)

    assert code == 0
    assert lines == [
        "a.csv: 2 in = 1 accepted + 0 duplicate + 1 quarantined; orders: 1 new, 0 duplicate, 0 conflict",
        "b.csv: 1 in = 1 accepted + 0 duplicate + 0 quarantined; orders: 1 new, 0 duplicate, 0 conflict",
        TOTAL,
    ]


def test_a_refused_file_is_one_sentence_and_exit_code_1_and_the_others_go_in(ingest, tmp_path):
    (tmp_path / "bad.csv").write_text("")
    (tmp_path / "good.csv").write_text(HEADER + GOOD)

    code, lines = ingest(tmp_path / "bad.csv", tmp_path / "good.csv", tmp_path / "gone.csv")

    assert code == 1
    assert lines[0] == "bad.csv: refused. The file is empty."
    assert lines[1].startswith("good.csv: 1 in = 1 accepted")
    assert lines[2] == "gone.csv: refused. The file cannot be read: No such file or directory."
    assert lines[3].startswith("Total of 3 files (2 refused): 1 in = 1 accepted")


def test_reads_stdin(ingest):
    code, lines = ingest("-", "--source", "shop", stdin=HEADER + GOOD)

    assert (code, lines) == (
        0,
        ["stdin: 1 in = 1 accepted + 0 duplicate + 0 quarantined; orders: 1 new, 0 duplicate, 0 conflict"],
    )


def test_stdin_with_a_format(ingest):
    _, lines = ingest("-", "--format", "txt", stdin=HEADER + GOOD)

    assert lines[0].startswith("stdin: 1 in = 1 accepted")


def test_a_dry_run_says_that_nothing_was_written(ingest, tmp_path):
    (tmp_path / "o.csv").write_text(HEADER + GOOD)

    assert ingest(tmp_path / "o.csv", "--dry-run")[1][-1] == "Nothing was written (--dry-run)."
    assert "1 new" in ingest(tmp_path / "o.csv")[1][0]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--format", "docx"], "--format docx is not known; it can be csv, json"),
        (["--mapping", "sap"], "There is no mapping 'sap'"),
        ([], "There is no file in "),
    ],
)
def test_a_slip_on_the_command_line_is_told_once(ingest, tmp_path, arguments, sentence):
    from fakturo.errors import BadInput

    (tmp_path / "empty").mkdir()
    with pytest.raises(BadInput) as error:
        ingest(tmp_path / "empty", *arguments)
    assert str(error.value).startswith(sentence)


def test_a_terminal_gets_a_progress_bar(ingest, tmp_path, monkeypatch):
    monkeypatch.setattr(type(console), "is_terminal", property(lambda _self: True))
    (tmp_path / "o.csv").write_text(HEADER + GOOD)

    code, lines = ingest(tmp_path / "o.csv")

    assert code == 0
    assert any("1 in = 1 accepted" in line for line in lines)

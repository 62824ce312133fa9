"""`fakturo import payments`, called as a person does."""

import pytest
import typer
from typer.testing import CliRunner

from fakturo.cli.imports.payments import payments
from fakturo.errors import BadInput
from tests.intake.bank.made_camt import balance, entry, statement

app = typer.Typer()
app.command()(payments)


@pytest.fixture
def run(monkeypatch, tmp_path):
    from fakturo.settings import current

    monkeypatch.setenv("FAKTURO_HOME", str(tmp_path / "home"))
    current.cache_clear()
    yield lambda *words: CliRunner().invoke(app, list(map(str, words)))
    current.cache_clear()


def test_the_command_tells_counts_skips_and_warnings(run, tmp_path):
    file = tmp_path / "s.xml"
    file.write_text(
        statement(
            entry("5.00"),
            entry("7.00", mark="DBIT", ref="B"),
            balances=balance("OPBD", "1.00") + balance("CLBD", "1.00"),
        )
    )
    done = run(file, "--dry-run")
    assert done.exit_code == 0
    assert "s.xml: 1 in = 1 accepted + 0 duplicate + 0 quarantined" in done.output
    assert "1 skipped: a debit that is no refund (salary, rent, supplier)" in done.output
    assert "difference is 2" in done.output
    assert "Nothing was written (--dry-run)." in done.output
    assert "1 accepted" in run(file).output
    assert "0 accepted + 1 duplicate" in run(file).output


def test_one_refused_file_leaves_the_others_alone(run, tmp_path):
    good, bad = tmp_path / "good.xml", tmp_path / "bad.xml"
    good.write_text(statement(entry("5.00")))
    bad.write_text("")
    done = run(bad, good, tmp_path / "absent.xml")
    assert done.exit_code == 1
    assert "bad.xml: refused. The file is empty." in done.output
    assert "good.xml: 1 in = 1 accepted" in done.output
    assert "absent.xml: refused. The file cannot be read: No such file or directory." in done.output


def test_a_slip_in_the_name_of_a_mapping_is_one_sentence(run, tmp_path):
    done = run(tmp_path / "x.csv", "--mapping", "sparkase")
    assert isinstance(done.exception, BadInput)
    assert str(done.exception).startswith("There is no payment mapping 'sparkase'; ready: chase, generic,")

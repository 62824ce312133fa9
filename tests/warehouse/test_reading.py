"""Ad-hoc SQL: read-only, every door locked, results exact in every format."""

import json
from datetime import timedelta
from decimal import Decimal

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from fakturo import settings as settings_room
from fakturo.cli import result, shell
from fakturo.cli.main import app
from fakturo.errors import BadInput, WarehouseError
from fakturo.warehouse.reading import ask, open_published


@pytest.fixture
def connection(settings, published, now):
    published(now)
    with open_published(settings) as opened:
        yield opened


@pytest.fixture
def run(settings, monkeypatch, tmp_path):
    """Call `fakturo sql …`."""
    monkeypatch.setenv("FAKTURO_HOME", str(settings.home))
    monkeypatch.chdir(tmp_path)

    def call(*words, stdin=None):
        settings_room.current.cache_clear()
        return CliRunner().invoke(app, ["sql", *words], input=stdin)

    yield call
    settings_room.current.cache_clear()


@pytest.mark.parametrize(
    "query",
    [
        "copy fct_invoices to 'stolen.csv'",
        "select * from read_text('/etc/hostname')",
        "select * from read_csv('https://example.com/x.csv')",
        "select * from '/etc/hostname'",
        "select * from glob('/*')",
        "attach 'other.duckdb'",
        "install httpfs",
        "load httpfs",
        "set memory_limit = '90GB'",
        "set enable_external_access = true",
        "reset lock_configuration",
        "create secret thief (type s3)",
        "export database 'stolen'",
    ],
)
def test_a_query_reaches_no_file_no_network_and_no_setting(connection, query, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(WarehouseError):
        ask(connection, query)
    assert not list(tmp_path.glob("stolen*"))


@pytest.mark.parametrize(
    "query",
    [
        "delete from fct_invoices",
        "drop table fct_invoices",
        "create table mine (n int)",
        "update fct_invoices set currency = 'X'",
    ],
)
def test_a_query_changes_nothing(connection, query):
    with pytest.raises(WarehouseError, match="read-only"):
        ask(connection, query)


def test_a_wrong_name_is_answered_with_the_right_one(connection):
    with pytest.raises(WarehouseError, match=r'does not exist!?\. Did you mean "fct_invoices"\?'):
        ask(connection, "select * from fct_invoice")


def test_a_wrong_column_is_answered_with_the_candidates(connection):
    with pytest.raises(WarehouseError, match=r"Candidate bindings: .*total_amount"):
        ask(connection, "select total from fct_invoices")


def test_a_typing_error_is_one_sentence(connection):
    with pytest.raises(
        WarehouseError, match=r'^Parser Error: syntax error at or near "selec"\. `fakturo sql`'
    ):
        ask(connection, "selec 1")


def test_without_a_warehouse_the_way_to_one_is_named(run):
    answer = run("select 1")
    assert answer.exit_code == 1
    assert str(answer.exception).endswith("run `fakturo build`.")


def test_a_table_aligns_numbers_right_and_shows_cents(run, published, now):
    published(now)
    answer = run("select invoice_number, total_amount, null as nothing from fct_invoices order by 1")
    assert [line.rstrip() for line in answer.output.splitlines()] == [
        "invoice_number   total_amount  nothing",
        "INV-2026-000001         12.50",
        "INV-2026-000002         25.00",
    ]


def test_a_long_table_is_cut_and_says_so(run, published, now):
    published(now, invoices=5)
    answer = run("from fct_invoices", "--rows", "3")
    assert "… more than 3 rows; --rows N shows more, --format csv writes all." in answer.output


def test_csv_has_every_digit(run, published, now):
    published(now)
    answer = run("select total_amount, [1, 2] as list from fct_invoices order by 1", "--format", "csv")
    assert answer.output == 'total_amount,list\n12.5000,"[1, 2]"\n25.0000,"[1, 2]"\n'


def test_json_numbers_are_exact(run, published, now):
    published(now)
    query = (
        "select cast('12345678901234567.8901' as decimal(28, 4)) as amount, issue_date, "
        "{'a': [0.1::decimal(3, 1)]} as nested, 'naïve \"x\"' as text, 'nan'::double as odd, null as nothing "
        "from fct_invoices limit 1"
    )
    answer = run(query, "-f", "json")
    read = json.loads(answer.output, parse_float=Decimal)
    assert read == [
        {
            "amount": Decimal("12345678901234567.8901"),
            "issue_date": "2026-03-02",
            "nested": {"a": [Decimal("0.1")]},
            "text": 'naïve "x"',
            "odd": None,
            "nothing": None,
        }
    ]


def test_json_of_nothing_is_an_empty_list(run, published, now):
    published(now)
    assert json.loads(run("from fct_invoices where false", "-f", "json").output) == []


def test_parquet_keeps_types(run, published, now, tmp_path):
    published(now)
    out = tmp_path / "x.parquet"
    assert run("from fct_invoices", "-f", "parquet", "--out", str(out)).exit_code == 0
    table = pq.read_table(out)
    assert table.num_rows == 2
    assert str(table.schema.field("total_amount").type) == "decimal128(18, 4)"
    assert str(table.schema.field("issue_date").type) == "date32[day]"


def test_parquet_needs_a_file(run, published, now):
    published(now)
    assert "add --out FILE" in str(run("from fct_invoices", "-f", "parquet").exception)


def test_a_result_goes_to_a_file(run, published, now, tmp_path):
    published(now)
    run("select 1 as n", "-f", "csv", "-o", str(tmp_path / "n.csv"))
    assert (tmp_path / "n.csv").read_text() == "n\n1\n"
    refused = run("select 1 as n", "-f", "csv", "-o", str(tmp_path / "no" / "n.csv"))
    assert isinstance(refused.exception, BadInput)
    assert "cannot be written: No such file or directory." in str(refused.exception)


def test_a_query_comes_from_standard_input(run, published, now):
    published(now)
    assert run("-", "-f", "csv", stdin="select 7 as n").output == "n\n7\n"
    assert run("-f", "csv", stdin="select 8 as n").output == "n\n8\n"


def test_as_of_asks_an_earlier_publish(run, published, now):
    published(now, invoices=2)
    published(now + timedelta(days=1), invoices=3)
    assert (
        run("select count(*) as n from fct_invoices", "-f", "csv", "--as-of", "2026-03-02").output == "n\n2\n"
    )
    assert run("select 1", "--as-of", "2026-03-02T10:00:00+00:00").exit_code == 0
    assert "write 2026-11-01" in str(run("select 1", "--as-of", "yesterday").exception)


def typed(*lines):
    """A person who types these lines; KeyboardInterrupt among them is Ctrl-C."""
    waiting = iter(lines)

    def read(_prompt):
        line = next(waiting, None)
        if line is None:
            raise EOFError
        if line is KeyboardInterrupt:
            raise KeyboardInterrupt
        return line

    return read


def test_the_shell_answers_over_several_lines_and_times(connection, capsys):
    shell.run(connection, read=typed("select", "", "count(*) as n", "from fct_invoices;"))
    output = capsys.readouterr().out
    assert "n\n2\n1 row, 0." in output


def test_the_shell_lists_and_describes_tables(connection, capsys):
    shell.run(
        connection, read=typed(".tables", ".describe fct_invoices;", ".help", ".quit", "select 'late';")
    )
    output = capsys.readouterr().out
    assert "fct_invoices" in output
    assert "One row per invoice." in output
    assert "currency        varchar        ISO 4217 code." in output
    assert ".describe TABLE" in output
    assert "late" not in output


def test_the_shell_survives_errors_and_ctrl_c(connection, capsys):
    shell.run(
        connection, read=typed("selec 1;", "select", KeyboardInterrupt, ".format csv", "", "select 5 as n;")
    )
    output = capsys.readouterr().out
    assert "Parser Error" in output
    assert "n\n5\n" in output


def test_the_shell_keeps_its_history(connection, tmp_path):
    history = tmp_path / "history"
    shell.run(connection, history=history, read=typed(".quit"))
    shell._save(history)
    assert history.exists()


def test_the_shell_completes_tables_columns_and_words(connection, tmp_path):
    readline = pytest.importorskip("readline")
    shell.run(connection, history=tmp_path / "none", read=typed(".quit"))
    complete = readline.get_completer()
    assert complete("fct_inv", 0) == "fct_invoices"
    assert complete("TOTAL_a", 0) == "total_amount"
    assert complete("total_amount_of_all", 0) is None


@pytest.mark.parametrize(
    ("value", "seen"),
    [
        (Decimal("12.3000"), "12.30"),
        (Decimal("1.2340"), "1.234"),
        (Decimal(7), "7"),
        (Decimal("-0.5000"), "-0.50"),
        (None, ""),
        (0.1, "0.1"),
    ],
)
def test_cells_are_shown_short_and_whole(value, seen):
    assert result.shown(value) == seen

"""Ad-hoc SQL: read-only, every door locked, results exact in every format."""

import json
from datetime import timedelta
from decimal import Decimal

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from fakturo import settings as settings_room
from fakturo.cli.main import app
from fakturo.cli.terminal import cells
from fakturo.errors import BadInput, WarehouseError
from fakturo.warehouse.reading import ask, open_published
from fakturo.warehouse.saved_queries import saved_queries


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
    with pytest.raises(WarehouseError, match=r'does not exist\. Did you mean "fct_invoices"\?'):
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


@pytest.mark.parametrize("form", ["parquet", "xlsx"])
def test_what_is_no_text_needs_a_file(run, published, now, form):
    published(now)
    assert "add --out FILE" in str(run("from fct_invoices", "-f", form).exception)


@pytest.mark.parametrize("name", ["x.csv", "x.json", "x.parquet", "x.XLSX"])
def test_the_ending_of_a_file_gives_its_format(run, published, now, tmp_path, name):
    published(now)
    assert run("select 1 as n", "--out", str(tmp_path / name)).exit_code == 0
    magic = {"x.csv": b"n\n1\n", "x.json": b"[\n  {", "x.parquet": b"PAR1", "x.XLSX": b"PK"}[name]
    assert (tmp_path / name).read_bytes().startswith(magic)


def test_an_ending_that_is_none_of_ours_is_told(run, published, now, tmp_path):
    published(now)
    refused = run("select 1", "--out", str(tmp_path / "x.doc"))
    assert "ends with .csv, .json, .parquet, .xlsx, or add --format" in str(refused.exception)


@pytest.mark.parametrize("form", ["csv", "parquet", "xlsx"])
def test_a_query_that_fails_half_way_leaves_the_file_as_it_was(run, published, now, tmp_path, form):
    published(now)
    out = tmp_path / f"x.{form}"
    out.write_text("yesterday's")
    fails = "select if(n < 90000, n, error('broken')::int) from range(100000) t(n)"
    refused = run(fails, "--out", str(out))
    assert "broken" in str(refused.exception)
    assert isinstance(refused.exception, WarehouseError)
    assert out.read_text() == "yesterday's"
    assert [each.name for each in tmp_path.glob("*x.*")] == [out.name]
    assert not list(tmp_path.glob(".*unfinished"))


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


def test_a_saved_query_is_run_by_its_name(run, published, now, settings):
    published(now, invoices=3)
    own = settings.home / "queries"
    own.mkdir()
    (own / "dear_ones.sql").write_text(
        "-- Invoices from a total on.\n"
        "select count(*) as n from fct_invoices\n"
        "where total_amount >= coalesce(cast(getvariable('least') as integer), 30)\n"
    )
    assert run("--run", "dear_ones", "-f", "csv").output == "n\n1\n"
    assert run("--run", "dear_ones", "--set", "least=20", "-f", "csv").output == "n\n2\n"
    assert "Did you mean dear_ones?" in str(run("--run", "dear_one").exception)
    assert "it has least." in str(run("--run", "dear_ones", "--set", "most=1").exception)
    assert "write name=value" in str(run("--run", "dear_ones", "--set", "20").exception)
    assert "name it with --run" in str(run("select 1", "--set", "least=1").exception)


def test_every_query_that_comes_with_us_is_found_with_its_purpose_and_parameters(settings):
    found = saved_queries(settings)
    assert found["aging_as_of_a_day"].parameters == ("as_of",)
    assert found["best_customers"].parameters == ("since", "most")
    assert found["dso_by_month"].purpose.startswith("How long money takes, by month")
    assert all(each.purpose for each in found.values())
    for each in found.values():
        assert all(f"{name}: " in each.purpose for name in each.parameters), each.name


def test_as_of_asks_an_earlier_publish(run, published, now):
    published(now, invoices=2)
    published(now + timedelta(days=1), invoices=3)
    assert (
        run("select count(*) as n from fct_invoices", "-f", "csv", "--as-of", "2026-03-02").output == "n\n2\n"
    )
    assert run("select 1", "--as-of", "2026-03-02T10:00:00+00:00").exit_code == 0
    assert "write 2026-11-01" in str(run("select 1", "--as-of", "yesterday").exception)


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
    assert cells.shown(value) == seen

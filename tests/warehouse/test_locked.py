"""What a reader must not reach: each attempt is refused in one sentence, and the next query is answered."""

import os
import subprocess
import sys
from textwrap import dedent

import pytest

from fakturo.errors import WarehouseError
from fakturo.warehouse.session import Session

ESCAPES = {
    "a CSV file": "from read_csv('/etc/passwd')",
    "a text file": "select content from read_text('/etc/passwd')",
    "a file's bytes": "from read_blob('/etc/hostname')",
    "a JSON file": "from read_json('/etc/hostname')",
    "a Parquet file": "from read_parquet('/tmp/x.parquet')",
    "a Parquet file's footer": "from parquet_metadata('/tmp/x.parquet')",
    "another database": "from read_duckdb('/tmp/x.duckdb')",
    "a path as a table": "select * from '/etc/passwd'",
    "a CSV path as a table": "select * from '/etc/hosts.csv'",
    "the names of files": "from glob('/*')",
    "the look of a file": "from sniff_csv('/etc/passwd')",
    "a file through a macro": "create temp macro m(x) as table from read_text(x); from m('/etc/passwd')",
    "a file through a view": "create temp view v as from read_text('/etc/passwd')",
    "a file through a string": "from query('from read_text(''/etc/passwd'')')",
    "a file through JSON": (
        "from json_execute_serialized_sql(json_serialize_sql('from read_text(''/etc/passwd'')'))"
    ),
    "a web page": "from read_csv('https://example.com/x.csv')",
    "a URL as a table": "from 'https://example.com/x.parquet'",
    "a bucket": "from read_parquet('s3://bucket/x.parquet')",
    "writing a file": "copy fct_invoices to 'stolen.csv'",
    "writing to the screen's file": "copy (select 1) to '/dev/stdout'",
    "reading into a table": "copy fct_invoices from '/etc/passwd'",
    "writing while explaining": "explain analyze copy fct_invoices to 'stolen.csv'",
    "writing everything": "export database 'stolen'",
    "reading everything": "import database 'stolen'",
    "opening a file": "attach '/tmp/x.duckdb'",
    "opening memory": "attach ':memory:' as other",
    "opening a ledger": "attach 'ledger.sqlite' as ledger (type sqlite)",
    "installing": "install httpfs",
    "installing from elsewhere": "install x from 'https://example.com'",
    "loading": "load httpfs",
    "loading a file": "load '/tmp/x.duckdb_extension'",
    "updating extensions": "update extensions",
    "loading by a function's name": "select * from sql_auto_complete('sel')",
    "more memory": "set memory_limit = '90GB'",
    "the default memory": "reset memory_limit",
    "more memory by pragma": "pragma memory_limit = '90GB'",
    "more threads": "set threads = 64",
    "a place to spill": "set temp_directory = '/tmp'",
    "files again": "set enable_external_access = true",
    "the lock": "reset lock_configuration",
    "variables of the program": "set python_scan_all_frames = true",
    "the environment": "select getenv('HOME')",
    "a secret": "create secret thief (type s3)",
    "a kept secret": "create persistent secret thief (type http)",
    "a log to a file": "call enable_logging(storage = 'file', storage_path = 'stolen')",
    "a log within a select": "from enable_logging(storage = 'file', storage_path = 'stolen')",
    "a log on the screen": "select * from enable_logging(storage = 'stdout')",
    "a profile": "pragma enable_profiling",
    "another database's name": "use memory",
    "the warehouse gone": "detach warehouse",
    "a table that stays": "create table memory.main.mine as select 1 as n",
    "a table in the warehouse": "create table mine as select 1 as n",
    "an index": "create index i on fct_invoices (invoice_number)",
    "the file itself": "vacuum",
    "a comment": "comment on table fct_invoices is 'x'",
    "two at once": "select 1; detach warehouse",
    "behind a comment": "/* select */ attach ':memory:' as other",
    "nothing": "-- no query",
}


@pytest.fixture
def session(settings, published, now):
    published(now)
    opened = Session(settings)
    yield opened
    opened.close()


def rows(session, query):
    with session.answering(query) as answer:
        return answer.fetchall()


@pytest.mark.parametrize("query", ESCAPES.values(), ids=ESCAPES.keys())
def test_an_escape_is_refused_in_a_sentence_and_the_session_goes_on(session, query, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(WarehouseError) as refused:
        rows(session, query)
    told = str(refused.value)
    assert "\n" not in told
    assert told.endswith((".", "?"))
    assert not list(tmp_path.glob("stolen*"))
    assert rows(session, "select count(*) from fct_invoices") == [(2,)]


def test_a_log_that_is_hidden_in_a_string_costs_no_more_than_the_session(session):
    """DuckDB then answers nothing at all; the file is opened anew."""
    hidden = "from query('from enable_' || 'logging(storage = ''file'', storage_path = ''/proc/x'')')"
    assert rows(session, hidden) == []
    assert rows(session, "select count(*) from fct_invoices") == [(2,)]


def test_what_is_ones_own_is_allowed(session):
    rows(session, "create temp table dear as from fct_invoices where total_amount > 20")
    rows(session, "insert into dear from fct_invoices")
    assert rows(session, "select count(*) from dear") == [(3,)]
    rows(session, "create or replace temp macro twice(x) as 2 * x")
    rows(session, "-- my own\nset variable least = 3")
    assert rows(session, "select twice(getvariable('least'))") == [(6,)]
    assert rows(session, "pivot fct_invoices on currency using count(*) group by issue_date")[0][1] == 2
    assert len(rows(session, "summarize fct_invoices")) == 4
    assert len(rows(session, "describe fct_invoices")) == 4
    assert rows(session, "explain select 1")


def test_no_variable_of_this_program_is_a_table(session):
    import pyarrow as pa

    secret = pa.table({"n": [1]})
    with pytest.raises(WarehouseError, match="Table with name secret does not exist"):
        rows(session, "from secret")
    assert secret.num_rows == 1


SLOW = {
    "a join without a key": "select count(*) from range(10000000) a, range(10000000) b",
    "an endless recursion": "with recursive t(n) as (select 1 union all select n + 1 from t) "
    "select count(*) from t",
    "rows without end": "from range(100000000000)",
    "sleeping": "select sleep_ms(60000)",
}


@pytest.mark.parametrize("query", SLOW.values(), ids=SLOW.keys())
def test_a_query_over_its_time_is_stopped_and_the_session_goes_on(session, query):
    session.timeout_s = 0.3
    with pytest.raises(WarehouseError, match=r"stopped after 0.3 s, .*FAKTURO_SQL_TIMEOUT_S"):
        rows(session, query)
    session.timeout_s = 30
    assert rows(session, "select count(*) from fct_invoices") == [(2,)]


LARGE = {
    "sorting": "select n from range(200000000) t(n) order by hash(n)",
    "grouping": "select n, count(*) from range(200000000) t(n) group by n",
    "one list": "select len(list(n)) from range(200000000) t(n)",
    "one text": "select length(string_agg(repeat('x', 1000000), '')) from range(10000)",
}


@pytest.mark.parametrize("query", LARGE.values(), ids=LARGE.keys())
def test_a_query_over_its_memory_is_told_and_the_session_goes_on(settings, published, now, query):
    published(now)
    small = settings.model_copy(update={"sql": settings.sql.model_copy(update={"memory_mb": 64})})
    session = Session(small)
    with pytest.raises(WarehouseError, match=r"more than the 64 MB .*FAKTURO_SQL_MEMORY_MB"):
        rows(session, query)
    assert rows(session, "select count(*) from fct_invoices") == [(2,)]
    session.close()


@pytest.fixture
def locked(settings, published, now, tmp_path):
    """Run a program with a locked session in a process of its own: its limits hold for the process."""
    published(now)
    program = """
        from fakturo.settings import load
        from fakturo.warehouse import session as room
        from fakturo.errors import WarehouseError

        room.GRACE_S = 0.5
        session = room.Session(load(), is_locked=True)

        def ask(query):
            try:
                with session.answering(query) as answer:
                    return answer.fetchall()
            except WarehouseError as error:
                return str(error)
    """

    def run(*lines, **limits):
        environment = os.environ | {"FAKTURO_HOME": str(settings.home)} | limits
        text = "\n".join([dedent(program), *lines])
        return subprocess.run(
            [sys.executable, "-c", text], env=environment, capture_output=True, text=True, check=False
        )

    return run


def test_memory_that_duckdb_does_not_count_is_bound_in_a_locked_session(locked):
    done = locked(
        "print(ask(\"select length(repeat('x', 4000000000))\"))",
        "print(ask('select count(*) from fct_invoices'))",
        FAKTURO_SQL_MEMORY_MB="400",
    )
    assert done.stdout.startswith("The query needs more than the 400 MB it may use"), done.stderr
    assert done.stdout.endswith("[(2,)]\n")


def test_what_cannot_be_interrupted_ends_a_locked_session(locked):
    done = locked(
        "print(ask('select 1'), flush=True)",
        "ask(\"select levenshtein(repeat('a', 300000), repeat('b', 300000))\")",
        "print('never')",
        FAKTURO_SQL_TIMEOUT_S="0.5",
    )
    assert done.returncode == 1
    assert done.stdout == "[(1,)]\n"
    assert done.stderr == "The query could not be stopped after 0.5 s; the session ends. Ask anew.\n"

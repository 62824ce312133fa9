"""The SQL shell: its commands, and the whole of it on a real pseudo terminal."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
from datetime import timedelta

import pytest

from fakturo.cli.sql import shell
from fakturo.warehouse.session import Session

ESCAPE_SEQUENCES = re.compile(rb"\x1b(\[[0-9;?]*[a-zA-Z]|[=>78]|\][^\x07]*\x07)")
LONGEST_WAIT_S = 30


@pytest.fixture
def say(settings, published, now, capsys, tmp_path, monkeypatch):
    """Type lines into the shell; gives what it answered. KeyboardInterrupt among them is Ctrl-C."""
    monkeypatch.chdir(tmp_path)

    def typed(*lines, rows=200, as_of=None):
        waiting = iter(lines)

        def read():
            line = next(waiting, None)
            if line is None:
                raise EOFError
            if line is KeyboardInterrupt:
                raise KeyboardInterrupt
            return line

        session = Session(settings, as_of=as_of)
        shell.run(shell.Shell(session, settings, rows), read)
        session.close()
        return capsys.readouterr().out

    published(now, invoices=2)
    return typed


def test_a_query_is_answered_with_its_rows_and_time(say):
    told = say("select\n\ncount(*) as n\nfrom fct_invoices;")
    assert re.search(r"^n\n2\n1 row, 0\.\d{3} s$", told, re.MULTILINE)


def test_time_is_not_told_where_nobody_wants_it(say):
    assert say(".timing off", "select 5 as n;").endswith("n\n5\n")
    assert " row, " in say(".timing off", ".timing on", "select 5 as n;")


def test_tables_and_columns_are_described(say):
    told = say(".tables", ".describe fct_invoices;", ".describe staging.stg_ledger__invoices", ".tables x")
    assert re.search(r"fct_invoices\s+2\s+One row per invoice\n", told)
    assert "currency        varchar        ISO 4217 code." in told
    assert told.count("total_amount    decimal(18,4)") == 2
    assert "There is no table x; .tables lists them." in told
    assert ".describe takes a table" in say(".describe")


def test_errors_and_ctrl_c_leave_the_shell_open(say):
    told = say("selec 1;", KeyboardInterrupt, ".format csv", "", "select 5 as n;", ".nonsense", ".rows 0")
    assert "Parser Error" in told
    assert "n\n5\n" in told
    assert "There is no command .nonsense; .help lists them." in told
    assert ".rows takes N: most rows that a table shows." in told


def test_quit_leaves(say):
    assert "late" not in say(".help", ".quit", "select 'late';")


def test_a_long_answer_is_cut_and_says_how_to_get_all_of_it(say):
    told = say(".rows 1", "from fct_invoices;")
    assert "… more than 1 rows; .rows N shows more, .export FILE writes all." in told
    assert "1 rows shown, " in told


def test_records_show_a_row_by_lines(say):
    told = say(".format records", "select 1 as one, 'x' as two;")
    assert "─ 1 ─" in told
    assert re.search(r"^one\s+1\s*\ntwo\s+x\s*$", told, re.MULTILINE)


def test_the_last_query_is_exported(say, tmp_path):
    told = say(".export x.csv", "select 7 as n;", ".export x.csv", ".export 'my x.json'", ".export x.doc")
    assert "There is no query to export yet" in told
    assert "1 row in x.csv, 0." in told
    assert (tmp_path / "x.csv").read_text() == "n\n7\n"
    assert (tmp_path / "my x.json").read_text() == '[\n  {"n": 7}\n]\n'
    assert "ends with .csv" in told


def test_saved_queries_are_listed_shown_and_run_with_parameters(say, settings):
    own = settings.home / "queries"
    own.mkdir()
    (own / "dear_ones.sql").write_text(
        "-- Invoices from a total on.\n-- least: the total.\nselect count(*) as n from fct_invoices\n"
        "where total_amount >= coalesce(cast(getvariable('least') as integer), 0)\n"
    )
    assert "dear_ones least=…\n    Invoices from a total on. least: the total.\n" in say(".queries")
    assert "-- Invoices from a total on." in say(".show dear_ones")
    told = say(".run dear_ones least=20", ".run dear_ones", ".run dear_ones most=1", ".run nothing")
    assert re.findall(r"^n\n(\d)\n", told, re.MULTILINE) == ["1", "2"]
    assert "dear_ones has no parameter most; it has least." in told
    assert "There is no saved query nothing." in told


def test_another_publish_is_asked_and_the_newest_again(say, published, now):
    published(now + timedelta(days=1), invoices=3)
    count = "select count(*) as n from fct_invoices;"
    told = say(count, ".as-of 2026-03-02", count, ".as-of 2020-01-01", count, ".as-of now", count)
    assert re.findall(r"^n\n(\d)\n", told, re.MULTILINE) == ["3", "2", "2", "3"]
    assert "There is no publish of 2020-01-01 or before" in told


def test_an_open_shell_keeps_the_publish_that_it_opened(settings, published, now):
    published(now, invoices=2)
    session = Session(settings)
    published(now + timedelta(hours=1), invoices=3)
    with session.answering("select count(*) from fct_invoices") as answer:
        assert answer.fetchall() == [(2,)]
    session.move(None)
    with session.answering("select count(*) from fct_invoices") as answer:
        assert answer.fetchall() == [(3,)]
    session.close()


class Terminal:
    """`fakturo sql` on a pseudo terminal."""

    def __init__(self, environment, *words):
        self.seen, self.has_ended = b"", False
        self.process, self.master = pty.fork()
        if self.process == 0:
            program = "from fakturo.cli.main import main; main()"
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 200, 0, 0))
            os.execve(sys.executable, [sys.executable, "-c", program, "sql", *words], environment)  # noqa: S606  our own program

    def type(self, text):
        os.write(self.master, text.encode())

    def read(self, within_s):
        """Whether something more was shown; nothing once the program has ended."""
        ready, _, _ = select.select([self.master], [], [], within_s)
        if not ready:
            return False
        try:
            self.seen += os.read(self.master, 65536)
        except OSError:
            self.has_ended = True
        self.seen = ESCAPE_SEQUENCES.sub(b"", self.seen)
        return True

    def wait_for(self, text):
        """What was shown up to `text`, from where the last call ended."""
        while text.encode() not in self.seen:
            assert self.read(LONGEST_WAIT_S), f"{text!r} was not shown, but {self.seen.decode()!r}"
            assert not self.has_ended or text.encode() in self.seen, self.seen.decode()
        shown, self.seen = self.seen.split(text.encode(), 1)
        return shown.decode()

    def end(self):
        """Exit code of the program, which ends by itself."""
        while not self.has_ended:
            assert self.read(LONGEST_WAIT_S), f"it did not end, but shows {self.seen.decode()!r}"
        _, status = os.waitpid(self.process, 0)
        os.close(self.master)
        return os.waitstatus_to_exitcode(status)


@pytest.fixture
def terminal(settings, published, now):
    published(now)
    opened = []

    def start(*words, **more):
        environment = os.environ | {"FAKTURO_HOME": str(settings.home), "TERM": "xterm"}
        environment |= {"PROMPT_TOOLKIT_NO_CPR": "1"} | more
        opened.append(Terminal(environment, *words))
        opened[-1].wait_for("fakturo>")
        return opened[-1]

    yield start
    for each in opened:
        try:
            os.kill(each.process, signal.SIGKILL)
            os.waitpid(each.process, 0)
        except (ProcessLookupError, ChildProcessError):
            continue


def test_tab_completes_and_enter_begins_a_line_until_the_semicolon(terminal):
    screen = terminal()
    screen.type("select sum(total_am\t")
    screen.wait_for("total_amount")
    screen.type(") as total\r")
    screen.wait_for("...>")
    screen.type("from fct_inv\t")
    screen.wait_for("fct_invoices")
    screen.type(";\r")
    assert "37.50" in screen.wait_for("1 row, ")
    screen.wait_for("fakturo>")
    screen.type(".qui\t")
    screen.wait_for(".quit")
    screen.type("\r")
    assert screen.end() == 0


def test_history_outlives_the_shell_and_is_its_owners_alone(terminal, settings):
    screen = terminal()
    screen.type("select 6 * 7\r")
    screen.wait_for("...>")
    screen.type("as answer;\r")
    screen.wait_for("1 row, ")
    screen.wait_for("fakturo>")
    screen.type("\x04")
    assert screen.end() == 0
    assert (settings.home / "sql_history").stat().st_mode & 0o777 == 0o600
    again = terminal()
    again.type("\x1b[A")
    again.wait_for("as answer;")
    again.type("\r")
    assert "42" in again.wait_for("1 row, ")


def test_ctrl_c_stops_a_query_and_ctrl_d_leaves(terminal):
    screen = terminal()
    screen.type("select count(*) from range(3000000) a, range(10000000) b;\r")
    screen.wait_for("b;\r")
    for _ in range(LONGEST_WAIT_S):  # a key that comes before the query runs is one of the prompt's
        screen.type("\x03")
        while b"Stopped." not in screen.seen and screen.read(1):
            pass
        if b"Stopped." in screen.seen:
            break
    screen.wait_for("Stopped.")
    screen.wait_for("fakturo>")
    screen.type("select 'still here' as told;\r")
    screen.wait_for("1 row, ")
    screen.wait_for("fakturo>")
    screen.type("\x04")
    assert screen.end() == 0


def test_a_locked_shell_writes_no_file_and_keeps_its_limits(terminal, settings, tmp_path):
    screen = terminal("--locked", FAKTURO_SQL_ROWS="1")

    def say(text, answer):
        screen.type(f"{text}\r")
        screen.wait_for(answer)
        screen.wait_for("fakturo>")

    say("from fct_invoices;", "1 rows shown")
    say(f".export {tmp_path}/x.csv", "no file is written")
    say(".rows 5", "1 rows at most")
    say("\x18\x05\x1a!sh;", "Parser Error")  # an editor, suspending, a program: none of them opens
    screen.type(".quit\r")
    assert screen.end() == 0
    assert not (tmp_path / "x.csv").exists()
    assert not (settings.home / "sql_history").exists()

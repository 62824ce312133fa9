"""The SQL shell: dot commands and queries over one session, until .quit."""

import shlex
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fakturo.cli.sql.completion import Vocabulary
from fakturo.cli.sql.day import day_or_moment
from fakturo.cli.terminal import result
from fakturo.cli.terminal.plain import clean
from fakturo.cli.terminal.screen import console
from fakturo.errors import BadInput, FakturoError, NotAllowed
from fakturo.settings import Settings
from fakturo.warehouse import catalog
from fakturo.warehouse.saved_queries import assignments, find_query, saved_queries
from fakturo.warehouse.session import Session

COMMANDS = {
    ".tables": ("[PART]", "the tables, and what one row of each is", ""),
    ".describe": ("TABLE", "the columns of a table", "table"),
    ".queries": ("", "saved queries and their parameters", ""),
    ".show": ("NAME", "the text of a saved query", "query"),
    ".run": ("NAME [parameter=value …]", "run a saved query", "query"),
    ".export": ("FILE", "the last query's whole result as .csv, .json, .parquet or .xlsx", ""),
    ".as-of": ("DAY | now", "ask the last publish of that day", ""),
    ".format": ("NAME", "table, records, csv or json", "format"),
    ".rows": ("N", "most rows that a table shows", ""),
    ".timing": ("on | off", "rows and time after each answer", "switch"),
    ".help": ("", "this list", ""),
    ".quit": ("", "leave, as Ctrl-D does", ""),
}
"""Command -> what it takes, what it does, what completes after it."""
LEAVE = {".quit", ".exit", ".q"}
NO_EXPORT = "This session is locked: no file is written. `.format csv` prints a result as text."
MORE_ROWS = ".rows N shows more, .export FILE writes all"


@dataclass
class Shell:
    """What a person has set, and the last query."""

    session: Session
    settings: Settings
    rows: int = 200
    form: str = "table"
    timing: bool = True
    last: str = ""

    def vocabulary(self) -> Vocabulary:
        """What can be completed, of the publish that is open."""
        names = catalog.read_catalog(self.session.connection)
        queries = {each.name: each.parameters for each in saved_queries(self.settings).values()}
        commands = {name: completes for name, (_, _, completes) in COMMANDS.items()}
        return Vocabulary(names.tables, names.words, commands, queries)

    def greet(self) -> None:
        """Say what is open."""
        told = dict(catalog.about_publish(self.session.connection))
        made = f" published {told['made at']}" if told else ""
        tables = sum("." not in name for name in catalog.read_catalog(self.session.connection).tables)
        is_locked = ", locked" if self.session.is_locked else ""
        sys.stdout.write(f"The warehouse{made}: {tables} tables, read-only{is_locked}.\n")
        sys.stdout.write(".help lists the commands, .queries ready questions; a query ends with ;\n")

    def command(self, line: str) -> None:
        """Carry out a dot command."""
        word, _, rest = line.strip().rstrip(";").partition(" ")
        rest = rest.strip()
        if word in {".tables", ".describe"}:
            query = catalog.TABLES if word == ".tables" else catalog.DESCRIBE
            if word == ".describe" and not rest:
                raise BadInput(".describe takes a table; .tables lists them.")
            if not self._print(query.replace("{name}", rest.replace("'", "''")), "table") and rest:
                raise BadInput(f"There is no table {rest}; .tables lists them.")
        elif word in {".queries", ".show", ".run"}:
            self._saved(word, rest)
        elif word == ".export":
            self._export(rest)
        elif word == ".as-of":
            self.session.move(None if rest in {"", "now"} else day_or_moment(rest, ".as-of"))
            self.greet()
        elif word in {".format", ".rows", ".timing"}:
            self._set(word, rest)
        elif word == ".help":
            width = max(len(f"{name} {takes}") for name, (takes, _, _) in COMMANDS.items()) + 2
            for name, (takes, does, _) in COMMANDS.items():
                sys.stdout.write(f"{f'{name} {takes}'.ljust(width)}{does}\n")
        else:
            raise BadInput(f"There is no command {word}; .help lists them.")

    def ask(self, query: str) -> None:
        """Answer a query, and say how many rows it has and what it took."""
        self.last = query.strip().rstrip(";")
        started = time.perf_counter()
        count = self._print(query, self.form)
        if self.timing:
            rows = f"{self.rows} rows shown" if count is None else _rows(count)
            sys.stdout.write(f"{rows}, {time.perf_counter() - started:.3f} s\n")

    def _print(self, query: str, form: str) -> int | None:
        with self.session.answering(query) as answer:
            return result.write(answer, form, None, most_rows=self.rows, more=MORE_ROWS)

    def _saved(self, word: str, rest: str) -> None:
        if word == ".queries":
            for each in saved_queries(self.settings).values():
                names = "".join(f" {name}=…" for name in each.parameters)
                sys.stdout.write(f"{each.name}{names}\n    {each.purpose}\n")
            return
        name, *words = _split(rest) or [""]
        query = find_query(self.settings, name)
        if word == ".show":
            sys.stdout.write(f"{query.text}\n")
            return
        given = parameters(words)
        self.session.assign(assignments(query, given))
        self.ask(query.text)

    def _export(self, rest: str) -> None:
        if self.session.is_locked:
            raise NotAllowed(NO_EXPORT)
        if not self.last:
            raise BadInput("There is no query to export yet; ask one, then .export FILE.")
        if not rest:
            raise BadInput(".export takes a file: .export overdue.xlsx")
        out = Path(_split(rest)[0]).expanduser()
        started = time.perf_counter()
        with self.session.answering(self.last) as answer:
            count = result.write(answer, result.form_of(out), out, about=about(self.session, self.last))
        sys.stdout.write(f"{_rows(count)} in {out}, {time.perf_counter() - started:.3f} s\n")

    def _set(self, word: str, rest: str) -> None:
        if word == ".format" and rest in {"table", "records", "csv", "json"}:
            self.form = rest
        elif word == ".timing" and rest in {"on", "off"}:
            self.timing = rest == "on"
        elif word == ".rows" and rest.isdecimal() and int(rest) > 0:
            self.rows = most_rows(self.settings, int(rest), is_locked=self.session.is_locked)
        else:
            raise BadInput(f"{word} takes {COMMANDS[word][0]}: {COMMANDS[word][1]}.")


def run(shell: Shell, read: Callable[[], str] | None = None, *, history: Path | None = None) -> None:
    """Read commands and queries until .quit or the end of input.

    Args:
        read: gives one whole command or query; None: the prompt.
        history: where the prompt keeps what was typed.
    """
    if read is None:
        from fakturo.cli.sql.prompt import open_prompt

        read = open_prompt(shell.vocabulary, history)
        # whoever started us in the background, or a script's `&`, left Ctrl-C ignored
        signal.signal(signal.SIGINT, signal.default_int_handler)
    shell.greet()
    while True:
        try:
            line = read().strip()
        except EOFError:
            return
        except KeyboardInterrupt:  # drops what is being typed
            continue
        if line.rstrip(";") in LEAVE:
            return
        try:
            if line.startswith("."):
                shell.command(line)
            elif line:
                shell.ask(line)
        except FakturoError as error:
            _say(str(error))
        except KeyboardInterrupt:
            sys.stdout.write("Stopped.\n")


def about(session: Session, query: str) -> list[tuple[str, str]]:
    """What an Excel workbook says of itself: the question, and the publish that answers it."""
    return [("query", query), *catalog.about_publish(session.connection.cursor())]


def most_rows(settings: Settings, rows: int, *, is_locked: bool) -> int:
    """So many rows, if the session allows it.

    Raises:
        NotAllowed: it is locked, and these are more than the settings say.
    """
    if is_locked and rows > settings.sql.rows:
        raise NotAllowed(f"This session is locked: {settings.sql.rows} rows at most (FAKTURO_SQL_ROWS).")
    return rows


def parameters(words: list[str]) -> dict[str, str]:
    """['as_of=2026-03-31'] -> {'as_of': '2026-03-31'}.

    Raises:
        BadInput: a word without an equals sign.
    """
    given = dict(word.split("=", 1) for word in words if "=" in word)
    odd = [word for word in words if "=" not in word]
    if odd:
        raise BadInput(f"{odd[0]!r} is no parameter; write name=value, as in as_of=2026-03-31.")
    return given


def _rows(count: int | None) -> str:
    return f"{count} row{'' if count == 1 else 's'}"


def _say(text: str) -> None:
    """A sentence, folded between words."""
    console.print(clean(text), markup=False)


def _split(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:  # a quote that is not closed
        return text.split()

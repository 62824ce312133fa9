"""What may come next in a query: tables after FROM, columns of the tables that the query names, words else.

Pure: text in, suggestions out. Nothing is suggested within texts and comments.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

_TOKEN = re.compile(
    r"(?P<off>'(?:[^']|'')*'?|--[^\n]*|/\*.*?(?:\*/|$)|\$\$.*?(?:\$\$|$))"
    r'|(?P<name>"[^"]*"?|[^\W\d]\w*)|(?P<mark>[.,;()])|(?P<other>\S)',
    re.DOTALL,
)
_BEFORE_TABLE = {"from", "join", "describe", "summarize", "into", "update", "show"}
_NO_ALIAS = {
    "where", "group", "order", "limit", "join", "inner", "left", "right", "full", "cross", "on", "using",
    "having", "qualify", "window", "union", "as", "select", "natural", "anti", "semi", "asof", "positional",
    "offset", "intersect", "except", "pivot", "unpivot", "sample", "tablesample",
}  # fmt: skip


class Suggestion(NamedTuple):
    """A word that may stand at the cursor."""

    text: str
    start: int
    """Letters before the cursor that it takes the place of, as a number <= 0."""
    kind: str
    """table, column, schema, word, command, query."""


class Vocabulary(NamedTuple):
    """All that can be named."""

    tables: Mapping[str, Sequence[str]]
    """Table -> its columns; those of other schemas as `staging.stg_ledger__orders`."""
    words: Sequence[str] = ()
    """Key words and functions."""
    commands: Mapping[str, str] = {}
    """Dot command -> what its argument is: table, query, format, switch or nothing."""
    queries: Mapping[str, Sequence[str]] = {}
    """Saved query -> its parameters."""


class _Word(NamedTuple):
    kind: str
    text: str
    start: int


def suggest(before: str, after: str, known: Vocabulary) -> list[Suggestion]:
    """Suggestions at the cursor, the likeliest first.

    Args:
        before: of the text that is typed, up to the cursor.
        after: the rest of it: `select | from fct_orders` completes columns of fct_orders.
    """
    if before.lstrip().startswith("."):
        return _after_command(before.lstrip(), known)
    words = list(_words(before))
    if words and words[-1].kind == "off" and _is_open(words[-1].text):
        return []
    start = max((place + 1 for place, word in enumerate(words) if word.text == ";"), default=0)
    words = words[start:]
    typed = ""
    if words and words[-1].kind == "name" and before.endswith(words[-1].text):
        typed = words.pop().text
    statement = [*words, *_statement(after)]
    if words and words[-1].text == ".":
        owner = words[-2].text if len(words) > 1 else ""
        return _fitting(typed, _members(owner, statement, known))
    if _is_table_next(words):
        schemas = sorted({name.partition(".")[0] for name in known.tables if "." in name})
        tables = [(name, "table") for name in known.tables if "." not in name]
        return _fitting(typed, [*tables, *((name, "schema") for name in schemas)])
    return _fitting(typed, _expressions(statement, known))


def is_complete(text: str) -> bool:
    """Whether what is typed can be run: a command, nothing, a query with its semicolon."""
    bare = text.strip()
    if not bare or bare.startswith("."):
        return True
    words = [word for word in _words(text) if not (word.kind == "off" and not _is_text(word.text))]
    return bool(words) and words[-1].text == ";"


def _words(text: str) -> Iterator[_Word]:
    for found in _TOKEN.finditer(text):
        yield _Word(found.lastgroup or "other", found.group(), found.start())


def _is_text(token: str) -> bool:
    return token.startswith(("'", "$$"))


def _is_open(token: str) -> bool:
    """Whether the cursor behind a text or comment is still within it."""
    if token.startswith("--"):
        return True
    if token.startswith("/*"):
        return not (len(token) > 3 and token.endswith("*/"))  # noqa: PLR2004  /*/ is not closed
    if token.startswith("$$"):
        return not (len(token) > 3 and token.endswith("$$"))  # noqa: PLR2004
    return token.count("'") % 2 == 1


def _statement(after: str) -> list[_Word]:
    rest: list[_Word] = []
    for word in _words(after):
        if word.text == ";":
            break
        rest.append(word)
    return rest


def _is_table_next(words: Sequence[_Word]) -> bool:
    """After FROM or JOIN, or a comma in the list behind FROM."""
    if not words:
        return False
    if words[-1].text.lower() in _BEFORE_TABLE:
        return True
    if words[-1].text != ",":
        return False
    for word in reversed(words):
        low = word.text.lower()
        if low == "from":
            return True
        if low in _NO_ALIAS - {"as"} or word.text in "()":
            return False
    return False


def _named(statement: Sequence[_Word], known: Vocabulary) -> dict[str, str]:
    """Name or alias -> table, of the tables that the statement names."""
    found: dict[str, str] = {}
    names = [word.text.strip('"') for word in statement]
    place = 0
    while place < len(names):
        table, step = names[place].lower(), 1
        if place + 2 < len(names) and names[place + 1] == ".":
            table, step = f"{table}.{names[place + 2].lower()}", 3
        before = names[place - 1].lower() if place else ""
        if table not in known.tables or (before not in _BEFORE_TABLE and before != ","):
            place += 1
            continue
        found[table.rpartition(".")[2]] = table
        place += step
        if place < len(names) and names[place].lower() == "as":
            place += 1
        if place < len(names) and statement[place].kind == "name" and names[place].lower() not in _NO_ALIAS:
            found[names[place].lower()] = table
            place += 1
    return found


def _members(owner: str, statement: Sequence[_Word], known: Vocabulary) -> list[tuple[str, str]]:
    """Columns of a table or alias, tables of a schema."""
    owner = owner.strip('"').lower()
    table = _named(statement, known).get(owner, owner)
    if table in known.tables:
        return [(column, "column") for column in known.tables[table]]
    inside = [name.partition(".")[2] for name in known.tables if name.startswith(f"{owner}.")]
    return [(name, "table") for name in inside]


def _expressions(statement: Sequence[_Word], known: Vocabulary) -> list[tuple[str, str]]:
    named = _named(statement, known)
    chosen = dict.fromkeys(named.values()) if named else [name for name in known.tables if "." not in name]
    columns = dict.fromkeys(column for table in chosen for column in known.tables[table])
    found = [(column, "column") for column in columns]
    found += [(name, "table") for name in named]
    return [*found, *((word, "word") for word in known.words if word not in columns)]


def _fitting(typed: str, candidates: Sequence[tuple[str, str]]) -> list[Suggestion]:
    """Those that begin with what is typed, then those that have it after an underscore."""
    low = typed.strip('"').lower()
    first = [each for each in candidates if each[0].lower().startswith(low)]
    inner = [each for each in candidates if low and f"_{low}" in each[0].lower() and each not in first]
    return [Suggestion(name, -len(typed), kind) for name, kind in (*first, *inner)]


def _after_command(before: str, known: Vocabulary) -> list[Suggestion]:
    """A dot command's name, or what may follow it."""
    words = before.split(" ")
    if len(words) == 1:
        names = [name + (" " if takes else "") for name, takes in known.commands.items()]
        return _fitting_exactly(before, [(name, "command") for name in names])
    typed, kind = words[-1], known.commands.get(words[0], "")
    if kind == "query" and len(words) > 2:  # noqa: PLR2004  command, name, parameters
        return _fitting_exactly(typed, [(f"{name}=", "word") for name in known.queries.get(words[1], ())])
    choices = {
        "table": [(name, "table") for name in known.tables],
        "query": [(name, "query") for name in known.queries],
        "format": [(name, "word") for name in ("table", "records", "csv", "json")],
        "switch": [("on", "word"), ("off", "word")],
    }
    return _fitting(typed, choices.get(kind, [])) if len(words) == 2 else []  # noqa: PLR2004


def _fitting_exactly(typed: str, candidates: Sequence[tuple[str, str]]) -> list[Suggestion]:
    return [Suggestion(name, -len(typed), kind) for name, kind in candidates if name.startswith(typed)]

"""Which statements a reader may send, and what DuckDB's refusals mean in one sentence.

DuckDB itself keeps queries from files, network and settings (`reading.open_locked`). This list is shorter: it
also holds off what would only spoil the reader's own session (DETACH, USE, logs, secrets).
"""

import re

import duckdb

from fakturo.errors import WarehouseError

_KINDS = {
    "SELECT", "EXPLAIN", "PREPARE", "EXECUTE", "TRANSACTION", "INSERT", "UPDATE", "DELETE", "DROP",
}  # fmt: skip
"""The warehouse is read-only: of these, the writing ones reach temporary tables alone."""
_OF_ONES_OWN = {
    "CREATE": re.compile(r"create\s+(or\s+replace\s+)?temp(orary)?\s|$", re.IGNORECASE),
    "SET": re.compile(r"(set|reset)\s+variable\b", re.IGNORECASE),
}
"""Allowed only in this form; a CREATE without text is the type that PIVOT makes for itself."""
_COMMENT = re.compile(r"\s+|--[^\n]*(\n|$)|/\*.*?\*/", re.DOTALL)
_SESSION = re.compile(
    r"\b(enable_logging|disable_logging|truncate_duckdb_logs|write_log|enable_profiling|disable_profiling|"
    r"enable_profile|disable_profile|force_checkpoint|add_parquet_key)\b",
    re.IGNORECASE,
)
"""Functions that change the session and are called in a SELECT: with a log to a file that it may not write,
DuckDB answers nothing more."""
_READS_ONLY = "Queries read the warehouse only: no other files, no network, no settings"


def check(connection: duckdb.DuckDBPyConnection, query: str) -> None:
    """Refuse what a reader may not send.

    Raises:
        WarehouseError: one sentence; nothing was run.
    """
    try:
        statements = connection.extract_statements(query)
    except duckdb.Error as error:
        raise WarehouseError(sentence(error)) from None
    if not statements:
        raise WarehouseError("There is no query; `select 1` is the shortest.")
    spoils = _SESSION.search(query)
    if spoils:
        raise WarehouseError(f"{spoils[1]} is not for readers. {_READS_ONLY}.")
    for each in statements:
        kind = each.type.name
        own = _OF_ONES_OWN.get(kind)
        if kind not in _KINDS and not (own and own.match(_bare(each.query))):
            raise WarehouseError(_refusal(kind, each.query))


def sentence(error: duckdb.Error) -> str:
    """DuckDB's reason in one sentence, and where to look."""
    reason = first_line(error)
    if "disabled by configuration" in reason or "configuration has been locked" in reason:
        hint = _READS_ONLY
    elif "extension" in reason:
        reason, hint = reason.rstrip(":"), "No extensions are loaded here"
    elif "read-only" in reason:
        hint = "The warehouse is read-only; change the ledger and run `fakturo build`"
    else:
        lines = (line.strip() for line in str(error).splitlines())
        hint = next(
            (line for line in lines if line.startswith(("Did you mean", "Candidate"))),
            "`fakturo sql` without a query opens a shell, .tables lists the tables",
        )
    return f"{reason}. {hint}{'' if hint.endswith('?') else '.'}"


def first_line(error: duckdb.Error) -> str:
    """What DuckDB says, without its drawing of the place."""
    return str(error).strip().splitlines()[0].rstrip(".!")


def _bare(text: str) -> str:
    """A statement without the comments before it."""
    while (found := _COMMENT.match(text)) and found.end():
        text = text[found.end() :]
    return text


def _refusal(kind: str, text: str) -> str:
    if kind in {"CREATE", "ALTER", "MERGE_INTO"} and not re.search(r"\bsecret\b", text, re.IGNORECASE):
        return "The warehouse is read-only; `create temp table …` makes a table of your own for this session."
    word = (_bare(text).split(None, 1) or ["This"])[0].upper()
    return f"{word} is not for readers. {_READS_ONLY}."

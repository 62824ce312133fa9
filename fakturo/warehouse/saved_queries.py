"""Saved questions: one SQL file each, with its purpose in the first comment and its parameters as variables.

`getvariable('as_of')` in the text is a parameter; it is NULL where nobody sets it, and the query says what
holds then. So the same file runs in any DuckDB client, after `set variable as_of = '2026-03-31'`.
"""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple

from fakturo.errors import BadInput, NotFound
from fakturo.settings import Settings

_PARAMETER = re.compile(r"getvariable\(\s*'([a-z_]\w*)'\s*\)", re.IGNORECASE)


class SavedQuery(NamedTuple):
    """A question that has a name."""

    name: str
    purpose: str
    parameters: tuple[str, ...]
    text: str


def folder() -> Path:
    """Where the questions that come with Fakturo are: of the wheel, or of the checkout."""
    here = Path(__file__).parent
    return next(each for each in (here / "queries", here.parents[1] / "docs/queries") if each.is_dir())


def saved_queries(settings: Settings) -> dict[str, SavedQuery]:
    """All by name: those that come with Fakturo, and those of `home/queries`, which come first."""
    files = [*folder().glob("*.sql"), *(settings.home / "queries").glob("*.sql")]
    found = {each.stem: _read(each) for each in files}
    return dict(sorted(found.items()))


def find_query(settings: Settings, name: str) -> SavedQuery:
    """One by name.

    Raises:
        NotFound: there is none; names the closest.
    """
    known = saved_queries(settings)
    if name in known:
        return known[name]
    close = get_close_matches(name, known, n=1)
    hint = f"Did you mean {close[0]}?" if close else "`.queries` in the shell lists all."
    raise NotFound(f"There is no saved query {name}. {hint}")


def assignments(query: SavedQuery, given: Mapping[str, str]) -> list[tuple[str, str | None]]:
    """(parameter, value) of all its parameters; None: not given.

    Raises:
        BadInput: it has no such parameter.
    """
    for name in given:
        if name not in query.parameters:
            has = ", ".join(query.parameters) or "none"
            raise BadInput(f"{query.name} has no parameter {name}; it has {has}.")
    return [(name, given.get(name)) for name in query.parameters]


def _read(file: Path) -> SavedQuery:
    text = file.read_text("utf-8").strip()
    words = []
    for line in text.splitlines():
        if not line.startswith("--"):
            break
        words.append(line.removeprefix("--").strip())
    names = tuple(dict.fromkeys(each.lower() for each in _PARAMETER.findall(text)))
    return SavedQuery(file.stem, " ".join(words), names, text)

"""What dbt's tests promise about a table and its columns, in words. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Guard:
    """A check that holds in every published file."""

    kind: str
    """unique, never_null, one_of, found_in, check, example."""
    words: str
    target: str = ""
    """Table that the words point to, where there is one."""
    detail: str = ""


def column_guards(tests: Iterable[Mapping[str, Any]]) -> dict[str, list[Guard]]:
    """Guards by column."""
    found: dict[str, list[Guard]] = defaultdict(list)
    for test in tests:
        if _name(test) != "constraints":
            continue
        given = test["test_metadata"]["kwargs"]
        for column in (given["primary_key"], *given.get("unique", ())):
            found[column].append(Guard("unique", "unique"))
        for column in (given["primary_key"], *given.get("not_null", ())):
            found[column].append(Guard("never_null", "never null"))
        for column, values in given.get("accepted_values", {}).items():
            found[column].append(Guard("one_of", f"one of {', '.join(map(str, values))}"))
        for column, place in given.get("foreign_keys", {}).items():
            there, field = (place, column) if isinstance(place, str) else place
            table = there.split("'")[1]
            found[column].append(Guard("found_in", f"found in {table}.{field}", target=table))
    return found


def table_guards(tests: Iterable[Mapping[str, Any]]) -> list[Guard]:
    """Guards of the table as a whole: singular tests and unit tests, by name."""
    guards = [
        Guard(
            "example" if test["resource_type"] == "unit_test" else "check",
            str(test["name"]).replace("_", " "),
            detail=" ".join((test.get("description") or "").split()),
        )
        for test in tests
        if test["resource_type"] == "unit_test" or not test.get("test_metadata")
    ]
    return sorted(guards, key=lambda guard: (guard.kind, guard.words))


def _name(test: Mapping[str, Any]) -> str:
    return str((test.get("test_metadata") or {}).get("name", ""))

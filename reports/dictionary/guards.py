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
        given = _given(test)
        match _name(test):
            case "unique":
                found[given["column_name"]].insert(0, Guard("unique", "unique"))
            case "not_null":
                found[given["column_name"]].append(Guard("never_null", "never null"))
            case "complete":
                for column in given["columns"]:
                    found[column].append(Guard("never_null", "never null"))
            case "accepted_values":
                values = ", ".join(map(str, given["values"]))
                found[given["column_name"]].append(Guard("one_of", f"one of {values}"))
            case "relationships":
                table = given["to"].split("'")[1]
                words = f"found in {table}.{given['field']}"
                found[given["column_name"]].append(Guard("found_in", words, target=table))
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


def _given(test: Mapping[str, Any]) -> Mapping[str, Any]:
    given: Mapping[str, Any] = (test.get("test_metadata") or {}).get("kwargs", {})
    return given

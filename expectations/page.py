"""The verdicts as a page that stands alone: no script, no style, no picture of another host."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from expectations.run import Verdict

KEYS_AT_ONCE = 20
KEYS_SHOWN = 200
"""Of one expectation, beyond the first ones on a click; the ledger holds all."""
PAGES_KEPT = 48
"""Two days of hourly checks."""


class SuiteSummary(NamedTuple):
    """The verdicts of one suite; those that failed first, then those with findings."""

    name: str
    rows: int
    passed: int
    failed: int
    findings: int
    verdicts: list[Verdict]


def by_suite(verdicts: Sequence[Verdict]) -> list[SuiteSummary]:
    """The suites of a round, those with something failed first."""
    found = []
    for name in dict.fromkeys(each.suite for each in verdicts):
        mine = [each for each in verdicts if each.suite == name]
        failed = sum(not each.passed for each in mine)
        ordered = sorted(mine, key=lambda each: (each.passed, not each.failing))
        rows, findings = max(each.checked for each in mine), sum(len(each.keys) for each in mine)
        found.append(SuiteSummary(name, rows, len(mine) - failed, failed, findings, ordered))
    return sorted(found, key=lambda each: (not each.failed, not each.findings))


def page(title: str, verdicts: Sequence[Verdict], *, at: datetime, consequence: str = "Degraded") -> str:
    """HTML of one round of checks."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), undefined=StrictUndefined, autoescape=True
    )
    return environment.get_template("page.html.j2").render(
        title=title,
        at=at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S"),
        consequence=consequence,
        verdicts=verdicts,
        suites=by_suite(verdicts),
        failed=[verdict for verdict in verdicts if not verdict.passed],
        first=KEYS_AT_ONCE,
        shown=KEYS_SHOWN,
    )


def place(folder: Path, name: str, at: datetime) -> Path:
    """Where the page of a round at that moment lies."""
    return folder / f"{name}-{at.astimezone(UTC):%Y%m%dT%H%M%SZ}.html"


def write(
    folder: Path, name: str, verdicts: Sequence[Verdict], *, at: datetime, consequence: str = "Degraded"
) -> Path:
    """Write a page named by its moment and drop the oldest beyond PAGES_KEPT.

    Args:
        name: of the round, such as check_landed.
        consequence: what became of the round because expectations failed.

    Returns:
        Path of the page.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = place(folder, name, at)
    title = name.replace("_", " ").capitalize()
    path.write_text(page(title, verdicts, at=at, consequence=consequence), encoding="utf-8")
    for old in sorted(folder.glob(f"{name}-*.html"))[:-PAGES_KEPT]:
        old.unlink(missing_ok=True)
    return path

"""The verdicts as a page that stands alone: no script, no style, no picture of another host."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from expectations.run import Verdict

KEYS_SHOWN = 200
"""Of one expectation; the ledger holds all."""
PAGES_KEPT = 48
"""Two days of hourly checks."""


def page(title: str, verdicts: Sequence[Verdict], *, at: datetime) -> str:
    """HTML of one round of checks."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), undefined=StrictUndefined, autoescape=True
    )
    return environment.get_template("page.html.j2").render(
        title=title,
        at=at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S"),
        verdicts=verdicts,
        failed=[verdict for verdict in verdicts if not verdict.passed],
        shown=KEYS_SHOWN,
    )


def write(folder: Path, name: str, verdicts: Sequence[Verdict], *, at: datetime) -> Path:
    """Write a page named by its moment and drop the oldest beyond PAGES_KEPT.

    Args:
        name: of the round, such as check_landed.

    Returns:
        Path of the page.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-{at.astimezone(UTC):%Y%m%dT%H%M%SZ}.html"
    path.write_text(page(name.replace("_", " ").capitalize(), verdicts, at=at), encoding="utf-8")
    for old in sorted(folder.glob(f"{name}-*.html"))[:-PAGES_KEPT]:
        old.unlink(missing_ok=True)
    return path

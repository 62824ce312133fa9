"""What a person sees in the terminal: tables, amounts and progress; plain lines where it is no terminal."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from fakturo.cli.terminal.plain import clean
from fakturo.money import exponent, to_major

console = Console(highlight=False)
NARROW = 120
"""Columns below which a list leaves out what can be looked up."""
PLAIN_LINE_EVERY = 10
"""Percent between two plain progress lines."""


class Advance(Protocol):
    """Tell the bar how many are done, and of how many if that is known only now."""

    def __call__(self, done: int, total: int | None = None) -> None:
        """Show the new state."""


@contextmanager
def progress(what: str, total: int | None = None) -> Iterator[Advance]:
    """A bar on a terminal, a plain line every tenth of the way otherwise."""
    if not console.is_terminal:
        yield _plain_lines(what, total)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(what, total=total)

        def advance(done: int, total: int | None = None) -> None:
            bar.update(task, completed=done, total=total)

        yield advance


def _plain_lines(what: str, total: int | None) -> Advance:
    shown = -1
    known = total

    def advance(done: int, total: int | None = None) -> None:
        nonlocal shown, known
        known = total if total is not None else known
        if not known:
            return
        step = done * 100 // known // PLAIN_LINE_EVERY
        if step > shown:
            shown = step
            console.print(f"{what}: {done} of {known}")

    return advance


def table(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[object]], right: Sequence[int] = ()
) -> None:
    """Print rows under a title; `right` are the positions of columns of numbers."""
    sheet = Table(title=title, title_justify="left", box=None, header_style="bold", pad_edge=False)
    for position, name in enumerate(columns):
        sheet.add_column(name, justify="right" if position in right else "left", overflow="fold")
    for row in rows:
        # what came from outside is text: no markup, no control characters
        sheet.add_row(*(Text("" if cell is None else clean(str(cell))) for cell in row))
    console.print(sheet)


def listed(
    title: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
    *,
    right: Sequence[str] = (),
    short: Sequence[str],
) -> None:
    """As `table`, on a narrow screen with the columns `short` only."""
    kept = [place for place, name in enumerate(columns) if console.width >= NARROW or name in short]
    names = [columns[place] for place in kept]
    places = [place for place, name in enumerate(names) if name in right]
    table(title, names, [[row[place] for place in kept] for row in rows], places)


def money(minor: int, currency: str) -> str:
    """123456 EUR -> '1,234.56 EUR'."""
    return f"{to_major(minor, currency):,.{exponent(currency)}f} {currency}"


def moment(at: datetime | None) -> str:
    """UTC, to the second."""
    return at.strftime("%Y-%m-%d %H:%M:%S") if at else ""

"""`fakturo ingest PATH…`: take orders in from files, folders and stdin."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fakturo.intake.outcome import FileOutcome, Progress


def ingest(
    paths: Annotated[list[Path], typer.Argument(help="Files and folders; - reads from stdin.")],
    mapping: Annotated[
        str | None, typer.Option(help="Ready column mapping (generic, online_retail, …) or FILE.yaml.")
    ] = None,
    source: Annotated[str | None, typer.Option(help="Whose order numbers these are.")] = None,
    format: Annotated[  # noqa: A002  the option is called --format
        str | None,
        typer.Option(help="csv, json, jsonl, xlsx, parquet, ubl (any XML), pdf, eml, txt or sqlite."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Report, write nothing.")] = False,
) -> None:
    """Take orders in: in = accepted + duplicate + quarantined, for every file."""
    from fakturo.cli.terminal.screen import console
    from fakturo.clock import utc_now
    from fakturo.errors import BadInput
    from fakturo.intake import ingest as intake
    from fakturo.intake.outcome import total
    from fakturo.intake.recognise import FORMATS
    from fakturo.intake.rows.mapping import load
    from fakturo.ledger.open import open_ledger
    from fakturo.settings import current

    known_format = next((each for each in FORMATS if each == format), None)
    if known_format != format:
        raise BadInput(f"--format {format} is not known; it can be {', '.join(FORMATS)}.")
    if mapping is not None:
        load(mapping)  # a slip in its name is told once, not with every file
    settings = current()
    engine = open_ledger(settings)
    outcomes: list[FileOutcome] = []

    def one(path: Path, on_progress: "Progress") -> "FileOutcome":
        if str(path) == "-":
            return intake.ingest_bytes(
                engine,
                settings,
                typer.get_binary_stream("stdin"),
                mapping=mapping,
                source=source,
                format=known_format,
                dry_run=dry_run,
                now=utc_now(),
                on_progress=on_progress,
            )
        return intake.ingest_file(
            engine,
            settings,
            path,
            mapping=mapping,
            source=source,
            format=known_format,
            dry_run=dry_run,
            now=utc_now(),
            on_progress=on_progress,
        )

    for path in _files(paths):
        with progress_of(path.name) as told:
            outcome = one(path, told)
        outcomes.append(outcome)
        console.print(
            outcome.in_words(), style="red" if outcome.refused else None, soft_wrap=True, markup=False
        )
    if not outcomes:
        raise BadInput(f"There is no file in {', '.join(map(str, paths))}.")
    if len(outcomes) > 1:
        console.print(total(outcomes).in_words(), style="bold", soft_wrap=True, markup=False)
    if dry_run:
        console.print("Nothing was written (--dry-run).")
    if any(each.refused for each in outcomes):
        raise typer.Exit(1)


def _files(paths: list[Path]) -> "Iterator[Path]":
    from fakturo.intake.ingest import walk

    for path in paths:
        yield from [path] if str(path) == "-" else walk([path])


class progress_of:  # noqa: N801  reads like the function it stands for
    """Progress of one file: a bar on a terminal; without one nothing, the outcome's line says it all."""

    def __init__(self, name: str) -> None:
        from fakturo.cli.terminal.screen import console

        self._name = name
        self._console = console

    def __enter__(self) -> "Progress":
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

        if not self._console.is_terminal:
            return lambda _stage, _done, _total: None
        columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
        self._progress = Progress(*columns, console=self._console, transient=True)
        self._progress.start()
        task = self._progress.add_task(self._name, total=None)
        return lambda stage, done, of: self._progress.update(
            task, description=f"{self._name}: {stage}", completed=done, total=of
        )

    def __exit__(self, *_error: object) -> None:
        if self._console.is_terminal:
            self._progress.stop()

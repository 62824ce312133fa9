"""`fakturo verify FILE…`: hold invoices, own or foreign, against the official rules and their own sums."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from fakturo.einvoice.verifying.verdict import Verdict

_SUFFIXES = frozenset({".pdf", ".xml"})
MANY = 20
"""Files from which on progress is shown: 20 take a second or two."""


def verify(
    paths: Annotated[list[Path], typer.Argument(help="PDF and XML invoices, or folders of them.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Hold invoices against EN 16931, their own sums and our records; exit code 1: one is refused."""
    from fakturo.cli.terminal.screen import console, progress
    from fakturo.cli.verify import screen
    from fakturo.cli.verify.recorded import judge_by_ledger
    from fakturo.einvoice.verifying.file import verify_file
    from fakturo.errors import BadInput
    from fakturo.settings import current

    files = _files(paths)
    if not files:
        raise BadInput(f"There is no PDF or XML in {', '.join(map(str, paths))}.")
    judge, unasked = judge_by_ledger(current())
    verdicts: list[Verdict] = []
    if as_json:
        for file in files:
            verdicts.append(judge(verify_file(file)))
            sys.stdout.write(screen.as_json(verdicts[-1]) + "\n")
    else:
        with progress("Verifying", len(files) if len(files) >= MANY else None) as advance:
            for done, file in enumerate(files, start=1):
                verdicts.append(judge(verify_file(file)))
                advance(done)
        for verdict in verdicts:
            screen.show(verdict)
        if len(verdicts) > 1:
            console.print(screen.total_in_words(verdicts), style="bold")
        if unasked:
            console.print(unasked, soft_wrap=True, markup=False, style="dim")
    if not all(each.is_accepted for each in verdicts):
        raise typer.Exit(1)


def _files(paths: list[Path]) -> list[Path]:
    """Files that are named, whatever they are, and the PDF and XML of folders."""
    from fakturo.intake.ingest import walk

    return [
        file
        for path in paths
        for file in walk([path])
        if not path.is_dir() or file.suffix.lower() in _SUFFIXES
    ]

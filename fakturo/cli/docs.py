"""`fakturo docs`: the data dictionary as pages that need no network."""

from pathlib import Path
from typing import Annotated

import typer

from fakturo.errors import BadInput


def docs(
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Folder; data/reports/dictionary by default."),
    ] = None,
    show: Annotated[bool, typer.Option("--open", help="Open the first page in the browser.")] = False,
) -> None:
    """Write the data dictionary: every table and column, its checks, questions, metrics and lineage."""
    from fakturo.cli.terminal.screen import console
    from fakturo.clock import utc_now
    from fakturo.settings import current
    from flows.write_docs import docs_folder, write_docs

    settings = current()
    folder = out or docs_folder(settings)
    try:
        pages = write_docs(settings, folder.resolve(), now=utc_now(), with_dbt=True)
    except OSError as error:
        raise BadInput(f"{error.filename or folder} cannot be written: {error.strerror}.") from None
    console.print(f"Wrote {len(pages)} pages; start with {pages[0]}", soft_wrap=True)
    if show:
        typer.launch(pages[0].as_uri())

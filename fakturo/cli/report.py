"""`fakturo report …`: one report, or all of them, from the published warehouse."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

FORMATS = ("html", "pdf")


def report(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            help="receivables, revenue, customers, anomalies, ai, quality, models; all unless named."
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Folder; data/reports/on-demand.")] = None,
    file_format: Annotated[str, typer.Option("--format", help="html, pdf or both")] = "both",
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The last publish of that day or before.")
    ] = None,
    show: Annotated[bool, typer.Option("--open", help="Open the first page in the browser.")] = False,
) -> None:
    """Write reports as pages that open offline, and as tagged PDF."""
    from fakturo import pages
    from fakturo.cli.terminal.screen import console, progress
    from fakturo.errors import BadInput
    from fakturo.settings import current
    from fakturo.warehouse.reading import open_published
    from reports.periodic.writing import NAMES, gather, write

    if file_format not in {*FORMATS, "both"}:
        raise BadInput(f"There is no format {file_format!r}; there are html, pdf and both.")
    settings = current()
    folder = (out or pages.folder(settings) / "on-demand").resolve()
    wanted = names or list(NAMES)
    written: list[Path] = []
    day = as_of.date() if as_of else None
    with open_published(settings, as_of=day) as connection, progress("Writing", len(wanted)) as advance:
        for done, name in enumerate(wanted, start=1):
            formats = FORMATS if file_format == "both" else (file_format,)
            try:
                written += write(gather(connection, name), folder, settings.seller.name, formats)
            except OSError as error:
                raise BadInput(f"{error.filename or folder} cannot be written: {error.strerror}.") from None
            advance(done)
    for file in written:
        console.print(str(file), soft_wrap=True, markup=False)
    if show:
        typer.launch(written[0].as_uri())

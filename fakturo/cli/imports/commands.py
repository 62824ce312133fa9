"""`fakturo import invoices|customers|payments`: bring in what another system and the bank know."""

from pathlib import Path
from typing import Annotated

import typer

from fakturo.cli.imports.payments import payments

app = typer.Typer(
    help="Bring in the past: invoices and customers of another system, payments.", no_args_is_help=True
)
app.command("payments")(payments)


@app.command()
def invoices(
    files: Annotated[list[Path], typer.Argument(help="CSV, XLSX, Parquet, JSON rows or SQLite.")],
    mapping: Annotated[
        str,
        typer.Option(
            help="generic, generic_amounts, online_retail, ibm_receivables, northwind, … or FILE.yaml."
        ),
    ] = "generic",
    source: Annotated[
        str | None, typer.Option(help="Name of the system they come from; the mapping's unless given.")
    ] = None,
    prefix: Annotated[str, typer.Option(help="Put before each number, where two systems share them.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Report, write nothing.")] = False,
) -> None:
    """Take issued invoices in under their own numbers: no document, no tax claim, no e-mail."""
    from fakturo.cli.imports.ingest import progress_of
    from fakturo.cli.terminal.screen import console
    from fakturo.clock import utc_now
    from fakturo.intake.history.import_invoices import import_invoices
    from fakturo.intake.history.mapping import load
    from fakturo.ledger.open import open_ledger
    from fakturo.settings import current

    used = load(mapping, prefix=prefix)  # a slip in its name is told once, not with every file
    settings = current()
    engine = open_ledger(settings)
    refused = False
    for path in files:
        with progress_of(path.name) as told:
            outcome = import_invoices(
                engine,
                settings,
                path,
                mapping=used,
                source=source,
                dry_run=dry_run,
                now=utc_now(),
                on_progress=told,
            )
        refused = refused or outcome.refused is not None
        style = "red" if outcome.refused else None
        console.print(outcome.in_words("invoices"), style=style, soft_wrap=True, markup=False)
    if dry_run:
        console.print("Nothing was written (--dry-run).")
    if refused:
        raise typer.Exit(1)


@app.command()
def customers(
    files: Annotated[list[Path], typer.Argument(help="CSV, XLSX, Parquet or SQLite.")],
    mapping: Annotated[str, typer.Option(help="generic, northwind or FILE.yaml.")] = "generic",
    source: Annotated[
        str | None, typer.Option(help="Name of the system they come from; the mapping's unless given.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Report, write nothing.")] = False,
) -> None:
    """Take customers in: names, addresses, terms and tax; what a file leaves open stays as it is."""
    from fakturo.cli.imports.ingest import progress_of
    from fakturo.cli.terminal.screen import console
    from fakturo.clock import utc_now
    from fakturo.intake.history.import_customers import import_customers
    from fakturo.intake.history.mapping import load_for_customers
    from fakturo.ledger.open import open_ledger
    from fakturo.settings import current

    used = load_for_customers(mapping)  # a slip in its name is told once, not with every file
    settings = current()
    engine = open_ledger(settings)
    refused = False
    for path in files:
        with progress_of(path.name) as told:
            outcome = import_customers(
                engine,
                settings,
                path,
                mapping=used,
                source=source,
                dry_run=dry_run,
                now=utc_now(),
                on_progress=told,
            )
        refused = refused or outcome.refused is not None
        style = "red" if outcome.refused else None
        console.print(outcome.in_words(), style=style, soft_wrap=True, markup=False, highlight=False)
    if dry_run:
        console.print("Nothing was written (--dry-run).")
    if refused:
        raise typer.Exit(1)

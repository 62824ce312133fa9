"""`fakturo import payments FILE`: bring money in from banks and processors."""

from pathlib import Path
from typing import Annotated

import typer


def payments(
    files: Annotated[
        list[Path], typer.Argument(help="CSV, XLSX, Parquet, camt.053, camt.054, MT940 or JSON events.")
    ],
    mapping: Annotated[
        str | None,
        typer.Option(help="For tables: ready mapping (generic, sparkasse_camt, lloyds, …) or FILE.yaml."),
    ] = None,
    source: Annotated[
        str | None, typer.Option(help="Account whose payments these are, where the file does not say.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Report, write nothing.")] = False,
    match: Annotated[bool, typer.Option(help="Put what came in on invoices right away.")] = True,
) -> None:
    """Take payments in: in = accepted + duplicate + quarantined, for every file; then match them."""
    from fakturo.cli.terminal.screen import console
    from fakturo.clock import utc_now
    from fakturo.intake.bank.mapping import load
    from fakturo.intake.bank.take_payments import take_payments
    from fakturo.ledger.open import open_ledger
    from fakturo.settings import current

    if mapping is not None:
        load(mapping)  # a slip in its name is told once, not with every file
    settings = current()
    engine = open_ledger(settings)
    refused = False
    came_in = 0
    for path in files:
        outcome = take_payments(
            engine, settings, path, mapping=mapping, source=source, dry_run=dry_run, now=utc_now()
        )
        refused = refused or outcome.refused is not None
        came_in += outcome.rows_accepted
        style = "red" if outcome.refused else None
        console.print(outcome.in_words(), style=style, soft_wrap=True, markup=False, highlight=False)
    if match and came_in and not dry_run:
        from fakturo.cli.payments.matching import match_and_tell

        match_and_tell(engine, settings)
    if dry_run:
        console.print("Nothing was written (--dry-run).")
    if refused:
        raise typer.Exit(1)

"""`fakturo audit verify`: walk the whole chain, offline."""

import typer

app = typer.Typer(help="The append-only log of every fact.", no_args_is_help=True)


@app.callback()
def audit() -> None:
    """The append-only log of every fact."""


@app.command()
def verify() -> None:
    """Check every entry's hash, and every invoice against the hash that was logged when it was issued."""
    from fakturo.cli.terminal.screen import console
    from fakturo.ledger import audit_check
    from fakturo.ledger.open import open_ledger, reading
    from fakturo.settings import current

    with reading(open_ledger(current())) as connection:
        entries, problems = audit_check.examine(connection)
    for problem in problems:
        console.print(problem, style="red")
    if problems:
        raise typer.Exit(1)
    console.print(f"{entries} entries, unbroken; every invoice is as it was issued.")

"""`fakturo quarantine …`: rows that were set aside, what is wrong with them, and taking them in again."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from fakturo.errors import BadInput

if TYPE_CHECKING:
    from fakturo.intake.quarantine.retried_file import Outcome
    from fakturo.ledger.quarantine.rows import Filter

app = typer.Typer(help="Rows that were set aside: look, correct, take in again.", no_args_is_help=True)

Kind = Literal["orders", "invoices", "customers", "payments"]
File = Annotated[str | None, typer.Option("--file", help="Id or name of the file they came in.")]
OfKind = Annotated[Kind | None, typer.Option("--kind", help="What the file brought.")]
Reason = Annotated[str | None, typer.Option("--reason", help="Words of a reason, such as quantity.")]
COLUMNS = ("row", "file", "line", "id", "reasons")
MOST_REASONS = 12


@app.command("list")
def list_rows(
    file: File = None,
    kind: OfKind = None,
    reason: Reason = None,
    limit: Annotated[int, typer.Option(min=0, help="Rows to show.")] = 20,
) -> None:
    """Count what waits by file and by reason, then show the rows."""
    from fakturo.cli.terminal.screen import console, listed, table
    from fakturo.ledger.open import open_ledger, reading
    from fakturo.ledger.quarantine import rows
    from fakturo.settings import current

    which = _which(file, kind, reason)
    with reading(open_ledger(current())) as connection:
        by_file = rows.count_by_file(connection, which)
        by_reason = rows.count_by_reason(connection, which)
        shown = list(rows.open_rows(connection, which, limit=limit))
    count = sum(each[3] for each in by_file)
    if not count:
        console.print("Nothing is quarantined." if which == rows.Filter() else "No such row is quarantined.")
        return
    table(f"Quarantined rows ({count})", ("file", "name", "of", "rows"), by_file, right=(0, 3))
    table("\nBy reason", ("reason", "rows"), by_reason[:MOST_REASONS], right=(1,))
    if len(by_reason) > MOST_REASONS:
        console.print(f"and {len(by_reason) - MOST_REASONS} more reasons")
    sheet = [(each.id, each.file, each.line, each.external_id, " ".join(each.reasons)) for each in shown]
    if sheet:
        short = ("row", "line", "id", "reasons")
        listed("\nRows", COLUMNS, sheet, right=("row", "line"), short=short)
    if count > len(shown) and shown:
        console.print(
            f"{len(shown)} of {count}; --limit N shows more, `fakturo quarantine export` writes all."
        )


@app.command()
def show(row: Annotated[int, typer.Argument(help="Its number in `fakturo quarantine list`")]) -> None:
    """One row: every reason, its cells as they came, and what became of it."""
    from fakturo.cli.terminal.screen import console, moment, table
    from fakturo.intake.quarantine.sheet import text_of
    from fakturo.ledger.open import open_ledger, reading
    from fakturo.ledger.quarantine import rows
    from fakturo.settings import current

    with reading(open_ledger(current())) as connection:
        (found,) = rows.rows_of(connection, [row])
        today = rows.standing_for(connection, [found]).get(row)
    place = f"Row {row}: line {found.line} of {found.file} (file {found.root_id}, {found.kind})"
    console.print(f"{place}, set aside {moment(found.created_at)} UTC", style="bold", markup=False)
    for reason in found.reasons:
        console.print(f"- {reason}", style="red", markup=False, soft_wrap=True)
    table("", ("column", "as it came"), [(name, text_of(cell)) for name, cell in found.raw.items()])
    if found.status == "resolved":
        console.print(
            f"Resolved {moment(found.resolved_at)} UTC by {found.resolved_by}: taken in as line {found.line} "
            f"of file {found.resolved_in}.",
            style="green", markup=False,
        )  # fmt: skip
    elif found.status == "replaced":
        console.print(
            f"It was read again; it is row {today.id} now." if today else "It was read again and is in."
        )
    else:
        console.print("\nCorrect it: fakturo quarantine export --out rows.xlsx, then … retry rows.xlsx")


@app.command()
def export(
    out: Annotated[Path, typer.Option("--out", help="rows.xlsx or rows.csv")],
    file: File = None,
    kind: OfKind = None,
    reason: Reason = None,
) -> None:
    """Write the rows as a sheet, with their original columns, to be corrected in a spreadsheet."""
    from fakturo.cli.terminal.screen import console
    from fakturo.intake import archive
    from fakturo.intake.quarantine import sheet
    from fakturo.ledger.open import open_ledger, reading
    from fakturo.ledger.quarantine import rows
    from fakturo.settings import current

    settings = current()
    with (
        reading(open_ledger(settings)) as connection,
        archive.workplace(settings, dry_run=False) as folder,
    ):
        count = sheet.write(rows.open_rows(connection, _which(file, kind, reason)), out, folder)
    console.print(f"{count} rows written to {out}.", markup=False, soft_wrap=True)
    console.print(
        f"Correct the cells, keep column {sheet.ROW}, then: fakturo quarantine retry {out}",
        markup=False, soft_wrap=True,
    )  # fmt: skip


@app.command()
def retry(
    sheet: Annotated[Path | None, typer.Argument(help="A corrected sheet.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All rows, as they are.")] = False,
    file: File = None,
    kind: OfKind = None,
    reason: Reason = None,
    mapping: Annotated[
        str | None, typer.Option(help="Read them by this mapping: a ready one, or FILE.yaml.")
    ] = None,
    prefix: Annotated[str, typer.Option(help="Of imported invoices, if the file came in with one.")] = "",
) -> None:
    """Take rows in again: a corrected sheet, or rows as they are after a mapping or setting was mended."""
    import getpass

    from fakturo.cli.terminal.screen import console
    from fakturo.clock import utc_now
    from fakturo.intake.quarantine.retry import Asked, retry_rows, retry_sheet
    from fakturo.ledger.open import open_ledger, reading
    from fakturo.ledger.quarantine import rows
    from fakturo.settings import current

    which = _which(file, kind, reason)
    if (sheet is not None) == (everything or which != rows.Filter()):
        raise BadInput("Give a corrected sheet, or say which rows: --all, --reason WORDS, --file or --kind.")
    settings = current()
    engine = open_ledger(settings)
    asked = Asked(getpass.getuser(), utc_now(), mapping, prefix)
    if sheet is not None:
        outcomes = retry_sheet(engine, settings, sheet, asked)
    else:
        with reading(engine) as connection:
            ids = [each.id for each in rows.open_rows(connection, which)]
        outcomes = retry_rows(engine, settings, {key: {} for key in ids}, asked)
    if not outcomes:
        console.print("Nothing is quarantined that could be retried.")
    for each in outcomes:
        console.print(each.in_words(), style="red" if each.refused else None, soft_wrap=True, markup=False)
    _tell_next(outcomes)


def _tell_next(outcomes: "list[Outcome]") -> None:
    from fakturo.cli.terminal.screen import console

    if any(each.failed or each.same for each in outcomes):
        console.print("What is still wrong: fakturo quarantine list")
    if any(each.refused for each in outcomes):
        raise typer.Exit(1)


def _which(file: str | None, kind: str | None, reason: str | None) -> "Filter":
    from fakturo.ledger.quarantine.rows import Filter

    return Filter(file, kind, reason)

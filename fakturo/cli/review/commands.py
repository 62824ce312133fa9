"""`fakturo review …`: what waits for a person, and what the person decides."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from fakturo.cli.review.desk import Listed

app = typer.Typer(help="Orders that wait for a person.", no_args_is_help=True)

COLUMNS = ("id", "order", "source", "customer", "amount", "waits", "findings", "why")
SHORT = ("id", "order", "amount", "waits", "findings")
Orders = Annotated[list[str] | None, typer.Argument(help="Order ids, or the orders' own numbers.")]
OneOrder = Annotated[str, typer.Argument(help="Order id, or the order's own number.")]
Note = Annotated[str | None, typer.Option(help="Why; kept in the audit log.")]
Overrule = Annotated[
    list[str] | None, typer.Option(help="A doubt to overrule, by its code; may be given several times.")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing.")]


@app.command("list")
def list_orders(
    code: Annotated[str | None, typer.Option(help="Only those with this finding.")] = None,
    source: Annotated[str | None, typer.Option()] = None,
    customer: Annotated[str | None, typer.Option()] = None,
    limit: Annotated[int, typer.Option(min=1)] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Orders in review, those that wait longest first."""
    from fakturo.cli.review.desk import ReviewDesk

    desk = ReviewDesk()
    found = desk.waiting(code=code, source=source, customer=customer, limit=limit)
    if as_json:
        for each in found:
            sys.stdout.write(each.as_json() + "\n")
        return
    from fakturo.cli.terminal.screen import console, listed

    if not found:
        console.print("Nothing waits for a person.")
        return
    cells = [each.cells() for each in found]
    listed(f"In review ({len(found)})", COLUMNS, cells, right=("id", "amount", "waits"), short=SHORT)
    console.print(f"\nOne of them, with what can be done: fakturo review show {found[0].order.id}")


@app.command()
def show(
    order: OneOrder,
    as_yaml: Annotated[
        bool, typer.Option("--yaml", help="Only the draft, as `edit --file` reads it.")
    ] = False,
) -> None:
    """One order: its source beside its draft, each doubt at its place, and what can be done."""
    from fakturo.cli.review import screen as review_screen
    from fakturo.cli.review.desk import ReviewDesk, commands
    from fakturo.cli.review.order_sheet import to_text
    from fakturo.cli.terminal.screen import console
    from fakturo.ledger.review.cases import UNDECIDED

    desk = ReviewDesk()
    case = desk.open(order)
    if as_yaml:
        sys.stdout.write(to_text(desk.sheet(case)))
        return
    draft = desk.draft(case)
    is_open = case.status in UNDECIDED
    outlook = desk.unproved(case, draft) if draft and is_open else None
    can = commands(case, outlook, model_reads=bool(desk.settings.ai.providers))
    review_screen.show(console, case, draft, outlook, can, desk.now)


@app.command()
def approve(
    orders: Orders = None,
    code: Annotated[str | None, typer.Option(help="With --all: all whose only doubt this is.")] = None,
    all_of_code: Annotated[bool, typer.Option("--all")] = False,
    note: Note = None,
    overrule: Overrule = None,
    yes: Yes = False,
) -> None:
    """Let drafts stand as proposed; code still proves every amount when they are issued."""
    from fakturo.cli.review.desk import ReviewDesk, each_of
    from fakturo.errors import BadInput

    desk = ReviewDesk(note=note, overrule=overrule or ())
    keys = list(orders or ())
    if all_of_code != (code is not None) or bool(keys) == all_of_code:
        raise BadInput("Name the orders, or give --code CODE and --all for all whose only doubt that is.")
    if code is not None:
        found = desk.waiting(code=code, source=None, customer=None, limit=None)
        keys = [str(each.order.id) for each in found if each.order.codes == (code,)]
        if len(found) > len(keys):
            typer.echo(f"{len(found) - len(keys)} more have other doubts too and stay.")
        if not keys:
            typer.echo(f"No order waits for {code} alone.")
            return
        _agree(f"Approve {len(keys)} orders, {_sums(found, keys)}, whose only doubt is {code}?", yes=yes)
    each_of(keys, lambda key: desk.approve(desk.open(key)))


@app.command()
def edit(
    order: OneOrder,
    changes: Annotated[
        list[str] | None, typer.Option("--set", help="place=value: lines.1.quantity=6, customer.id=C-7.")
    ] = None,
    file: Annotated[
        Path | None, typer.Option(help="YAML or JSON of the whole order; - reads it from here.")
    ] = None,
    note: Note = None,
    overrule: Overrule = None,
    yes: Yes = False,
) -> None:
    """Correct an order, or write one that nobody could read; in $VISUAL or $EDITOR, or by --set or --file."""
    from fakturo.cli.review.correcting import by_hand, saved
    from fakturo.cli.review.desk import ReviewDesk, told
    from fakturo.cli.review.order_sheet import changed, from_text, read_order
    from fakturo.errors import BadInput

    desk = ReviewDesk(note=note, overrule=overrule or ())
    case = desk.open(order)
    if file is not None and changes:
        raise BadInput("Give --set or --file, not both.")
    if file is not None:
        corrected = read_order(from_text(_read(file)))
    elif changes:
        corrected = read_order(changed(desk.sheet(case), changes))
    elif sys.stdin.isatty():
        written = by_hand(desk, case)
        if written is None:
            typer.echo(f"Nothing changed; order {case.external_id} stays as it is.", err=True)
            raise typer.Exit(1)
        corrected = written
    else:
        raise BadInput("There is no terminal for an editor; give --set place=value or --file FILE.")
    ask = sys.stdin.isatty() and file is None and not yes
    typer.echo(told(order, saved(desk, case, corrected, ask=ask)))


@app.command()
def reject(
    orders: Annotated[list[str], typer.Argument(help="Order ids, or the orders' own numbers.")],
    reason: Annotated[str, typer.Option(help="Kept with the order and in the audit log.")],
) -> None:
    """Decide that orders are never invoiced; `fakturo review reopen` takes it back."""
    from fakturo.cli.review.desk import ReviewDesk, each_of

    desk = ReviewDesk()
    each_of(orders, lambda key: desk.reject(desk.open(key), reason))


@app.command()
def reopen(orders: Annotated[list[str], typer.Argument(help="Rejected orders.")], note: Note = None) -> None:
    """Take rejections back: the orders wait for a person again."""
    from fakturo.cli.review.desk import ReviewDesk, each_of

    desk = ReviewDesk(note=note)
    each_of(orders, lambda key: desk.reopen(desk.open(key)))


def _read(file: Path) -> str:
    from fakturo.errors import BadInput

    if str(file) == "-":
        return sys.stdin.read()
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{file} cannot be read: {error}.") from None


def _agree(question: str, *, yes: bool) -> None:
    """Ask, or without a terminal refuse."""
    from fakturo.errors import NotAllowed

    if yes:
        return
    if not sys.stdin.isatty():
        raise NotAllowed(f"{question} There is nobody to answer; add --yes. Nothing was approved.")
    typer.confirm(question, abort=True)


def _sums(found: "list[Listed]", keys: list[str]) -> str:
    """What some orders come to, a sum for each currency."""
    from fakturo.cli.terminal.screen import money

    sums: dict[str, int] = {}
    for each in found:
        if each.total_minor is not None and each.currency and str(each.order.id) in keys:
            sums[each.currency] = sums.get(each.currency, 0) + each.total_minor
    return " + ".join(money(total, currency) for currency, total in sorted(sums.items())) or "no total"

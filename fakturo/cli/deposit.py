"""`fakturo deposit ORDER`: ask for a part of an order's total before it is supplied, by a deposit invoice."""

from decimal import Decimal, InvalidOperation
from typing import Annotated

import typer


def deposit(
    order: Annotated[str, typer.Argument(help="Order id or its own number.")],
    percent: Annotated[str | None, typer.Option(help="Of the order's total with tax, e.g. 30.")] = None,
    amount: Annotated[
        str | None, typer.Option(help="With tax, in the order's currency, e.g. 500.00.")
    ] = None,
    note: Annotated[
        str | None, typer.Option(help="Printed on the deposit invoice; another note is another deposit.")
    ] = None,
) -> None:
    """Issue a deposit invoice for an order that is not issued yet; its final invoice deducts it."""
    import getpass

    from fakturo import worker
    from fakturo.cli.terminal.screen import console
    from fakturo.clock import utc_now
    from fakturo.ledger.issuing.asking_deposit import Wish, ask_deposit
    from fakturo.ledger.issuing.chunk import issue_chunk
    from fakturo.ledger.open import open_ledger, reading
    from fakturo.ledger.orders.queue import claim
    from fakturo.ledger.orders.stories import find_invoice
    from fakturo.settings import current

    settings = current()
    engine, me = open_ledger(settings), worker.name()
    wish = Wish(_number("--percent", percent), _number("--amount", amount), note)
    asked = ask_deposit(engine, order, wish, seller=settings.seller, actor=getpass.getuser(), now=utc_now())
    if asked.number:
        said = (
            f"{asked.number} was issued for this before; nothing was done. Another --note asks for another."
        )
        console.print(said, markup=False)
        return
    mine = claim(
        engine, lane="rules", worker=me, limit=1, now=utc_now(), lease_s=settings.ledger.lease_s,
        order_ids=[asked.order_id],
    )  # fmt: skip
    done = issue_chunk(engine, mine, seller=settings.seller, now=utc_now(), worker=me)
    if done.numbers:
        with reading(engine) as connection:
            made = find_invoice(connection, done.numbers[0])
        console.print(_said(made.number, made.total_minor, made.currency, order, wish.amount), markup=False)
    elif done.review:
        console.print(f"Waits for a person: fakturo review show {asked.order_id}", markup=False)
    else:
        console.print(f"In other hands: fakturo orders show {asked.order_id}", markup=False)


def _said(number: str, total_minor: int, currency: str, order: str, wished: Decimal | None) -> str:
    from fakturo.money import to_major

    total = to_major(total_minor, currency)
    said = (
        f"{number} asks for a deposit of {total} {currency} on order {order}. Its document: fakturo render."
    )
    if wished is not None and wished != total:
        said += (
            f" The tax of {wished} would not add up to the cent with the final invoice's; this is nearest."
        )
    return said


def _number(option: str, told: str | None) -> Decimal | None:
    """A number as typed.

    Raises:
        BadInput: it is none.
    """
    from fakturo.errors import BadInput

    try:
        return None if told is None else Decimal(told)
    except InvalidOperation:
        raise BadInput(f"{option} {told} is not a number; write it like 30 or 500.00.") from None

"""`fakturo credit NUMBER`: take back an issued invoice, whole or in part, by a credit note."""

from decimal import Decimal, InvalidOperation
from typing import Annotated

import typer


def credit(
    number: Annotated[str, typer.Argument(help="Of the invoice, e.g. INV-2026-000042.")],
    reason: Annotated[str, typer.Option("--reason", "-r", help="Printed on the credit note.")],
    line: Annotated[
        list[str] | None,
        typer.Option("--line", "-l", help="NO=QUANTITY to take back; all that is left unless given."),
    ] = None,
) -> None:
    """Issue the credit note of an invoice; an issued invoice itself never changes."""
    import getpass

    from fakturo import worker
    from fakturo.cli.terminal.screen import console
    from fakturo.clock import utc_now
    from fakturo.ledger.issuing.asking import ask_credit
    from fakturo.ledger.issuing.chunk import issue_chunk
    from fakturo.ledger.open import open_ledger
    from fakturo.ledger.orders.queue import claim
    from fakturo.settings import current

    settings = current()
    engine = open_ledger(settings)
    order_id = ask_credit(
        engine,
        number,
        lines=_lines(line or []) or None,
        reason=reason,
        actor=getpass.getuser(),
        now=utc_now(),
    )
    me = worker.name()
    mine = claim(
        engine, lane="rules", worker=me, limit=1, now=utc_now(), lease_s=settings.ledger.lease_s,
        order_ids=[order_id],
    )  # fmt: skip
    done = issue_chunk(engine, mine, seller=settings.seller, now=utc_now(), worker=me)
    if done.numbers:
        console.print(f"{done.numbers[0]} credits {number}. Its document: fakturo render.", markup=False)
    elif done.review:
        console.print(f"Waits for a person: fakturo review show {order_id}", markup=False)
    else:
        console.print(f"Asked before, or in other hands: fakturo orders show {order_id}", markup=False)


def _lines(told: list[str]) -> dict[int, Decimal]:
    """`--line 3=2.5` -> {3: Decimal('2.5')}.

    Raises:
        BadInput: not NO=QUANTITY.
    """
    from fakturo.errors import BadInput

    found = {}
    for each in told:
        no, _, quantity = each.partition("=")
        try:
            found[int(no)] = Decimal(quantity)
        except (ValueError, InvalidOperation):
            raise BadInput(f"--line {each} is not NO=QUANTITY, as in --line 3=2.") from None
    return found

"""A person's correction on its way into the ledger: what the editor shows, the totals before it is saved."""

import typer

from fakturo.cli.review.desk import ReviewDesk
from fakturo.cli.review.editing import ask_again, edited
from fakturo.cli.review.order_sheet import to_text
from fakturo.cli.terminal.plain import clean
from fakturo.cli.terminal.screen import money
from fakturo.errors import NotAllowed
from fakturo.ledger.issuing import overruling
from fakturo.ledger.issuing.outlook import Outlook
from fakturo.ledger.review.cases import Case
from fakturo.ledger.review.decisions import Decision
from fakturo.order import Order


def by_hand(desk: ReviewDesk, case: Case) -> Order | None:
    """Let the person correct the order in an editor; None when nothing was changed."""
    remarks = [f"Order {case.external_id}: correct it, save and leave. Unchanged means nothing is decided."]
    remarks += [f"! {clean(each.message)}" for each in case.findings]
    if case.raw:
        remarks += ["", "As it came:", *(f"    {line}" for line in clean(case.raw).split("\n")), ""]

    def check(order: Order) -> None:
        if order.external_id != case.external_id:
            raise NotAllowed(f"external_id is {order.external_id}; it must stay {case.external_id}.")
        outlook = desk.unproved(case, order)
        for each in outlook.findings:
            if each.code != "conflict" and not overruling.may_overrule(each, outlook.invoice):
                raise NotAllowed(each.message)

    return edited(to_text(desk.sheet(case), remarks), again=ask_again, check=check)


def saved(desk: ReviewDesk, case: Case, order: Order, *, ask: bool) -> Decision:
    """Show what the order comes to, ask where a person is there to answer, and save it.

    Raises:
        NotAllowed: code cannot prove it, or a doubt is left that nobody overrules.
    """
    outlook = desk.unproved(case, order)
    typer.echo(_totals(order, outlook))
    left = [each for each in outlook.findings if each.code not in desk.overruled]
    may = [each for each in left if each.code == "conflict" or overruling.may_overrule(each, outlook.invoice)]
    if ask and len(may) == len(left):
        for each in may:
            typer.echo(f"! {clean(each.message)}")
        typer.confirm("Save it all the same?" if may else "Save?", default=not may, abort=True)
        return desk.edit(case, order, also_overrule=[each.code for each in may])
    return desk.edit(case, order)


def _totals(order: Order, outlook: Outlook) -> str:
    count = f"{len(order.lines)} line{'' if len(order.lines) == 1 else 's'}"
    invoice = outlook.invoice
    if invoice is None:
        return f"{count} for {clean(order.customer.id)}; no total."
    net, tax, total = (
        money(each, order.currency) for each in (invoice.net_minor, invoice.tax_minor, invoice.total_minor)
    )
    return f"{count} for {clean(order.customer.id)}: net {net}, tax {tax}, total {total}."

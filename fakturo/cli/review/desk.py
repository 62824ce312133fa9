"""What all `fakturo review` commands share: the ledger, the moment, the person, and how orders are found."""

import getpass
import json
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, NamedTuple

import typer
from pydantic import ValidationError

from fakturo.ai.proof.proposal import read_proposal
from fakturo.cli.review.order_sheet import empty_sheet, sheet_of
from fakturo.cli.terminal.plain import waited
from fakturo.cli.terminal.screen import money
from fakturo.clock import utc_now
from fakturo.errors import FakturoError, InvalidOutput
from fakturo.ledger.issuing import overruling
from fakturo.ledger.issuing.outlook import Outlook, Unread, look_ahead
from fakturo.ledger.open import open_ledger, reading
from fakturo.ledger.orders.stories import find_order
from fakturo.ledger.review import reviewing
from fakturo.ledger.review.cases import UNDECIDED, Case, Waiting, open_case, waiting
from fakturo.ledger.review.decisions import Decision, Desk
from fakturo.order import Order
from fakturo.settings import current

_DONE = {
    "approved": "is approved and queued to be issued",
    "edited": "is corrected and queued to be issued",
    "rejected": "is rejected; `fakturo review reopen {id}` takes it back",
    "reopened": "waits for a person again",
    "released": "goes to the model",
}


class Listed(NamedTuple):
    """An order in review with what it would come to."""

    order: Waiting
    total_minor: int | None
    currency: str | None
    waits: str

    def cells(self) -> Sequence[object]:
        """As a row of the table: id, order, source, customer, amount, waits, findings, why."""
        each = self.order
        amount = "" if self.total_minor is None else money(self.total_minor, self.currency or "")
        codes = ", ".join(each.codes)
        return (
            each.id,
            each.external_id,
            each.source,
            each.customer_id,
            amount,
            self.waits,
            codes,
            each.reason,
        )

    def as_json(self) -> str:
        """One object; the total is in minor units, with tax."""
        each = self.order
        told = {
            "id": each.id,
            "order": each.external_id,
            "source": each.source,
            "customer": each.customer_id,
            "total_minor": self.total_minor,
            "currency": self.currency,
            "since": each.since.isoformat(),
            "findings": each.codes,
            "why": each.reason,
        }
        return json.dumps(told, ensure_ascii=False)


class ReviewDesk:
    """One command's look at the ledger; `now` is the moment at which it began."""

    def __init__(self, *, note: str | None = None, overrule: Collection[str] = ()) -> None:
        self.settings = current()
        self.engine = open_ledger(self.settings)
        self.now = utc_now()
        self._desk = Desk(
            self.engine, self.settings.seller, getpass.getuser(), self.now, note, tuple(overrule)
        )

    def open(self, key: str) -> Case:
        """The order of an id or number.

        Raises:
            NotFound: none, or several sources use that number.
        """
        with reading(self.engine) as connection:
            return open_case(connection, find_order(connection, key))

    def waiting(
        self, *, code: str | None, source: str | None, customer: str | None, limit: int | None
    ) -> list[Listed]:
        """Orders in review, with the total that code computes where there is a draft."""
        with reading(self.engine) as connection:
            found = waiting(connection, code=code, source=source, customer=customer, limit=limit)
        drafted = [Unread(each.id, each.content, each.since) for each in found if each.content]
        outlooks = look_ahead(self.engine, drafted, seller=self.settings.seller, now=self.now)
        invoices = {each.id: look.invoice for each, look in zip(drafted, outlooks, strict=True)}
        listed = []
        for each in found:
            invoice = invoices.get(each.id)
            total, currency = (invoice.total_minor, invoice.currency) if invoice else (None, None)
            listed.append(Listed(each, total, currency, waited(self.now - each.since)))
        return listed

    def draft(self, case: Case) -> Order | None:
        """The draft as it reads back; None where there is none or it does not."""
        try:
            return Order.model_validate_json(case.content or "")
        except ValidationError:
            return None

    def sheet(self, case: Case) -> dict[str, Any]:
        """What an edit starts from: the draft, else the model's unproved words, else what is known."""
        order = self.draft(case)
        if order is not None:
            return sheet_of(order)
        if case.content:
            return dict(json.loads(case.content))
        sheet = empty_sheet(
            external_id=case.external_id,
            customer_id=case.customer_id,
            currency=case.currency,
            ordered_on=case.ordered_on or case.received_at.date(),
            po_number=case.po_number,
        )
        return sheet | _words_of_model(case)

    def unproved(self, case: Case, order: Order) -> Outlook:
        """What would become of an order now, and what speaks against it."""
        return reviewing.unproved(self._desk, case, order)

    def approve(self, case: Case) -> Decision:
        """See `reviewing.approve`."""
        return reviewing.approve(self._desk, case, model_reads=bool(self.settings.ai.providers))

    def edit(self, case: Case, order: Order, *, also_overrule: Collection[str] = ()) -> Decision:
        """See `reviewing.edit`."""
        desk = self._desk._replace(overrule=(*self._desk.overrule, *also_overrule))
        return reviewing.edit(desk, case, order)

    def reject(self, case: Case, reason: str) -> Decision:
        """See `reviewing.reject`."""
        return reviewing.reject(self._desk, case, reason=reason)

    def reopen(self, case: Case) -> Decision:
        """See `reviewing.reopen`."""
        return reviewing.reopen(self._desk, case)

    @property
    def overruled(self) -> Collection[str]:
        """Codes that the person named with --overrule."""
        return self._desk.overrule


def each_of(keys: Iterable[str], decide: Callable[[str], Decision]) -> None:
    """Decide about orders one by one, say of each what became of it; exit code 1 if one was refused."""
    failed = False
    for key in keys:
        try:
            typer.echo(told(key, decide(key)))
        except FakturoError as error:
            failed = True
            typer.echo(str(error), err=True)
    if failed:
        raise typer.Exit(1)


def told(key: str, decision: Decision) -> str:
    """One sentence about a decision."""
    before = "" if decision.is_new else " (it was before, nothing changed)"
    done = _DONE[decision.action].replace("{id}", str(decision.order_id))
    overruled = (
        f"; overruled: {', '.join(decision.overruled)}" if decision.overruled and decision.is_new else ""
    )
    stands = (
        f" Deposit invoice {', '.join(decision.deposits)} still stands: take it back with "
        f"`fakturo credit {decision.deposits[0]}`."
        if decision.deposits
        else ""
    )
    return f"Order {key} {done}{before}{overruled}.{stands}"


def commands(case: Case, outlook: Outlook | None, *, model_reads: bool) -> list[str]:
    """What can be done about an order, as it is typed; why approving would not help, as a remark."""
    if case.status == "rejected":
        return [f"fakturo review reopen {case.id}"]
    if case.status not in UNDECIDED:
        return [f"fakturo status {case.id}"]
    by_hand = [f"fakturo review edit {case.id}", f'fakturo review reject {case.id} --reason "…"']
    if outlook is not None:
        by_hand.insert(1, f"fakturo review edit {case.id} --set lines.1.quantity=6 --set customer.id=C-7")
    retry = [f"fakturo orders retry {case.id}"] if case.status == "dead_letter" else []
    return [*_approval(case, outlook, model_reads=model_reads), *by_hand, *retry]


def _approval(case: Case, outlook: Outlook | None, *, model_reads: bool) -> list[str]:
    approve = f"fakturo review approve {case.id}"
    codes = {each.code for each in case.findings}
    if outlook is None:
        is_unread = case.content is None and case.raw and case.status == "needs_review"
        may_be_read = is_unread and reviewing.MAY_BE_READ.issuperset(codes)
        if may_be_read and not model_reads:
            return [f"{approve}    # once FAKTURO_AI_BASE_URL names a model; it then reads the text"]
        return [f"{approve}    # the model reads the text"] if may_be_read else []
    at_issue = [each for each in outlook.findings if each.code != "conflict"]
    stuck = [each for each in at_issue if not overruling.may_overrule(each, outlook.invoice)]
    if stuck:
        return [f"# Approving does not help. {overruling.way_out(stuck[0], case.id)}"]
    new = [each.code for each in outlook.findings if each.code == "conflict" or each.code not in codes]
    command = approve + "".join(f" --overrule {code}" for code in dict.fromkeys(new) if code != "conflict")
    if "conflict" not in new:
        return [command]
    other = next((each.id for each in case.twins if each.status in UNDECIDED), None)
    if other is not None:
        first = f'fakturo review reject {other} --reason "…"    # the other order of this number, then'
        return [first, command]
    return [f"{command} --overrule conflict    # only if both orders of this number are meant"]


def _words_of_model(case: Case) -> dict[str, Any]:
    """What the model read of a letter that came to no draft; a person proves it."""
    if case.answer is None:
        return {}
    try:
        proposal = read_proposal(case.answer)
    except InvalidOutput:
        return {}
    lines = [line.model_dump() for line in proposal.lines]
    head = {"currency": proposal.currency, "po_number": proposal.po_number, "lines": lines}
    known = {name: value for name, value in head.items() if value}
    return known | ({"customer": {"id": proposal.customer_id}} if proposal.customer_id else {})

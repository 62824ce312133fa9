"""What a person decides about payments: checked against the balances and written in one transaction, audited.

Once a person has decided about a payment that came in, the rules leave it where it is. Rows of a decision
have rule 'person'; what is taken back is a row of the same kind and day with the opposite amount.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, func, insert, select

from fakturo.errors import BadInput, NotAllowed
from fakturo.ledger import audit_chain
from fakturo.ledger.open import writing
from fakturo.ledger.orders.stories import find_invoice
from fakturo.ledger.payment_tables import allocations, payments
from fakturo.ledger.payments.allocating import touched
from fakturo.ledger.payments.balances import keep_statuses, lock, rests, standings
from fakturo.ledger.payments.cases import amount_in_words, find_payment
from fakturo.ledger.payments.learned_payers import forget_payer, learn_payer
from fakturo.ledger.tables import invoices
from fakturo.receivables.facts import PERSON, Allocation

ON_NOTHING = "The person gave no reason."


class Decider(NamedTuple):
    """Who decides, when, and why."""

    engine: Engine
    actor: str
    """The person's login."""
    now: datetime
    reason: str | None = None


def allocate_by_person(decider: Decider, payment: str, number: str, amount: int | None = None) -> int:
    """Put a payment on an invoice; money that went out reopens it.

    Args:
        payment: id or reference.
        number: of the invoice.
        amount: minor units, > 0; None: as much as both have.

    Returns:
        Minor units that now stand on the invoice by this decision; < 0 where it was reopened.

    Raises:
        NotFound: no such payment or invoice.
        NotAllowed: other currencies, a credit note, or more than there is.
    """
    with writing(decider.engine) as connection:
        paid, invoice = find_payment(connection, payment), find_invoice(connection, number)
        lock(connection, [invoice.customer_id], [paid.id])
        if invoice.kind == "credit_note":
            raise NotAllowed(f"{number} is a credit note; payments settle invoices. Name the invoice.")
        if paid.currency != invoice.currency:
            raise NotAllowed(
                f"Payment {paid.id} is in {paid.currency}, {number} in {invoice.currency}; different "
                "currencies are never put together."
            )
        rest = rests(connection, [paid.id])[paid.id]
        here = standings(connection, [invoice.id])[invoice.id]
        room = here.open_minor if rest > 0 else here.total_minor - here.open_minor
        put = checked(amount, (rest, f"payment {paid.id}"), (room, number), paid.currency)
        put = put if rest > 0 else -put
        on = max(paid.value_date, invoice.issue_date, not_before(connection, invoice.id, rest) or date.min)
        row = Allocation(
            paid.id, None, invoice.id, "payment", paid.currency, put, on, PERSON, why_of(decider)
        )
        rows = [row] if rest > 0 else [row, *_confirmed(connection, invoice.id, why_of(decider))]
        write(connection, decider, "payment.allocated", f"payment:{paid.id}", rows, number=number)
        learn_payer(connection, paid, invoice.customer_id, decider.now)
    return put


def unallocate(decider: Decider, payment: str, number: str | None = None) -> int:
    """Take a payment off its invoices, or off one of them, together with discount and fee.

    Returns:
        Minor units of the payment that are free again.

    Raises:
        NotAllowed: it stands on nothing of the kind, or its rows were made of what the bank said of money
            that went out.
    """
    with writing(decider.engine) as connection:
        paid = find_payment(connection, payment)
        invoice = find_invoice(connection, number) if number else None
        clients = _clients(connection, paid.id)
        lock(connection, clients, [paid.id])
        if clients != _clients(connection, paid.id):
            raise NotAllowed(f"Payment {paid.id} was moved this very moment; look at it again.")
        rows = standing_rows(connection, allocations.c.payment_id == paid.id)
        rows = [each for each in rows if invoice is None or each.invoice_id == invoice.id]
        if paid.amount_minor < 0:
            rows = [each for each in rows if each.rule == PERSON]
        else:
            rows = [each for each in rows if each.kind != "refund" or each.rule == PERSON]
        back = opposite(rows, why_of(decider))
        if not back:
            where = f"not on {number}" if number else "on no invoice that a person could take it off"
            raise NotAllowed(
                f"Payment {paid.id} is {where}; `fakturo payments show {paid.id}` says where it is."
            )
        write(connection, decider, "payment.unallocated", f"payment:{paid.id}", back, number=number)
        forget_payer(connection, paid)
    return sum(-each.amount_minor for each in back if each.kind in {"payment", "refund"})


def write_off(decider: Decider, number: str, amount: int | None = None) -> int:
    """Give up what is open of an invoice, or a part of it.

    Returns:
        Minor units that were written off.

    Raises:
        BadInput: no reason was given.
        NotAllowed: nothing is open, or less than that.
    """
    if not (decider.reason or "").strip():
        raise BadInput(f'Why is {number} written off? Say it with --reason "…"; the audit log keeps it.')
    with writing(decider.engine) as connection:
        invoice = find_invoice(connection, number)
        lock(connection, [invoice.customer_id], [])
        here = standings(connection, [invoice.id])[invoice.id]
        if invoice.kind == "credit_note":
            raise NotAllowed(f"{number} is a credit note; only invoices are written off.")
        put = checked(amount, (here.open_minor, number), (here.open_minor, number), invoice.currency)
        on = max(decider.now.date(), invoice.issue_date)
        row = Allocation(
            None, None, invoice.id, "write_off", invoice.currency, put, on, PERSON, why_of(decider)
        )
        write(connection, decider, "invoice.written_off", f"invoice:{number}", [row])
    return put


def take_back_write_off(decider: Decider, number: str) -> int:
    """Let an invoice be owed again.

    Returns:
        Minor units that are open again.

    Raises:
        NotAllowed: nothing of it was written off.
    """
    with writing(decider.engine) as connection:
        invoice = find_invoice(connection, number)
        lock(connection, [invoice.customer_id], [])
        rows = standing_rows(connection, allocations.c.invoice_id == invoice.id)
        back = opposite([each for each in rows if each.kind == "write_off"], why_of(decider))
        if not back:
            raise NotAllowed(f"Nothing of {number} was written off.")
        write(connection, decider, "invoice.write_off_taken_back", f"invoice:{number}", back)
    return -sum(each.amount_minor for each in back)


def refund(decider: Decider, payment: str, amount: int | None = None, *, by: str | None = None) -> int:
    """Say that what is left of a payment is paid back.

    Args:
        by: the money that went out, where the bank shows it already. Without it, the rules put a later
            refund of this client to it.

    Returns:
        Minor units that are no longer the client's credit.

    Raises:
        NotAllowed: less is left, or `by` is no money that went out, or in another currency.
    """
    with writing(decider.engine) as connection:
        paid = find_payment(connection, payment)
        out = find_payment(connection, by) if by else None
        lock(connection, [], [each.id for each in (paid, out) if each is not None])
        left = rests(connection, [each.id for each in (paid, out) if each is not None])
        if paid.amount_minor < 0 or (out is not None and out.amount_minor > 0):
            raise NotAllowed(
                "A refund pays back money that came in, by money that went out; not the other way."
            )
        if out is not None and out.currency != paid.currency:
            raise NotAllowed(f"Payment {paid.id} is in {paid.currency}, {out.id} in {out.currency}.")
        here = (left[paid.id], f"payment {paid.id}")
        there = (left[out.id], f"payment {out.id}") if out is not None else here
        put = checked(amount, here, there, paid.currency)
        on = max(each.value_date for each in (paid, out) if each is not None)
        sides = [(paid.id, put)] + ([(out.id, -put)] if out is not None else [])
        rows = [
            Allocation(key, None, None, "refund", paid.currency, each, on, PERSON, why_of(decider))
            for key, each in sides
        ]
        write(connection, decider, "payment.refunded", f"payment:{paid.id}", rows)
    return put


def checked(amount: int | None, here: tuple[int, str], there: tuple[int, str], currency: str) -> int:
    """The amount, > 0, if both sides have it."""
    for left, name in (here, there):
        if left == 0:
            raise NotAllowed(f"Nothing is left of {name}.")
        if amount is not None and amount > abs(left):
            wanted, there_is = amount_in_words(amount, currency), amount_in_words(abs(left), currency)
            raise NotAllowed(f"{wanted} is more than the {there_is} that {name} has.")
    if amount is not None and amount <= 0:
        raise BadInput(f"An amount is more than nothing; {amount} is not.")
    return amount if amount is not None else min(abs(here[0]), abs(there[0]))


def standing_rows(connection: Connection, where: Any) -> list[Allocation]:
    """Rows of `allocations`, without their reasons."""
    columns = [allocations.c[name] for name in Allocation._fields if name != "reason"]
    return [Allocation(*row) for row in connection.execute(select(*columns).where(where))]


def opposite(rows: Sequence[Allocation], reason: str) -> list[Allocation]:
    """What takes all of it back, a row for each kind, place and day."""
    by_person = [each._replace(rule=PERSON) for each in rows]
    return [each._replace(amount_minor=-each.amount_minor, reason=reason) for each in _summed(by_person)]


def _summed(rows: Sequence[Allocation]) -> list[Allocation]:
    """One row for each kind, place, day and rule; none where nothing is left."""
    sums: dict[Allocation, int] = defaultdict(int)
    for each in rows:
        sums[each._replace(amount_minor=0, reason="")] += each.amount_minor
    return [each._replace(amount_minor=amount) for each, amount in sums.items() if amount]


def _clients(connection: Connection, payment_id: int) -> set[str]:
    of_payment = select(allocations.c.invoice_id).where(allocations.c.payment_id == payment_id)
    query = select(invoices.c.customer_id).where(invoices.c.id.in_(of_payment))
    return set(connection.execute(query).scalars())


def _confirmed(connection: Connection, invoice_id: int, reason: str) -> list[Allocation]:
    """What rules have put on an invoice becomes the person's who reopens it: it rests on just that."""
    out = select(payments.c.id).where(payments.c.amount_minor < 0)
    settled = allocations.c.payment_id.is_(None) | allocations.c.payment_id.not_in(out)
    rows = standing_rows(connection, (allocations.c.invoice_id == invoice_id) & settled)
    by_rules = [each for each in rows if each.rule != PERSON]
    return [
        each._replace(amount_minor=each.amount_minor * sign, rule=rule or each.rule, reason=reason)
        for each in _summed(by_rules)
        for sign, rule in ((-1, None), (1, PERSON))
    ]


def not_before(connection: Connection, invoice_id: int, rest: int) -> date | None:
    """Money in counts from the last reopening on, money out from the last settlement on.

    What was put there and taken back counts for nothing: which of it ever stood depends on the moments at
    which the rules ran.
    """
    here = (allocations.c.payment_id, allocations.c.credit_note_id, allocations.c.kind)
    stands = (
        select(allocations.c.effective_on)
        .where(allocations.c.invoice_id == invoice_id)
        .group_by(*here, allocations.c.effective_on)
        .having(func.sum(allocations.c.amount_minor) != 0)
    )
    if rest > 0:
        out = select(payments.c.id).where(payments.c.amount_minor < 0)
        stands = stands.where(allocations.c.payment_id.in_(out))
    found: date | None = connection.execute(select(func.max(stands.subquery().c.effective_on))).scalar()
    return found


def why_of(decider: Decider) -> str:
    """The person's reason, or that there is none."""
    return (decider.reason or "").strip() or ON_NOTHING


def write(
    connection: Connection,
    decider: Decider,
    action: str,
    subject: str,
    rows: Sequence[Allocation],
    **details: Any,
) -> None:
    """Append rows with their audit entry, and let the statuses follow."""
    stamp = {"actor": decider.actor, "recorded_at": decider.now}
    connection.execute(insert(allocations), [each._asdict() | stamp for each in rows])
    keep_statuses(connection, touched(rows))
    told = {"amounts_minor": [each.amount_minor for each in rows], "currency": rows[0].currency}
    told |= {"reason": rows[0].reason} | {key: each for key, each in details.items() if each}
    audit_chain.append(connection, at=decider.now, actor=decider.actor, entries=[(action, subject, told)])

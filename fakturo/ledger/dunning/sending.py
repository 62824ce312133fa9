"""Propose the letters of a day, and send them: each in one transaction that reads everything once more.

Sent means: notice, its invoices, audit entry and outbox event stand together or not at all. Within the
transaction the customer and the end of the audit chain are held (SQLite: the ledger), so no payment and no
other letter comes between the look at the balances and the commit; what has changed since the proposal drops
the letter or changes it. Run again, or by two processes at once, nothing is sent twice: a level of an invoice
is a key.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import IntegrityError

from fakturo.dunning.facts import Held, Notice
from fakturo.dunning.rules import decide
from fakturo.dunning.terms import Terms
from fakturo.ledger.dunning.facts import Key, read_accounts
from fakturo.ledger.dunning.notices import DUNNED, write_notice
from fakturo.ledger.dunning.waiting_money import read_waiting
from fakturo.ledger.open import reading, writing
from fakturo.ledger.payments.balances import lock
from fakturo.ledger.tables import audit, audit_head

_NO_MONEY = (DUNNED, "invoice.issued", "order.", "delivery.", "outbox.")
"""Audit actions, or how they begin, after which the money that waits is the same."""


class Proposal(NamedTuple):
    """What would be sent on a day, and what not."""

    as_of: date
    notices: tuple[Notice, ...]
    """The oldest debt first."""
    held: tuple[Held, ...]
    next_round: tuple[Notice, ...]
    """Beyond the most letters of a round."""
    waiting: Mapping[Key, int]
    mark: int
    """The end of the audit chain when it was read."""


class Sent(NamedTuple):
    """What a round did."""

    letters: tuple[tuple[int, Notice], ...] = ()
    """(id of the notice, what was sent)."""
    dropped: tuple[str, ...] = ()
    """Sentences: what was proposed and no longer holds."""
    changed: int = 0
    """Letters that differ from their proposal, as facts have changed since."""


class Work(NamedTuple):
    """What a round goes by."""

    terms: Terms
    now: datetime
    actor: str
    run_id: str | None = None


def propose(engine: Engine, terms: Terms, as_of: date) -> Proposal:
    """Look at all that is overdue on a day; writes nothing."""
    with reading(engine) as connection:
        mark = connection.execute(select(audit_head.c.seq)).scalar_one()
        waiting = read_waiting(connection)
        decisions = [decide(each, terms, as_of) for each in read_accounts(connection, as_of, waiting)]
    notices = [each.notice for each in decisions if each.notice is not None]
    notices.sort(
        key=lambda each: (min(line.due_date for line in each.lines), each.customer_id, each.currency)
    )
    most = terms.settings.max_letters
    held = tuple(held for each in decisions for held in each.held)
    return Proposal(as_of, tuple(notices[:most]), held, tuple(notices[most:]), waiting, mark)


def send(
    engine: Engine,
    proposal: Proposal,
    work: Work,
    *,
    stop: Callable[[], bool] = lambda: False,
    on_progress: Callable[[int], None] = lambda _: None,
) -> Sent:
    """Send the letters of a proposal, as far as they still hold.

    Returns:
        What was sent and what was not; the rest is found again by the next round.
    """
    letters: list[tuple[int, Notice]] = []
    dropped: list[str] = []
    changed = 0
    seen = _Seen(proposal.waiting, proposal.mark)
    for proposed in proposal.notices:
        if stop():
            break
        try:
            made, why, seen = _send_one(engine, proposed, work, seen)
        except IntegrityError:  # another process has sent this level this very moment
            made, why = None, "The same level was sent this very moment."
        if made is None:
            dropped.append(f"{proposed.customer_id}, {proposed.currency}: {why}")
        else:
            letters.append(made)
            changed += made[1] != proposed
        on_progress(len(letters))
    return Sent(tuple(letters), tuple(dropped), changed)


class _Seen(NamedTuple):
    """Money that waits, as of an end of the audit chain."""

    waiting: Mapping[Key, int]
    mark: int


def _send_one(
    engine: Engine, proposed: Notice, work: Work, seen: _Seen
) -> tuple[tuple[int, Notice] | None, str, _Seen]:
    """((id, what was sent) or None, why not, what is known now of waiting money)."""
    key = (proposed.customer_id, proposed.currency)
    with writing(engine) as connection:
        lock(connection, [proposed.customer_id], [])
        seen = _look_again(connection, seen)
        accounts = read_accounts(connection, proposed.as_of, seen.waiting, [proposed.customer_id])
        mine = [each for each in accounts if (each.customer_id, each.currency) == key]
        decision = decide(mine[0], work.terms, proposed.as_of) if mine else None
        if decision is None or decision.notice is None:
            reasons = [each.reason for each in decision.held] if decision else ["It is paid."]
            return None, " ".join(dict.fromkeys(reasons)), seen
        return (
            (
                write_notice(connection, decision.notice, now=work.now, actor=work.actor, run_id=work.run_id),
                decision.notice,
            ),
            "",
            seen,
        )


def _look_again(connection: Connection, seen: _Seen) -> _Seen:
    """Hold the end of the audit chain: whoever lands or moves money appends to it, and now waits for us."""
    head = connection.execute(select(audit_head.c.seq).with_for_update()).scalar_one()
    since = select(audit.c.action).where(audit.c.seq > seen.mark).distinct()
    if all(action.startswith(_NO_MONEY) for action in connection.execute(since).scalars()):
        return _Seen(seen.waiting, head)
    return _Seen(read_waiting(connection), head)

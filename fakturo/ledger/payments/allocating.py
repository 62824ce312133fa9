"""Put payments on invoices: what the rules want is compared with what stands, and the difference is appended.

Converges: run again, or by two processes at once, it writes nothing more. What a person decided is taken as
given, and a payment that a person decided about is left alone. One transaction a batch of groups.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine

from fakturo.errors import NotAllowed
from fakturo.ledger import audit_chain
from fakturo.ledger.bulk import insert_rows
from fakturo.ledger.open import reading, writing
from fakturo.ledger.payment_tables import allocations
from fakturo.ledger.payments.balances import keep_statuses, lock
from fakturo.ledger.payments.facts import Newest, newest, read_groups, standing
from fakturo.receivables.facts import MONEY_BACK, PERSON, Allocation
from fakturo.receivables.settling import Group, settle
from fakturo.receivables.terms import Terms
from fakturo.setting_groups.receivables import Receivables

BATCH = 4_000
"""Payments and invoices a transaction: the write lock of SQLite is held for about 0.2 s."""
ROUNDS = 5
"""Facts landed while the rules ran are read again so often; then the next run takes them."""
_OVERTAKEN = "What is known since then says otherwise."
COLUMNS = (*Allocation._fields, "actor", "recorded_at", "run_id")


@dataclass(frozen=True)
class Allocated:
    """What a run did."""

    payments: int = 0
    """Looked at."""
    written: int = 0
    """Rows that are new."""
    taken_back: int = 0
    """Rows that take back what no longer holds."""
    stuck: tuple[str, ...] = ()
    """Groups left as they are, one sentence each: what persons decided does not fit the facts."""
    by_rule: Counter[str] = field(default_factory=Counter)
    """New rows of each rule."""


class _Work(NamedTuple):
    now: datetime
    actor: str
    run_id: str | None
    terms: Terms


def allocate(
    engine: Engine, *, now: datetime, actor: str, run_id: str | None = None, settings: Receivables
) -> Allocated:
    """Make the allocations of all payments what the rules say.

    Args:
        actor: who is named in the audit log.

    Returns:
        Counts; all zero but `payments` where everything stood already.
    """
    work = _Work(now, actor, run_id, terms_of(settings))
    seen: Newest | None = None
    done = Allocated()
    for _ in range(ROUNDS):
        with reading(engine) as connection:
            last = newest(connection)
            if last == seen:
                break
            seen = last
            groups = read_groups(connection)
        looked_at = sum(len(group.reads) for group in groups)
        found = [_write(engine, batch, work) for batch in _batches(groups)]
        done = Allocated(
            looked_at,
            done.written + sum(each.written for each in found),
            done.taken_back + sum(each.taken_back for each in found),
            tuple(sentence for each in found for sentence in each.stuck),
            sum((each.by_rule for each in found), done.by_rule),
        )
    return done


def terms_of(settings: Receivables) -> Terms:
    """The settings as the rules read them."""
    return Terms(
        settings.discount_pct, settings.discount_days, settings.fee_tolerance_minor, settings.duplicate_days
    )


def _batches(groups: Sequence[Group]) -> Iterator[list[Group]]:
    batch: list[Group] = []
    size = 0
    for group in groups:
        batch.append(group)
        size += len(group.reads) + len(group.invoices) + len(group.credit_notes)
        if size >= BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _write(engine: Engine, batch: Sequence[Group], work: _Work) -> Allocated:
    """One transaction; where one group does not fit, each by itself, so that the others go on."""
    try:
        with writing(engine) as connection:
            return _write_within(connection, batch, work)
    except NotAllowed as refused:
        if len(batch) == 1:
            return Allocated(stuck=(str(refused),))
        parts = [_write(engine, [group], work) for group in batch]
        return Allocated(
            0,
            sum(each.written for each in parts),
            sum(each.taken_back for each in parts),
            tuple(sentence for each in parts for sentence in each.stuck),
            sum((each.by_rule for each in parts), Counter[str]()),
        )


def _write_within(connection: Connection, batch: Sequence[Group], work: _Work) -> Allocated:
    owned = {each.id: each.customer_id for group in batch for each in (*group.invoices, *group.credit_notes)}
    lock(connection, owned.values(), (each.payment.id for group in batch for each in group.reads))
    new, back = difference(batch, standing(connection, batch), work.terms)
    rows = [*back, *new]
    if not rows:
        return Allocated()
    tail = (work.actor, work.now, work.run_id)
    insert_rows(connection, allocations, COLUMNS, [(*each, *tail) for each in rows])
    keep_statuses(connection, touched(rows))
    log(connection, work, rows)
    return Allocated(0, len(new), len(back), (), Counter(each.rule for each in new))


def difference(
    batch: Sequence[Group], stands: Sequence[Allocation], terms: Terms
) -> tuple[list[Allocation], list[Allocation]]:
    """(rows that are missing, rows that take back what ought not to stand)."""
    decided, given, by_rules = _sorted_out(batch, stands)
    wanted: Counter[Allocation] = Counter()
    why: dict[Allocation, str] = {}
    for group, of_group in zip(batch, _by_group(batch, given), strict=True):
        for each in settle(group, of_group, decided, terms):
            key = each._replace(amount_minor=0, reason="")
            wanted[key] += each.amount_minor
            why[key] = each.reason
    new: list[Allocation] = []
    back: list[Allocation] = []
    for key in {**by_rules, **wanted}:
        amount = wanted[key] - by_rules[key]
        if amount == 0:
            continue
        if amount * wanted[key] > 0:
            new.append(key._replace(amount_minor=amount, reason=why[key]))
        else:
            back.append(key._replace(amount_minor=amount, reason=_OVERTAKEN))
    return new, back


def _sorted_out(
    batch: Sequence[Group], stands: Sequence[Allocation]
) -> tuple[set[int], list[Allocation], Counter[Allocation]]:
    """(payments that persons decided about, what is given, what rules have made as key -> amount)."""
    payments = {read.payment.id: read.payment for group in batch for read in group.reads}
    notes = {note.id for group in batch for note in group.credit_notes}
    by_person = {each.payment_id for each in stands if each.rule == PERSON}
    decided = {each.id for each in payments.values() if each.amount_minor > 0 and each.id in by_person}
    decided_notes = {each.credit_note_id for each in stands if each.rule == PERSON} & notes
    given: list[Allocation] = []
    by_rules: Counter[Allocation] = Counter()
    for each in stands:
        ours = each.payment_id in payments if each.payment_id is not None else each.credit_note_id in notes
        of_money_out = each.invoice_id is None and each.rule in MONEY_BACK
        is_decided = each.payment_id in decided or each.credit_note_id in decided_notes
        if each.rule == PERSON or not ours or (is_decided and not of_money_out):
            given.append(each)
        else:
            by_rules[each._replace(amount_minor=0)] += each.amount_minor
    return decided, given, by_rules


def _by_group(batch: Sequence[Group], given: Sequence[Allocation]) -> list[list[Allocation]]:
    """What is given, for each group that it concerns."""
    paid = {read.payment.id: place for place, group in enumerate(batch) for read in group.reads}
    issued = {
        each.id: place for place, group in enumerate(batch) for each in (*group.invoices, *group.credit_notes)
    }
    found: list[list[Allocation]] = [[] for _ in batch]
    for each in given:
        places = {
            paid.get(each.payment_id or 0),
            issued.get(each.invoice_id or 0),
            issued.get(each.credit_note_id or 0),
        }
        for place in places - {None}:
            found[place or 0].append(each)
    return found


def touched(rows: Sequence[Allocation]) -> set[int]:
    """Ids of the invoices and credit notes whose balance some rows change."""
    ids = {each.invoice_id for each in rows} | {each.credit_note_id for each in rows}
    return {each for each in ids if each is not None}


def log(connection: Connection, work: Any, rows: Sequence[Allocation]) -> None:
    """One audit entry for all rows of a transaction, with their hash."""
    text = json.dumps(rows, default=str, separators=(",", ":"), ensure_ascii=False)
    details = {"rows": len(rows), "sha256": hashlib.sha256(text.encode()).hexdigest()}
    entry = ("payments.allocated", "allocations", details)
    audit_chain.append(connection, at=work.now, actor=work.actor, entries=[entry])

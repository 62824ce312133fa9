"""Whatever happens on whatever day: what is paid is never dunned, no level is sent twice, none is left out.

A story is a list of (days that pass, what happens), with a round after each. The laws are looked at by
sums written here alone.
"""

import shutil
import tempfile
from collections import defaultdict
from contextlib import suppress
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from fakturo.errors import BadInput, NotAllowed
from fakturo.ledger.dunning.decisions import promise, resume, stop
from fakturo.ledger.dunning.sending import Work, propose, send
from fakturo.ledger.dunning_tables import dunned_invoices, dunning_notices
from fakturo.ledger.open import connect, reading, writing
from fakturo.ledger.payment_tables import allocations
from fakturo.ledger.payments.decisions import Decider, allocate_by_person, take_back_write_off, write_off
from fakturo.ledger.tables import invoices
from tests.ledger.made_dunning import TERMS, on, put_overdue
from tests.ledger.made_receivables import NOW, START, put_payment

NUMBERS = ("R-1", "R-2", "R-3")
DOINGS = st.one_of(
    st.tuples(st.just("nothing")),
    st.tuples(st.just("nothing")),
    st.tuples(st.just("pay"), st.sampled_from(NUMBERS), st.sampled_from([100_00, 400_00, 1000_00])),
    st.tuples(st.just("promise"), st.sampled_from(NUMBERS), st.integers(0, 15)),
    st.tuples(st.just("stop"), st.sampled_from([None, 5])),
    st.tuples(st.just("resume")),
    st.tuples(st.just("write_off"), st.sampled_from(NUMBERS)),
    st.tuples(st.just("take_back"), st.sampled_from(NUMBERS)),
)
STORIES = st.lists(st.tuples(st.integers(0, 9), DOINGS), max_size=20)


def live(engine, story):
    """Let a story happen; while the customer is stopped, no round sends anything."""
    day, stopped_until = on(0), None
    for count, (days, (what, *told)) in enumerate(story, 1):
        day += timedelta(days=days)
        clerk = Decider(engine, "anna", NOW + timedelta(minutes=count), "said so")
        with suppress(NotAllowed, BadInput):
            if what == "pay":
                with writing(engine) as connection:
                    put_payment(connection, f"P{count}", told[1], on=(day - START).days)
                allocate_by_person(clerk, f"P{count}", told[0], None)
            elif what == "promise":
                promise(clerk, told[0], day + timedelta(days=told[1]), today=day)
            elif what == "stop":
                until = None if told[0] is None else day + timedelta(days=told[0])
                stop(clerk, "C-1", until=until, today=day)
                stopped_until = until or on(10_000)
            elif what == "resume":
                resume(clerk, "C-1")
                stopped_until = None
            elif what == "write_off":
                write_off(clerk, told[0])
            elif what == "take_back":
                take_back_write_off(clerk, told[0])
        proposal = propose(engine, TERMS, day)
        sent = send(engine, proposal, Work(TERMS, clerk.now + timedelta(seconds=1), "dunner"))
        assert [notice for _, notice in sent.letters] == list(proposal.notices)
        assert not (sent.letters and stopped_until is not None and day <= stopped_until)


def broken_laws(engine):
    found = []
    with reading(engine) as connection:
        letters = {row.id: row for row in connection.execute(select(dunning_notices))}
        lines = connection.execute(select(dunned_invoices).order_by(dunned_invoices.c.id)).all()
        issued = {row.id: row for row in connection.execute(select(invoices))}
        moved = connection.execute(select(allocations)).all()
    levels = defaultdict(list)
    for line in lines:
        letter, invoice = letters[line.notice_id], issued[line.invoice_id]
        if line.level is not None:
            levels[line.invoice_id].append(line.level)
        settled = sum(
            row.amount_minor
            for row in moved
            if row.invoice_id == line.invoice_id and row.recorded_at < letter.created_at
        )
        if line.open_minor != invoice.total_minor - settled or line.open_minor <= 0:
            found.append(f"{invoice.number} was dunned for {line.open_minor} with {settled} settled")
        if invoice.due_date >= letter.notice_date:
            found.append(f"{invoice.number} was dunned before it was due")
        if not 0 <= line.interest_minor <= line.open_minor + settled:
            found.append(f"{invoice.number} bears {line.interest_minor}")
    found += [f"{each} had levels {had}" for each, had in levels.items() if had != [1, 2, 3][: len(had)]]
    days = sorted(each.notice_date for each in letters.values())
    found += [f"letters on {a} and {b}" for a, b in pairwise(days) if (b - a).days < 10]
    lump_sums = defaultdict(int)
    for line in lines:
        lump_sums[line.invoice_id] += line.lump_sum_minor
    found += [f"{each} bears {minor} of lump sums" for each, minor in lump_sums.items() if minor > 40_00]
    return found


@settings(deadline=None, max_examples=40)
@given(story=STORIES)
def test_the_laws_hold_after_any_story(migrated, story):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "ledger.sqlite"
        shutil.copy(migrated, file)
        engine = connect(f"sqlite:///{file}")
        put_overdue(engine, *NUMBERS[:2])
        put_overdue(engine, NUMBERS[2], on=9)
        live(engine, story)
        assert broken_laws(engine) == []
        engine.dispose()

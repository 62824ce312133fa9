"""Whatever arrives in whatever order, and whatever persons decide: money conserves, and the end is the same.

Two ledgers get the same facts, each in an order of its own and with runs of the rules at moments of its own.
Persons decide where both have everything that has arrived so far.
"""

import shutil
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakturo.errors import BadInput, NotAllowed, NotFound
from fakturo.ledger.migrate import upgrade
from fakturo.ledger.open import connect, writing
from fakturo.ledger.payments import decisions, note_decisions
from fakturo.ledger.payments.allocating import allocate
from fakturo.setting_groups.receivables import Receivables
from tests.ledger.made_receivables import NOW, broken_laws, net, put_customers, put_invoice, put_payment

AMOUNTS = (10, 20, 30, 49, 50, 98, 100)
"""Few and close together, so that sums, parts, discounts and equal ones abound."""
CLIENTS = ("C-0", "C-1")
TERMS = Receivables(discount_pct=Decimal(2), discount_days=14, fee_tolerance_minor=1, duplicate_days=5)

Step = tuple[str, str, dict[str, Any], str | None]
"""(function's sort, name, keywords, what must be there before)."""


def made_facts(chance: Random) -> list[Step]:
    """Invoices, credit notes, payments, refunds, chargebacks and chargebacks that were won."""
    found: list[Step] = []
    invoices = chance.randint(1, 6)
    for number in range(invoices):
        row = {
            "total": chance.choice(AMOUNTS),
            "customer": chance.choice(CLIENTS),
            "on": chance.randint(0, 15),
        }
        row |= {"due": chance.randint(0, 30), "currency": chance.choice(["EUR", "EUR", "EUR", "USD"])}
        found.append(("invoice", f"INV-2026-{number:05}", row, None))
    for number in range(chance.choice([0, 0, 1, 2])):
        _, original, of, _ = chance.choice(found[:invoices])
        note = {"total": chance.choice(AMOUNTS), "on": chance.randint(0, 40), "kind": "credit_note"}
        note |= {"corrects": original, "customer": of["customer"], "currency": of["currency"]}
        found.append(("invoice", f"CN-2026-{number:05}", note, original))
    paid = chance.randint(1, 7)
    for number in range(paid):
        named = chance.sample(range(invoices + 1), k=chance.choice([0, 0, 1, 1, min(2, invoices)]))
        row = {"amount": chance.choice(AMOUNTS), "text": " ".join(f"INV-2026-{each}" for each in named)}
        who = (
            {},
            {"customer_id": "C-0"},
            {"customer_id": "C-1"},
            {"payer": "Client 1"},
            {"payer_account": "GB1"},
        )
        row |= {"content": chance.choice(["{}", '{"details":{"end_to_end_id":"E0"}}'])}
        found.append(
            ("payment", f"P{number}", row | {"on": chance.randint(0, 40)} | chance.choice(who), None)
        )
    for number in range(chance.choice([0, 1, 2, 3])):
        row = {
            "amount": -chance.choice(AMOUNTS),
            "on": chance.randint(0, 40),
            "customer_id": chance.choice(CLIENTS),
        }
        row |= {"reverses": chance.choice([None, "nowhere", "E0", *(f"P{each}" for each in range(paid))])}
        found.append(("payment", f"R{number}", row | {"kind": chance.choice(["refund", "chargeback"])}, None))
        if chance.random() < 0.3:
            row = {
                "amount": -row["amount"],
                "on": chance.randint(0, 60),
                "reverses": f"R{number}",
                "kind": "payment",
            }
            found.append(("payment", f"W{number}", row, None))
    return found


def made_choices(chance: Random, steps: list[Step]) -> list[tuple[Any, ...]]:
    """What persons try; some of it is refused."""
    paid = [each[1] for each in steps if each[0] == "payment"] or ["P0"]
    issued = [each[1] for each in steps if each[0] == "invoice"] or ["INV-2026-00000"]
    found: list[tuple[Any, ...]] = []
    for _ in range(chance.randint(0, 6)):
        payment, invoice, part = (
            chance.choice(paid),
            chance.choice(issued),
            chance.choice([None, *AMOUNTS[:3]]),
        )
        tries = (
            ("allocate_by_person", payment, invoice, part),
            ("allocate_by_person", payment, invoice, None),
            ("unallocate", payment, chance.choice([None, invoice])),
            ("write_off", invoice, part),
            ("allocate_credit_note", chance.choice(issued), invoice, part),
            ("unallocate_credit_note", chance.choice(issued)),
            ("take_back_write_off", invoice),
            ("refund", payment, part),
            ("pay_back", payment, chance.choice(paid)),
        )
        found.append(chance.choice(tries))
    return found


def _land_shuffled(engine, steps, chance):
    land(engine, chance.sample(steps, k=len(steps)), {chance.randint(1, 20) for _ in range(2)})


def land(engine, steps, runs):
    """Land facts, an original always before what corrects it; run the rules after some of them."""
    left = list(steps)
    landed: set[str] = set()
    while left:
        waiting = {each[1] for each in left}
        ready = next(each for each in left if each[3] not in waiting)
        left.remove(ready)
        sort, name, row, _ = ready
        with writing(engine) as connection:
            (put_invoice if sort == "invoice" else put_payment)(
                connection,
                name,
                *[row[key] for key in ("total", "amount") if key in row],
                **{key: value for key, value in row.items() if key not in {"total", "amount"}},
            )
        landed.add(name)
        if len(landed) in runs:
            match(engine)
    match(engine)


def match(engine):
    done = allocate(engine, now=NOW, actor="rules", settings=TERMS)
    assert done.stuck == ()
    assert broken_laws(engine) == []
    return done


def decide(engine, tried):
    """Whether each was accepted."""
    told = []
    for moment, (verb, *words) in enumerate(tried):
        decider = decisions.Decider(engine, "anna", NOW + timedelta(minutes=moment), "so be it")
        try:
            if verb == "pay_back":
                told.append(decisions.refund(decider, words[0], by=words[1]))
            else:
                room = note_decisions if "credit_note" in verb else decisions
                told.append(getattr(room, verb)(decider, *words))
        except (NotAllowed, BadInput, NotFound) as refused:
            told.append(type(refused).__name__)
        assert broken_laws(engine) == [], (verb, words)
    return told


@pytest.fixture(scope="module")
def empty(tmp_path_factory) -> Path:
    """A migrated ledger with two clients, copied for each example."""
    file = tmp_path_factory.mktemp("empty") / "ledger.sqlite"
    engine = connect(f"sqlite:///{file}")
    upgrade(engine)
    with writing(engine) as connection:
        put_customers(connection, **{"C-0": "Client 0", "C-1": "Client 1"})
    engine.dispose()
    return file


@pytest.fixture(scope="module")
def empty_postgres(copied, migrated_postgres) -> Iterator[str]:
    """The same on PostgreSQL, as the name of a database to copy."""
    with copied(migrated_postgres) as url:
        engine = connect(url)
        with writing(engine) as connection:
            put_customers(connection, **{"C-0": "Client 0", "C-1": "Client 1"})
        engine.dispose()
        yield str(engine.url.database)


@given(chance=st.randoms(use_true_random=True))
@settings(max_examples=12, deadline=None)
def test_the_same_facts_come_to_the_same_on_both_databases(empty, empty_postgres, copied, chance):
    """Now one ledger is SQLite and the other PostgreSQL."""
    steps = made_facts(chance)
    steps.sort(key=lambda each: each[3] is not None)
    tried = made_choices(chance, steps)
    ends = []
    with (
        tempfile.TemporaryDirectory() as folder,
        copied(empty_postgres) as there,
    ):
        shutil.copy(empty, Path(folder) / "here.sqlite")
        for url in (f"sqlite:///{folder}/here.sqlite", there):
            engine = connect(url)
            _land_shuffled(engine, steps, chance)
            told = decide(engine, tried)
            match(engine)
            assert match(engine).written == 0
            ends.append((told, net(engine)))
            engine.dispose()
    assert ends[0] == ends[1]


@given(chance=st.randoms(use_true_random=True))
@settings(max_examples=60, deadline=None)
def test_the_same_facts_come_to_the_same_in_any_order(empty, chance):
    steps = made_facts(chance)
    chance.shuffle(steps)
    steps.sort(key=lambda each: each[3] is not None)  # what corrects comes after
    cut = chance.randint(0, len(steps))
    tried = made_choices(chance, steps[:cut])
    ends = []
    with tempfile.TemporaryDirectory() as folder:
        for name in ("one", "other"):
            shutil.copy(empty, Path(folder) / f"{name}.sqlite")
            engine = connect(f"sqlite:///{Path(folder) / name}.sqlite")
            _land_shuffled(engine, steps[:cut], chance)
            told = decide(engine, tried)
            _land_shuffled(engine, steps[cut:], chance)
            assert match(engine).written == 0
            ends.append((told, net(engine)))
            engine.dispose()
    assert ends[0] == ends[1]

"""The rules' answer written into the ledger: converging, whole, and by two at once."""

import subprocess
import sys
from datetime import timedelta

from sqlalchemy import func, select

from fakturo.ledger import audit_check
from fakturo.ledger.open import reading, writing
from fakturo.ledger.payment_tables import allocations
from fakturo.ledger.payments.allocating import allocate
from fakturo.ledger.tables import audit, invoices
from fakturo.setting_groups.receivables import Receivables
from tests.ledger.made_receivables import (
    NOW,
    broken_laws,
    net,
    put_customers,
    put_invoice,
    put_payment,
    statuses,
)

PAID = ("P", "INV-2026-00001", "payment", 10, "reference")


def run(engine, **settings):
    return allocate(engine, now=NOW, actor="rules", run_id="r1", settings=Receivables(**settings))


def count(engine, table=allocations) -> int:
    with reading(engine) as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def test_a_run_writes_what_pays_what_and_a_second_one_nothing(engine):
    with writing(engine) as connection:
        put_invoice(connection, "INV-2026-00001")
        put_invoice(connection, "INV-2026-00002", 50_00)
        put_payment(connection, "P", text="INV-2026-1")
        put_payment(connection, "Q", 20_00, "INV-2026-2")
    done = run(engine)
    assert (done.payments, done.written, done.taken_back, done.stuck) == (2, 2, 0, ())
    assert net(engine) == {PAID: 100_00, ("Q", "INV-2026-00002", "payment", 10, "reference"): 20_00}
    assert statuses(engine) == {"INV-2026-00001": "paid", "INV-2026-00002": "partial"}
    assert (run(engine).written, count(engine)) == (0, 2)
    with reading(engine) as connection:
        assert audit_check.examine(connection)[0] == 1
        entry = connection.execute(select(audit)).one()
    assert (entry.action, entry.actor) == ("payments.allocated", "rules")


def test_what_arrives_late_moves_what_stood(engine):
    """Q is first alone and equal; P, of an earlier day, is what Q repeats."""
    with writing(engine) as connection:
        put_invoice(connection, "INV-2026-00001")
        put_payment(connection, "Q", customer_id="C-1", on=12)
    run(engine)
    assert list(net(engine)) == [("Q", "INV-2026-00001", "payment", 12, "amount")]
    with writing(engine) as connection:
        put_payment(connection, "P", customer_id="C-1", on=10)
    done = run(engine)
    assert (done.written, done.taken_back) == (1, 1)
    assert net(engine) == {("P", "INV-2026-00001", "payment", 10, "amount"): 100_00}
    with reading(engine) as connection:
        amounts = connection.execute(select(allocations.c.amount_minor).order_by(allocations.c.id)).scalars()
        assert list(amounts) == [100_00, -100_00, 100_00]
    assert broken_laws(engine) == []


def test_a_chargeback_opens_the_invoice_again(engine):
    with writing(engine) as connection:
        put_invoice(connection, "INV-2026-00001")
        put_payment(connection, "P", text="INV-2026-1")
    run(engine)
    with writing(engine) as connection:
        put_payment(connection, "C", -100_00, kind="chargeback", reverses="P", on=40)
    run(engine)
    assert net(engine) == {PAID: 100_00, ("C", "INV-2026-00001", "payment", 40, "reversal"): -100_00}
    assert statuses(engine) == {"INV-2026-00001": "open"}


def test_a_credit_note_settles_without_any_payment(engine):
    with writing(engine) as connection:
        put_invoice(connection, "INV-2026-00001")
        put_invoice(connection, "INV-2026-00002", 30_00, kind="credit_note", corrects="INV-2026-00001", on=5)
    run(engine)
    assert net(engine) == {("INV-2026-00002", "INV-2026-00001", "credit_note", 5, "credit_note"): 30_00}
    assert statuses(engine) == {"INV-2026-00001": "partial", "INV-2026-00002": "paid"}


def test_a_changed_setting_takes_back_what_it_had_allowed(engine):
    with writing(engine) as connection:
        put_invoice(connection, "INV-2026-00001")
        put_payment(connection, "P", 85_00, customer_id="C-1")
    run(engine, fee_tolerance_minor=15_00)
    assert statuses(engine) == {"INV-2026-00001": "paid"}
    run(engine)
    assert (net(engine), statuses(engine)) == ({}, {"INV-2026-00001": "open"})


def test_a_learned_name_is_used_at_the_next_run(engine):
    with writing(engine) as connection:
        put_customers(connection, **{"C-1": "Blue Door Ltd"})
        put_invoice(connection, "INV-2026-00001")
        put_payment(connection, "P", payer="BLUE DOOR, LTD")
    run(engine)
    assert net(engine) == {("P", "INV-2026-00001", "payment", 10, "amount"): 100_00}


ALLOCATE = """
import sys
from datetime import UTC, datetime
from fakturo.ledger.payments import allocating
from fakturo.ledger.open import connect
from fakturo.setting_groups.receivables import Receivables
allocating.BATCH = 40
now = datetime(2026, 3, 3, tzinfo=UTC)
engine = connect(sys.argv[1])
sys.stdin.readline()
allocating.allocate(engine, now=now, actor=sys.argv[2], settings=Receivables())
"""


def test_two_processes_at_once_write_everything_once(engine):
    with writing(engine) as connection:
        for number in range(200):
            put_invoice(connection, f"INV-2026-{number:05}", 100_00 + number, customer=f"C-{number % 50}")
            put_payment(connection, f"P{number}", 100_00 + number, f"INV-2026-{number:05}")
    url = engine.url.render_as_string(hide_password=False)
    both = [
        subprocess.Popen([sys.executable, "-c", ALLOCATE, url, name], stdin=subprocess.PIPE) for name in "ab"
    ]
    for each in both:
        each.stdin.write(b"\n")
        each.stdin.flush()
    for each in both:
        each.communicate()
    assert [each.returncode for each in both] == [0, 0]
    assert count(engine) == 200
    assert set(statuses(engine).values()) == {"paid"}
    with reading(engine) as connection:
        entries, problems = audit_check.examine(connection)
    assert entries >= 5
    assert not [each for each in problems if "audit log is broken" in each]
    assert broken_laws(engine) == []


def test_a_killed_run_leaves_whole_transactions_and_the_next_one_ends_the_work(engine):
    with writing(engine) as connection:
        for number in range(400):
            put_invoice(connection, f"INV-2026-{number:05}", 100_00 + number, customer=f"C-{number % 100}")
            put_payment(connection, f"P{number}", 100_00 + number, f"INV-2026-{number:05}")
    url = engine.url.render_as_string(hide_password=False)
    for goal in (1, 100, 200):
        process = subprocess.Popen([sys.executable, "-c", ALLOCATE, url, "a"], stdin=subprocess.PIPE)
        process.stdin.write(b"\n")
        process.stdin.flush()
        while count(engine) < goal and process.poll() is None:
            pass
        process.kill()
        process.communicate()
        with reading(engine) as connection:  # both at one moment: a commit may still be on its way
            paid = select(func.count()).where(invoices.c.payment_status == "paid")
            rows = select(func.count()).select_from(allocations)
            assert connection.execute(paid).scalar_one() == connection.execute(rows).scalar_one()
        assert broken_laws(engine) == []
    run(engine)
    assert count(engine) == 400
    assert set(statuses(engine).values()) == {"paid"}


def test_halves_in_any_order_come_to_the_same(engine, tmp_path):
    """The second half holds the earlier payments, the original of a chargeback and a second equal invoice."""
    with writing(engine) as connection:
        put_payment(connection, "C", -100_00, kind="chargeback", reverses="P", on=40)
        put_payment(connection, "Q", customer_id="C-1", on=12)
        put_payment(connection, "L", 50_00, customer_id="C-1", on=15)
        put_invoice(connection, "INV-2026-00001")
        put_invoice(connection, "INV-2026-00002", 50_00, on=13)
    run(engine)
    assert statuses(engine)["INV-2026-00002"] == "paid"
    with writing(engine) as connection:
        put_invoice(connection, "INV-2026-00003", 50_00, on=13)
        put_payment(connection, "P", text="INV-2026-1")
    run(engine)
    assert net(engine) == {
        PAID: 100_00,
        ("C", "INV-2026-00001", "payment", 40, "reversal"): -100_00,
    } | {("Q", "INV-2026-00001", "payment", 40, "amount"): 100_00}
    assert statuses(engine) == {
        "INV-2026-00001": "paid",
        "INV-2026-00002": "open",
        "INV-2026-00003": "open",
    }
    assert broken_laws(engine) == []


def test_a_run_by_hand_is_dated_by_the_facts_not_by_the_clock(engine):
    with writing(engine) as connection:
        put_invoice(connection, "INV-2026-00001")
        put_payment(connection, "P", text="INV-2026-1")
    later = NOW + timedelta(days=200)
    allocate(engine, now=later, actor="rules", settings=Receivables())
    assert net(engine) == {PAID: 100_00}

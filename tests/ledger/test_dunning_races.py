"""Letters by several processes at once, killed processes, and money that lands while a letter is written."""

import subprocess
import sys
from threading import Thread

from sqlalchemy import func, select

from fakturo.audit import Entry, broken_at
from fakturo.ledger import audit_chain
from fakturo.ledger.dunning.sending import Work, propose, send
from fakturo.ledger.dunning_tables import dunned_invoices, dunning_notices
from fakturo.ledger.insert_new import insert_new
from fakturo.ledger.open import reading, writing
from fakturo.ledger.payment_tables import allocations
from fakturo.ledger.payments.balances import keep_statuses, lock
from fakturo.ledger.tables import audit, outbox
from tests.ledger.made_dunning import TERMS, letters, on, put_overdue, run
from tests.ledger.made_receivables import NOW, invoice_id, put_payment

CUSTOMERS = 60
KILLS = 3
DUN = """
import sys
from datetime import date
from fakturo.clock import utc_now
from fakturo.dunning.terms import terms_of
from fakturo.setting_groups.dunning import Dunning
from fakturo.ledger.dunning.sending import Work, propose, send
from fakturo.ledger.open import connect
engine = connect(sys.argv[1])
terms = terms_of(Dunning(), "DE")
proposal = propose(engine, terms, date.fromisoformat(sys.argv[2]))
print("proposed", flush=True)
sys.stdin.readline()
send(engine, proposal, Work(terms, utc_now(), "dunner"))
"""


def dunner(engine) -> subprocess.Popen:
    """A process that has made its proposal and waits for a word before it sends."""
    url = engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", DUN, url, str(on(10))]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def go(process: subprocess.Popen) -> None:
    process.stdin.write("go\n")
    process.stdin.flush()


def count(engine, table) -> int:
    with reading(engine) as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def put_many(engine) -> None:
    for each in range(CUSTOMERS):
        put_overdue(engine, f"R-{each}", customer=f"C-{each}")


def whole(engine) -> None:
    """Every letter with its invoices, event and audit entry, once."""
    with reading(engine) as connection:
        told = connection.execute(select(audit.c.subject).where(audit.c.action == "customer.dunned"))
        noted = connection.execute(select(dunning_notices.c.id)).scalars().all()
        assert sorted(told.scalars()) == sorted(f"dunning:{each}" for each in noted)
        subjects = connection.execute(select(outbox.c.subject)).scalars().all()
        assert len(subjects) == len(set(subjects)) == len(noted)
        lines = connection.execute(select(dunned_invoices.c.notice_id)).scalars().all()
        assert sorted(lines) == sorted(noted)
        entries = connection.execute(select(audit).order_by(audit.c.seq))
        assert broken_at(Entry(*row) for row in entries) is None


def test_two_processes_at_once_send_each_letter_once(engine):
    put_many(engine)
    both = [dunner(engine) for _ in range(2)]
    for each in both:
        assert each.stdout.readline() == "proposed\n"
    for each in both:
        go(each)
    for each in both:
        each.communicate()
        assert each.returncode == 0
    assert count(engine, dunning_notices) == CUSTOMERS
    whole(engine)


def test_killed_processes_leave_whole_letters_and_none_twice(engine):
    put_many(engine)
    for kill in range(KILLS):
        worker = dunner(engine)
        worker.stdout.readline()
        goal = count(engine, dunning_notices) + 3 + 5 * kill
        go(worker)
        while count(engine, dunning_notices) < goal and worker.poll() is None:
            pass
        worker.kill()
        worker.communicate()
        whole(engine)
    assert count(engine, dunning_notices) < CUSTOMERS
    run(engine, 10)
    assert count(engine, dunning_notices) == CUSTOMERS
    whole(engine)


def test_a_letter_waits_for_the_payment_that_is_being_written(engine):
    """The payment's transaction is open when the sender starts, and commits before the sender can look."""
    put_overdue(engine, "R-1")
    proposal = propose(engine, TERMS, on(10))
    sent = []
    sender = Thread(target=lambda: sent.append(send(engine, proposal, Work(TERMS, NOW, "dunner"))))
    with writing(engine) as connection:
        lock(connection, ["C-1"], [])
        payment = put_payment(connection, "P", 1000_00, customer_id="C-1")
        invoice = invoice_id(connection, "R-1")
        row = {"payment_id": payment, "invoice_id": invoice, "kind": "payment", "currency": "EUR"}
        row |= {"amount_minor": 1000_00, "effective_on": on(0), "rule": "reference", "reason": "named"}
        insert_new(connection, allocations, [row | {"actor": "rules", "recorded_at": NOW}])
        keep_statuses(connection, [invoice])
        entry = ("payments.allocated", "allocations", {"rows": 1})
        audit_chain.append(connection, at=NOW, actor="rules", entries=[entry])
        sender.start()
        sender.join(timeout=0.3)
        assert sender.is_alive()
    sender.join()
    assert (sent[0].letters, sent[0].dropped) == ((), ("C-1, EUR: It is paid.",))
    assert letters(engine) == []


def test_a_file_of_payments_that_is_being_landed_holds_letters_up(engine):
    """Landing locks no customer; the end of the audit chain is what both need."""
    put_overdue(engine, "R-1")
    proposal = propose(engine, TERMS, on(10))
    sent = []
    sender = Thread(target=lambda: sent.append(send(engine, proposal, Work(TERMS, NOW, "dunner"))))
    with writing(engine) as connection:
        put_payment(connection, "P", 15_00, customer_id="C-1")
        entry = ("file.landed", "file:1", {"rows_in": 1})
        audit_chain.append(connection, at=NOW, actor="intake", entries=[entry])
        sender.start()
        sender.join(timeout=0.3)
        assert sender.is_alive()
    sender.join()
    assert sent[0].letters == ()
    assert "15.00 EUR of this customer stand on no invoice" in sent[0].dropped[0]

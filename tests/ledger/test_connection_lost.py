"""PostgreSQL goes away in the middle of a step: one sentence, nothing half, the same step again succeeds."""

import pytest
from sqlalchemy import create_engine, event, func, select, text

from fakturo.errors import LedgerBusy
from fakturo.ledger import audit_check
from fakturo.ledger.landing.arrivals import FileFacts
from fakturo.ledger.landing.payments import land_payments
from fakturo.ledger.open import connect, reading, writing
from fakturo.ledger.payment_tables import allocations, payments
from fakturo.ledger.payments.allocating import allocate
from fakturo.ledger.tables import audit, files
from fakturo.payment import Arrived, PaymentRecord
from fakturo.setting_groups.receivables import Receivables
from tests.ledger.made_receivables import NOW, broken_laws, put_invoice, put_payment, statuses

FACTS = FileFacts("a" * 64, "bank", "bank.csv", "csv", None, 99, None)


@pytest.fixture
def engine(migrated_postgres, copied):
    """A ledger on PostgreSQL: the other has no connection that could break."""
    with copied(migrated_postgres) as url:
        opened = connect(url)
        yield opened
        opened.dispose()


def end(engine, connection):
    """Have the server end this connection."""
    pid = connection.connection.dbapi_connection.info.backend_pid
    admin = create_engine(engine.url)
    with admin.connect() as other:
        other.execute(text("select pg_terminate_backend(:pid, 10000)"), {"pid": pid})
    admin.dispose()


@pytest.fixture
def cut(engine):
    """Have the server end the connection just before it would do what holds these words; once."""
    done = []

    def before(words):
        @event.listens_for(engine, "before_cursor_execute")
        def _(connection, _cursor, statement, *_others):
            if words in statement and not done:
                done.append(statement)
                end(engine, connection)

        return done

    return before


def count(engine, table):
    with reading(engine) as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def land(engine):
    record = {"source": "bank", "kind": "payment", "currency": "EUR", "value_date": "2026-03-12"}
    arrived = [
        Arrived(PaymentRecord.model_validate(record | {"reference": f"R{n}", "amount_minor": 100 + n}), n)
        for n in range(1, 2501)
    ]
    return land_payments(engine, FACTS, records=arrived, refused=[], now=NOW)


@pytest.mark.parametrize("before", ["INSERT INTO files", "INSERT INTO audit "])
def test_a_landing_that_loses_its_connection_lands_nothing(engine, cut, before):
    was_cut = cut(before)
    with pytest.raises(
        LedgerBusy, match=r"broke off\. This step is written whole or not at all; run it again"
    ):
        land(engine)
    assert was_cut
    assert [count(engine, each) for each in (payments, files, audit)] == [0, 0, 0]
    assert land(engine).rows_accepted == 2500
    assert [count(engine, each) for each in (payments, files, audit)] == [2500, 1, 1]


@pytest.mark.parametrize("before", ["SELECT allocations.id", "UPDATE invoices", "INSERT INTO audit "])
def test_an_allocation_that_loses_its_connection_writes_nothing(engine, cut, before):
    with writing(engine) as connection:
        put_invoice(connection, "INV-2026-00001")
        put_payment(connection, "P", text="INV-2026-1")
    was_cut = cut(before)
    with pytest.raises(LedgerBusy, match="broke off"):
        allocate(engine, now=NOW, actor="rules", settings=Receivables())
    assert was_cut
    assert (count(engine, allocations), statuses(engine)) == (0, {"INV-2026-00001": "open"})
    assert allocate(engine, now=NOW, actor="rules", settings=Receivables()).written == 1
    assert statuses(engine) == {"INV-2026-00001": "paid"}
    assert broken_laws(engine) == []
    with reading(engine) as connection:
        assert audit_check.examine(connection)[0] == 1


def test_a_copy_that_is_broken_off_is_told_the_same_way(engine, cut, monkeypatch):
    """COPY is no statement that SQLAlchemy sees; the connection is gone when it begins."""
    from fakturo.ledger.landing import payments as room

    insert_rows = room.insert_rows

    def after_the_end(connection, *rest):
        end(engine, connection)
        insert_rows(connection, *rest)

    with monkeypatch.context() as patched:
        patched.setattr(room, "insert_rows", after_the_end)
        with pytest.raises(LedgerBusy, match="broke off"):
            land(engine)
    assert count(engine, payments) == 0
    assert land(engine).rows_accepted == 2500


def test_a_server_that_does_not_answer_is_told_without_the_password():
    engine = connect("postgresql+psycopg://clerk:hunter2@127.0.0.1:1/ledger")
    answer = r"clerk:\*\*\*@127.0.0.1.* does not answer: .*try again"
    with pytest.raises(LedgerBusy, match=answer) as told, reading(engine):
        pass
    assert "hunter2" not in str(told.value)
    assert "\n" not in str(told.value)

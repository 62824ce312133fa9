"""Rows in bulk arrive as any statement would have put them: every text, nothing half."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import DataError, IntegrityError

from fakturo.ledger.bulk import insert_rows
from fakturo.ledger.open import reading, writing
from fakturo.ledger.payment_tables import payments

NOW = datetime(2026, 6, 1, 12, 30, 15, 123456, tzinfo=UTC)
ROW = {
    "source": "bank",
    "reference": "R-0",
    "kind": "payment",
    "currency": "EUR",
    "amount_minor": 12_50,
    "fee_minor": 0,
    "value_date": date(2026, 5, 1),
    "payer": None,
    "file_id": None,
    "remittance": "",
    "invoice_refs": "[]",
    "content": "{}",
    "created_at": NOW,
    "run_id": "run",
}
TEXTS = [
    "", "\\N", "\\.", "NULL", "\\", "a\tb", "a\nb\r\nc", "a\\tb", '"quoted", with a comma', "it's",
    "%s %(n)s :n ?", "Łódź 山田 \U0001f3ee", " both ends ", "x" * 100_000,
]  # fmt: skip
"""What COPY, CSV, JSON or a placeholder would take for something else."""


def row(**values):
    return tuple((ROW | values).values())


def put(engine, rows):
    with writing(engine) as connection:
        insert_rows(connection, payments, list(ROW), rows)


def count(engine):
    with reading(engine) as connection:
        return connection.execute(select(func.count()).select_from(payments)).scalar_one()


def test_every_text_comes_back_as_it_was_and_nothing_stays_nothing(engine):
    put(engine, [row(reference=f"R-{n}", remittance=text) for n, text in enumerate(TEXTS)])
    with reading(engine) as connection:
        kept = connection.execute(
            select(payments.c.remittance, payments.c.payer).order_by(payments.c.id)
        ).all()
    assert kept == [(text, None) for text in TEXTS]


def test_bulk_rows_equal_the_rows_of_an_ordinary_insert(engine):
    elsewhere = datetime(2026, 6, 1, 23, 0, 0, 7, tzinfo=timezone(timedelta(hours=5, minutes=45)))
    cases = [
        {"amount_minor": 9_007_199_254_740_993, "created_at": elsewhere},  # 2**53 + 1: no float holds it
        {"amount_minor": 1, "value_date": date(1999, 12, 31), "payer": "Łódź"},
    ]
    put(engine, [row(reference=f"bulk-{n}", **case) for n, case in enumerate(cases)])
    with writing(engine) as connection:
        for n, case in enumerate(cases):
            connection.execute(insert(payments).values(ROW | case | {"reference": f"one-{n}"}))
    with reading(engine) as connection:
        kept = {
            each["reference"]: dict(each) | {"id": None, "reference": None}
            for each in connection.execute(select(payments)).mappings()
        }
    assert [kept[f"bulk-{n}"] for n in (0, 1)] == [kept[f"one-{n}"] for n in (0, 1)]
    assert kept["bulk-0"]["amount_minor"] == 9_007_199_254_740_993
    assert kept["bulk-0"]["created_at"] == elsewhere


@pytest.mark.parametrize(
    "wrong", [{"reference": "R-0"}, {"kind": None}, {"file_id": 77}], ids=["taken", "missing", "unknown"]
)
def test_one_wrong_row_of_many_leaves_nothing_and_is_told_as_ever(engine, wrong):
    many = [row(reference=f"R-{n}") for n in range(3000)]
    with pytest.raises(IntegrityError):
        put(engine, [*many, row(**{"reference": "last", **wrong})])
    assert count(engine) == 0
    put(engine, many)
    assert count(engine) == 3000


def test_the_rows_belong_to_the_callers_transaction(engine):
    with engine.connect().execution_options(writes=True) as connection:
        transaction = connection.begin()
        insert_rows(connection, payments, list(ROW), [row()])
        assert connection.execute(select(func.count()).select_from(payments)).scalar_one() == 1
        transaction.rollback()
    assert count(engine) == 0


def test_a_refused_row_within_a_savepoint_costs_that_savepoint_alone(engine):
    with writing(engine) as connection:
        insert_rows(connection, payments, list(ROW), [row()])
        with pytest.raises(IntegrityError), connection.begin_nested():
            insert_rows(connection, payments, list(ROW), [row(reference="new"), row()])
        insert_rows(connection, payments, list(ROW), [row(reference="after")])
    with reading(engine) as connection:
        kept = connection.execute(select(payments.c.reference).order_by(payments.c.id)).scalars().all()
    assert kept == ["R-0", "after"]


def test_rows_that_fail_while_they_are_made_leave_nothing(engine):
    """A value that the driver cannot send: the statement has begun, none of it stays."""
    if engine.dialect.name != "postgresql":
        pytest.skip("SQLite keeps a zero byte")
    fine = [row(reference=f"R-{n}") for n in range(50)]
    with pytest.raises(DataError):
        put(engine, [*fine, row(reference="zero", remittance="a\0b")])
    assert count(engine) == 0

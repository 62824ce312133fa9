"""Revenue a day out of the marts: every day up to the last known one, nothing after it, one currency."""

from datetime import date

import duckdb
import pytest

from models.revenue.features import currencies, daily

AS_OF = date(2026, 3, 6)
ROWS = [
    ("EUR", "DE", "A", "2026-03-02", 100),
    ("EUR", "DE", "A", "2026-03-02", -30),  # a credit note
    ("EUR", "FR", "B", "2026-03-02", 5),
    ("EUR", None, "B", "2026-03-05", 7),
    ("USD", "US", "C", "2026-03-03", 9),
    ("EUR", "DE", "A", "2026-03-07", 1000),  # after the last known day
    ("JPY", "JP", "D", "2026-03-09", 1000),
]


@pytest.fixture
def connection():
    with duckdb.connect(":memory:") as made:
        made.execute(
            "create table fct_invoices (currency varchar, customer_country varchar, customer_id varchar,"
            " issue_date date, signed_net_amount decimal(18, 4))"
        )
        made.execute(
            "create table fct_invoice_lines (currency varchar, product_id varchar, issue_date date,"
            " signed_net_amount decimal(18, 4))"
        )
        made.executemany("insert into fct_invoices values (?, ?, ?, ?, ?)", ROWS)
        made.execute("insert into fct_invoice_lines values ('EUR', 'P', '2026-03-04', 2.5)")
        yield made


def test_every_day_counts_and_credit_notes_are_taken_off(connection):
    found = daily(connection, AS_OF, "EUR")
    assert [day.isoformat()[:10] for day in found.index] == [f"2026-03-0{day}" for day in range(2, 7)]
    assert found.tolist() == [75, 0, 0, 7, 0]


def test_currencies_are_never_mixed(connection):
    assert currencies(connection, AS_OF) == ["EUR", "USD"]
    assert daily(connection, AS_OF, "USD").tolist() == [9, 0, 0, 0]


def test_segments_add_up_to_the_whole(connection):
    found = daily(connection, AS_OF, "EUR", by="country")
    assert {name: found[name].tolist() for name in found} == {
        "DE": [70, 0, 0, 0, 0],
        "FR": [5, 0, 0, 0, 0],
        "unknown": [0, 0, 0, 7, 0],
    }
    assert found.sum(axis=1).tolist() == daily(connection, AS_OF, "EUR").tolist()
    assert daily(connection, AS_OF, "EUR", by="product")["P"].tolist() == [2.5, 0, 0]


@pytest.mark.parametrize("by", [None, "country", "customer", "product"])
def test_nothing_after_the_last_known_day_is_seen(connection, by):
    before = daily(connection, AS_OF, "EUR", by)
    connection.execute("update fct_invoices set signed_net_amount = -5 where issue_date > ?", [AS_OF])
    connection.execute("insert into fct_invoices values ('EUR', 'XX', 'X', '2026-03-08', 1)")
    assert daily(connection, AS_OF, "EUR", by).equals(before)
    connection.execute("delete from fct_invoices where issue_date > ?", [AS_OF])
    assert daily(connection, AS_OF, "EUR", by).equals(before)


def test_where_nothing_was_issued_there_is_nothing(connection):
    assert daily(connection, AS_OF, "JPY").empty
    assert daily(connection, AS_OF, "JPY", by="country").empty


def test_cents_that_cancel_leave_nothing(connection):
    for amount in ("0.1", "0.2", "-0.3"):
        connection.execute("insert into fct_invoices values ('EUR', 'DE', 'A', '2026-03-04', ?)", [amount])
    assert daily(connection, AS_OF, "EUR").tolist()[2] == 0.0

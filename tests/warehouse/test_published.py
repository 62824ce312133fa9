"""Money in the copy of the ledger: what is masked, what is withheld, the sums that the marts must come to."""

from datetime import UTC, date, datetime

import duckdb
import pytest
from sqlalchemy import insert

from fakturo.ledger.open import writing
from fakturo.ledger.payment_tables import allocations, customer_payers, payments
from fakturo.ledger.tables import customers, quarantine
from fakturo.warehouse.snapshot import snapshot

DAY = date(2026, 3, 2)


@pytest.fixture
def paid(engine, filled, now):
    """Settings of a ledger with two payments and a refund of one Ann Archer, GBP and EUR."""
    with writing(engine) as connection:
        connection.execute(
            insert(customers).values(
                id="ann@example.com", name="Ann Archer", content="{}", first_seen_at=now, updated_at=now
            )
        )
        connection.execute(
            insert(payments),
            [
                {"id": n, "source": "bank", "reference": reference, "kind": kind, "currency": currency,
                 "amount_minor": amount, "fee_minor": fee, "value_date": DAY, "payer": "Ann Archer",
                 "payer_account": "GB33ARCHER", "customer_id": "Ann@Example.com",
                 "remittance": "from Ann Archer", "invoice_refs": '["ARCHER-1"]',
                 "content": "Ann Archer", "created_at": now}
                for n, reference, kind, currency, amount, fee in (
                    (1, "r-1", "payment", "GBP", 10_000, 150),
                    (2, "ann@example.com/2", "payment", "EUR", 700, 0),
                    (3, "r-3", "refund", "GBP", -2_500, 0),
                )
            ],
        )  # fmt: skip
        connection.execute(
            insert(allocations),
            [
                {"payment_id": n, "kind": "refund", "currency": "GBP", "amount_minor": amount,
                 "effective_on": DAY, "rule": rule, "reason": reason, "actor": "clerk", "recorded_at": now}
                for n, amount, rule, reason in (
                    (1, 2_500, "person", "Ann Archer asked for it"),
                    (3, -2_500, "credit", "Client ann@example.com uses up the client's credit."),
                )
            ],
        )  # fmt: skip
        connection.execute(
            insert(customer_payers).values(
                payer_key="ANN ARCHER", customer_id="ann@example.com", learned_from="payment 1",
                created_at=now,
            )
        )  # fmt: skip
        connection.execute(
            insert(quarantine).values(
                file_id=1, line=7, reasons="[\"Price 'Archer' is no number.\", \"No date.\"]", raw="{}",
                created_at=now,
            )
        )  # fmt: skip
    return filled


@pytest.fixture
def copied(paid, now, tmp_path):
    """Rows of a query on a copy: `copied(QUERY)`, with names where asked for."""

    def ask(query, *, names=False):
        file = tmp_path / f"names-{names}.duckdb"
        if not file.exists():
            warehouse = paid.warehouse.model_copy(update={"names": names})
            snapshot(paid.model_copy(update={"warehouse": warehouse}), file, publish_id="p", now=now)
        with duckdb.connect(str(file), read_only=True) as connection:
            return connection.execute(query).fetchall()

    return ask


def test_payers_their_accounts_and_their_words_are_not_copied(copied, tmp_path):
    assert copied(
        "select count(*), count(payer), count(payer_account), count(remittance) from ledger.payments"
    ) == [(3, 0, 0, 0)]
    assert copied("select payer_key from ledger.customer_payers") == [(None,)]
    written = (tmp_path / "names-False.duckdb").read_bytes().lower()
    assert b"archer" not in written
    assert b"ann@" not in written


def test_payers_are_copied_where_the_setting_says_so(copied):
    assert copied("select distinct payer, payer_account, remittance from ledger.payments", names=True) == [
        ("Ann Archer", "GB33ARCHER", "from Ann Archer")
    ]
    assert copied("select payer_key from ledger.customer_payers", names=True) == [("ANN ARCHER",)]


def test_a_payment_finds_its_customer_under_the_mask(copied):
    assert copied(
        "select payments.id, payments.reference like 'masked-%' from ledger.payments "
        "join ledger.customers on payments.customer_id = customers.id order by 1"
    ) == [(1, False), (2, True), (3, False)]


def test_what_rules_wrote_is_copied_and_what_a_person_wrote_is_not(copied):
    query = "select reason from ledger.allocations order by id"
    assert copied(query) == [(None,), ("Client [e-mail] uses up the client's credit.",)]
    assert copied(query, names=True)[0] == ("Ann Archer asked for it",)


def test_each_reason_of_a_quarantined_row_stands_without_what_it_quotes(copied):
    assert copied("select reasons from ledger.quarantine") == [(["Price … is no number.", "No date."],)]


def test_the_ledger_sums_its_payments_and_allocations_itself(copied):
    assert copied("select * from ledger.payment_totals order by all") == [
        ("EUR", "payment", 1, 700, 0),
        ("GBP", "payment", 1, 10_000, 150),
        ("GBP", "refund", 1, -2_500, 0),
    ]
    assert copied("select * from ledger.allocation_totals") == [("GBP", "refund", 2, 0)]


def test_the_day_of_a_publish_is_the_sellers(filled, tmp_path):
    """At 13:30 UTC it is the next day in Auckland already."""
    seller = filled.seller.model_copy(update={"timezone": "Pacific/Auckland"})
    there = filled.model_copy(update={"seller": seller})
    file = tmp_path / "auckland.duckdb"
    snapshot(there, file, publish_id="p", now=datetime(2026, 3, 2, 13, 30, tzinfo=UTC))
    with duckdb.connect(str(file), read_only=True) as connection:
        assert connection.execute("select made_on from ledger.publish").fetchone() == (date(2026, 3, 3),)

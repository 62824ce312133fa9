"""Letters in the warehouse: a story of two customers, dunned, promised and paid, built and asked."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from fakturo.dunning.terms import terms_of
from fakturo.intake.history import mapping
from fakturo.intake.history.import_invoices import import_invoices
from fakturo.ledger.dunning.decisions import promise, stop
from fakturo.ledger.dunning.sending import Work, propose, send
from fakturo.ledger.migrate import upgrade
from fakturo.ledger.open import connect
from fakturo.ledger.payments.decisions import Decider
from fakturo.setting_groups.dunning import Dunning
from fakturo.settings import load
from fakturo.warehouse.reading import open_published
from flows.build_marts import build
from tests.ledger.made_dunning import land_money

AS_OF = datetime(2026, 5, 10, 9, 0, tzinfo=UTC)
TERMS = terms_of(Dunning(address_needed=False), "DE")
QUERIES = Path(__file__).parents[2] / "docs/queries"

OLD = """invoice_no,customer_id,invoice_date,due_date,sku,quantity,price,currency
R-1,ann@buyer.example,2026-03-02,2026-04-01,A7,1,1000,EUR
R-2,C-1,2026-03-02,2026-04-01,A7,1,500,EUR
"""


def saved(name):
    return (QUERIES / f"{name}.sql").read_text()


@pytest.fixture(scope="module")
def dunned(tmp_path_factory):
    """R-1 and R-2 due on 1 April and dunned on the 11th; R-2 paid on the 20th; R-1 again on 25 April."""
    folder = tmp_path_factory.mktemp("dunned")
    settings = load(home=folder / "home", _env_file=None)
    engine = connect(settings.ledger_url)
    upgrade(engine)
    (folder / "old.csv").write_text(OLD)
    import_invoices(engine, settings, folder / "old.csv", mapping=mapping.load("generic"), now=AS_OF)
    for day in (date(2026, 4, 11), date(2026, 4, 25)):
        send(engine, propose(engine, TERMS, day), Work(TERMS, AS_OF, "dunner", "run-1"))
        if day == date(2026, 4, 11):
            land_money(engine, 500_00, "R-2", day=date(2026, 4, 20))
    clerk = Decider(engine, "anna", AS_OF, "she said so")
    promise(clerk, "R-1", date(2026, 5, 20), 400_00, today=AS_OF.date())
    stop(clerk, "ann@buyer.example", until=None, today=AS_OF.date())
    build(settings, now=AS_OF)
    engine.dispose()
    return settings


@pytest.fixture
def asked(dunned):
    with open_published(dunned) as connection:
        yield lambda query: [
            tuple(f"{value:.2f}" if isinstance(value, Decimal) else value for value in row)
            for row in connection.execute(query).fetchall()
        ]


def test_each_invoice_of_each_letter_is_a_row(asked):
    """R-1 on 25 April: 1,000 x .1027 x 24 / 365 = 6.75 of interest, 40.00 of lump sum."""
    rows = asked(
        "select invoice_id, level, tone, days_overdue, open_amount, interest_amount, lump_sum_amount, "
        "fee_amount, days_to_payment, is_paid_within_14_days, run_id from fct_dunning order by 1, 2"
    )
    assert rows == [
        (1, 1, "reminder", 10, "1000.00", "0.00", "0.00", "0.00", None, False, "run-1"),
        (1, 2, "notice", 24, "1000.00", "6.75", "40.00", "0.00", None, False, "run-1"),
        (2, 1, "reminder", 10, "500.00", "0.00", "0.00", "0.00", 9, True, "run-1"),
    ]


def test_saved_how_well_dunning_works(asked):
    """Level 1: 1,500.00 dunned, 500.00 of it paid within 14 days; level 2: nothing of 1,000.00."""
    assert asked(saved("dunning_works")) == [
        ("EUR", 1, 2, "1500.00", "500.00", 33.3, 9.0),
        ("EUR", 2, 1, "1000.00", "0.00", 0.0, None),
    ]


def test_who_was_dunned_and_what_was_said_is_masked(asked):
    names = asked("select distinct customer_id from fct_dunning order by 1")
    assert names[0] == ("C-1",)
    assert names[1][0].startswith("masked-")
    assert asked("select note, due_date from staging.stg_ledger__payment_promises") == [
        (None, date(2026, 5, 20))
    ]
    assert asked("select reason from staging.stg_ledger__dunning_stops where kind = 'stop'") == [(None,)]
    subjects = asked("select distinct subject from staging.stg_ledger__outbox")
    assert all("@" not in subject for (subject,) in subjects)

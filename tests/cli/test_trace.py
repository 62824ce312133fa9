"""`fakturo trace`: an invoice's whole way, and what it says when a station was tampered with."""

import pytest
from sqlalchemy import text

from fakturo.clock import utc_now
from fakturo.intake.ingest import ingest_file
from fakturo.ledger.issuing.chunk import issue_waiting
from fakturo.tracing import trace
from flows.build_marts import build

CSV = """order_id,customer_id,customer_name,country,currency,order_date,sku,name,quantity,unit_price
A-1,C-1,Harbour Tea Ltd,GB,GBP,2026-03-02,CR-012,Stoneware mug,3,6.80
"""


@pytest.fixture
def home(settings, either):
    """A ledger with one issued invoice that came as a file."""
    url = either.url.render_as_string(hide_password=False)
    settings = settings.model_copy(update={"ledger": settings.ledger.model_copy(update={"url": url})})
    settings.home.mkdir(exist_ok=True)
    path = settings.home.parent / "orders.csv"
    path.write_text(CSV)
    engine = either
    assert ingest_file(engine, settings, path, now=utc_now()).orders_new == 1
    done = issue_waiting(engine, seller=settings.seller, worker="test", clock=utc_now, lease_s=60)
    return settings, engine, done.numbers[0]


def test_every_station_of_an_invoice_holds(home):
    settings, _, number = home
    steps = {each.what: each for each in trace(settings, number)}
    assert list(steps) == ["published row", "invoice", "audit", "draft", "order", "file"]
    assert [each.what for each in steps.values() if each.problem] == []
    assert steps["file"].facts[0].startswith("orders.csv, first line 2")
    assert "There is no warehouse" in steps["published row"].facts[0]


def test_the_published_row_is_held_against_the_ledger(home):
    settings, _, number = home
    build(settings, now=utc_now())
    first = trace(settings, number)[0]
    assert first.problem is None
    assert first.facts[1] == "total 24.48 GBP"  # 3 x 6.80 and 20 % VAT


@pytest.mark.parametrize("place", ["invoice", "file"])
def test_what_was_changed_is_named(home, place, run):
    settings, engine, number = home
    if place == "invoice":
        with engine.begin() as connection:
            on = "" if engine.dialect.name == "sqlite" else " ON invoices"
            connection.execute(text(f"DROP TRIGGER invoices_no_update{on}"))
            connection.execute(text("UPDATE invoices SET content = replace(content, 'mug', 'jug')"))
    else:
        next(each for each in settings.archive.rglob("*") if each.is_file()).write_text("other")
    broken = [each.what for each in trace(settings, number) if each.problem]
    assert broken == [place]
    done = run("trace", number)
    assert (done.exit_code, f"do not hold: {place}." in done.output) == (1, True)


def test_the_command_prints_the_way(home, run):
    done = run("trace", home[2])
    assert done.exit_code == 0, done.output
    assert "All 6 stations hold." in done.output

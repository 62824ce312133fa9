"""in = accepted + duplicate + quarantined, whatever the table holds; every order is what the record says."""

import csv
import io
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fakturo.intake.ingest import ingest_bytes
from fakturo.ledger.landing import orders as landing
from fakturo.ledger.landing.arrivals import Landed
from fakturo.ledger.migrate import upgrade
from fakturo.ledger.open import connect, reading
from fakturo.ledger.tables import orders
from fakturo.order import Order, content, identity
from fakturo.settings import load

HEADER = [
    "order_id",
    "customer_id",
    "order_date",
    "sku",
    "name",
    "quantity",
    "unit_price",
    "currency",
    "line_total",
]
CELLS = (
    st.sampled_from(["A1", "A2", "A3", ""]),
    st.sampled_from(["C7", "C7", "C7", "C8", ""]),
    st.sampled_from(["2026-02-27", "2026-02-27", "27.02.2026", "03/04/2026", "never"]),
    st.sampled_from(["L1", "L2", "", "L;3"]),
    st.one_of(st.sampled_from(["Lantern", 'Lamp 7"', ' "x" ', ""]), st.text(max_size=8)),
    st.sampled_from(["1", "6", "2.5", "1,5", "-1", "0", "1.000", "x"]),
    st.sampled_from(["2.55", "1.234", "9,95", "0", "-1", "£3", "$3", ""]),
    st.sampled_from(["GBP", "GBP", "EUR", "", "JPY", "XXX"]),
    st.sampled_from(["", "", "15.30", "?"]),
)
ROWS = st.lists(st.tuples(*CELLS), max_size=12)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    ours = load(home=home, _env_file=None)
    engine = connect(ours.ledger_url)
    upgrade(engine)
    yield engine, ours
    engine.dispose()


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    table=ROWS,
    garbage=st.lists(st.binary(max_size=40), max_size=3),
    mapping=st.sampled_from(["generic", None]),
)
def test_random_tables_always_reconcile(place, now, table, garbage, mapping):
    """Property: rows, some of them garbage, are all accounted for; a second time all are duplicates."""
    engine, ours = place
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([HEADER, *table])
    body = text.getvalue().encode("utf-8", errors="replace") + b"\n".join(garbage)

    first, again = (
        ingest_bytes(engine, ours, io.BytesIO(body), name="o.csv", mapping=mapping, format="csv", now=now)
        for _ in range(2)
    )

    assert first.refused is None
    assert first.rows_in == first.rows_accepted + first.rows_duplicate + first.rows_quarantined
    assert (again.rows_accepted, again.rows_quarantined, again.rows_duplicate) == (0, 0, first.rows_in)
    with reading(engine) as connection:
        for row in connection.execute(orders.select()):
            order = Order.model_validate_json(row.content)
            assert content(order) == row.content
            assert identity(order) == row.content_sha256


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.binary(max_size=300),
    form=st.sampled_from(["csv", "json", "jsonl", "xlsx", "parquet", "ubl", "eml", "txt", "sqlite"]),
)
def test_random_bytes_give_an_outcome_in_every_format(place, now, body, form):
    engine, ours = place
    outcome = ingest_bytes(engine, ours, io.BytesIO(body), name="x", format=form, now=now, dry_run=True)

    assert outcome.refused or outcome.rows_in == (
        outcome.rows_accepted + outcome.rows_duplicate + outcome.rows_quarantined
    )


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    record=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=6),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["external_id", "lines", "id", "text", "customer"]), inner, max_size=4
            )
        ),
        max_leaves=8,
    )
)
def test_random_json_gives_an_outcome(place, now, record):
    engine, ours = place
    body = json.dumps([record, record]).encode()
    outcome = ingest_bytes(engine, ours, io.BytesIO(body), name="x.json", now=now, dry_run=True)

    assert outcome.refused or outcome.rows_in in {0, 2}


def test_an_imbalance_is_a_loud_error_and_lands_nothing(take, rows, monkeypatch):
    real = landing._sorted_out

    def forgetful(*arguments):
        found = real(*arguments)
        arguments[-1].accepted -= 1
        return found

    monkeypatch.setattr(landing, "_sorted_out", forgetful)
    with pytest.raises(AssertionError, match="2 rows were read but 1 accounted for"):
        take(
            "o.csv",
            ",".join(HEADER[:8]) + "\nA1,C7,2026-02-27,L1,Lamp,1,2,GBP\nA2,C7,2026-02-27,L1,Lamp,1,2,GBP\n",
        )

    assert rows("files") == rows("orders") == []


def test_a_balanced_count_passes():
    assert Landed(3, 1, 1, 1).balanced().rows_in == 3


def test_many_orders_spill_to_disk_and_come_back(take, rows, monkeypatch):
    from fakturo.intake import spool

    monkeypatch.setattr(spool.Spool.__init__, "__defaults__", (1000,))
    lines = "".join(f"A{n},C7,2026-02-27,L1,Lämp,{n % 7},2,GBP\n" for n in range(30))
    outcome = take("o.csv", ",".join(HEADER[:8]) + "\n" + lines + "A1,C7,2026-02-27,L2,x,?,2,GBP\n")

    found = rows("orders")
    assert outcome.orders_new == len(found) == 25
    assert [row["external_id"] for row in found][:3] == ["A1", "A2", "A3"]
    assert str(found[0]["ordered_on"]) == "2026-02-27"
    assert rows("findings")[0]["code"] == "lines_quarantined"

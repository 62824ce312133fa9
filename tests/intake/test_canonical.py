"""What SQL writes of a table's order is, letter by letter, what its record writes."""

import csv
import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fakturo.intake.ingest import ingest_bytes
from fakturo.intake.rows.order_json import is_canonical
from fakturo.ledger.migrate import upgrade
from fakturo.ledger.open import connect, reading
from fakturo.ledger.tables import customers, orders
from fakturo.order import Order, Party, content, identity
from fakturo.settings import load

ODD = (
    st.sampled_from(
        ['7" lamp', "a\\b", "a/b", "Zürich", "  x ", "\u00a0y\u2007", "\u200bz", "\x7f", "\u2028", "\x1c"]
    )
    | st.text(min_size=1, max_size=6)
    | st.just("")
)
NUMBER = st.sampled_from(
    [
        "1",
        "007",
        "2.50",
        "0.10",
        ".5",
        "-0",
        "-0.0",
        "0",
        "1e3",
        "12345678901234.1234567891",
        "3.",
        "+4",
        "-2",
    ]
)
DECIMAL = st.decimals(min_value="0", max_value="999", places=3).map(str) | NUMBER
COLUMNS = {
    "order_id": st.sampled_from(["A1", "A2", 'A"3', "Ä4"]),
    "customer_id": st.sampled_from(["C7", "C7", "C\\8", "\u00a0C9"]),
    "order_date": st.sampled_from(["2026-02-27", "2026-02-27", "2026-02-28"]),
    "sku": ODD,
    "name": ODD,
    "quantity": DECIMAL,
    "unit_price": DECIMAL,
    "currency": st.sampled_from(["GBP", "GBP", "gbp", "", "JPY"]),
    "unit": st.sampled_from(["C62", "KGM", "kg", "hours", "", "box"]),
    "price_base": st.sampled_from(["1", "1.0", "100", "", "0"]),
    "tax_rate": st.sampled_from(["20", "20%", "0", "", "19.00", "x"]),
    "tax_category": st.sampled_from(["S", "Z", "", "s", "?"]),
    "kind": st.sampled_from(["order", "", "cancellation"]),
    "cancels": st.sampled_from(["", "A1", 'A"3']),
    "po_number": st.sampled_from(["", "PO 1", "PO/ü"]),
    "buyer_reference": st.sampled_from(["", "04011000-12345-03"]),
    "contract": st.sampled_from(["", 'C "1"']),
    "project": st.sampled_from(["", "P-1"]),
    "delivered_on": st.sampled_from(["", "2026-02-27"]),
    "period_first": st.sampled_from(["", "2026-02-01", "2026-02-28"]),
    "period_last": st.sampled_from(["", "2026-02-27"]),
    "legal_id": ODD,
    "endpoint": ODD,
    "endpoint_scheme": st.sampled_from(["", "0088"]),
    "gtin": st.sampled_from(["", "4012345000009", "12"]),
    "buyer_code": ODD,
    "order_line": ODD,
    "payment_means": st.sampled_from(["", "transfer", "Lastschrift", "48", "cash"]),
    "mandate_id": ODD,
    "debited_iban": st.sampled_from(["", "DE02 1203 0000 0000 2020 51", "DE03"]),
    "card_number": st.sampled_from(["", "0012", "4111111111111111"]),
    "note": ODD,
    "terms_days": st.sampled_from(["", "30", "030", "0"]),
    "customer_name": ODD,
    "street": ODD,
    "country": st.sampled_from(["", "GB", "Germany", "Atlantis", "de"]),
    "vat_id": ODD,
    "email": ODD,
    "order_discount": st.sampled_from(["", "1.50", "0", "2"]),
    "shipping": st.sampled_from(["", "4.90", "0.00", "5"]),
    "stated_net": st.sampled_from(["", "10.00", "-0", "-5.10"]),
    "stated_total": st.sampled_from(["", "10.00", "1,000.50"]),
}
NEEDED = ("order_id", "customer_id", "order_date", "sku", "quantity", "unit_price")


@st.composite
def tables(draw):
    """A header and rows."""
    others = [name for name in COLUMNS if name not in NEEDED]
    header = [*NEEDED, *draw(st.lists(st.sampled_from(others), unique=True, max_size=len(others)))]
    return [header, *draw(st.lists(st.tuples(*(COLUMNS[name] for name in header)), min_size=1, max_size=6))]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    ours = load(home=home, _env_file=None)
    engine = connect(ours.ledger_url)
    upgrade(engine)
    yield engine, ours
    engine.dispose()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(table=tables())
def test_every_order_is_as_its_record_writes_it(place, now, table):
    engine, ours = place
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(table)
    body = io.BytesIO(text.getvalue().encode("utf-8", errors="replace"))

    outcome = ingest_bytes(engine, ours, body, name="o.csv", mapping="generic", format="csv", now=now)

    assert outcome.refused is None
    with reading(engine) as connection:
        for row in connection.execute(orders.select()):
            order = Order.model_validate_json(row.content)
            assert content(order) == row.content
            assert identity(order) == row.content_sha256
            assert (order.ordered_on, order.kind, len(order.lines)) == (
                row.ordered_on,
                row.kind,
                row.line_count,
            )
        for row in connection.execute(customers.select()):
            assert row.content == Party.model_validate_json(row.content).model_dump_json(
                exclude_defaults=True
            )


@pytest.mark.parametrize(
    ("columns", "constants", "by_sql"),
    [
        ({"quantity", "shipping"}, {"currency"}, True),
        ({"quantity", "discount"}, set(), False),
        ({"quantity", "debited_iban"}, set(), False),
        ({"quantity", "line_net"}, set(), False),
        ({"quantity"}, {"currency", "tax_rate"}, False),
    ],
)
def test_what_needs_the_record(columns, constants, by_sql):
    assert is_canonical(columns, constants) is by_sql

"""A ledger of five months, told by hand: six invoices, a credit note, seven payments; and its warehouse."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from sqlalchemy import Connection, Engine, insert, select

from fakturo.invoice import content as invoice_content
from fakturo.invoice import content_sha256
from fakturo.issue import propose
from fakturo.ledger import audit_chain
from fakturo.ledger.issuing.chunk import issue_chunk
from fakturo.ledger.issuing.numbering import take
from fakturo.ledger.migrate import upgrade
from fakturo.ledger.open import connect, writing
from fakturo.ledger.orders.queue import claim
from fakturo.ledger.payment_tables import allocations, payments
from fakturo.ledger.payments.balances import keep_statuses
from fakturo.ledger.tables import drafts, files, invoices, orders, quarantine
from fakturo.order import Order, OrderLine, Party, content, identity
from fakturo.seller import Seller
from fakturo.settings import load
from fakturo.tax import Client
from fakturo.warehouse.reading import open_published
from flows.build_marts import build
from flows.parse_transforms import described

AS_OF = datetime(2026, 5, 10, 9, 0, tzinfo=UTC)
"""A Sunday; the publish."""
# (order, customer, ordered and issued on, days to pay, net of its one line; 20 % tax is added)
ORDERS = (
    ("O1", "K1", date(2026, 1, 10), 30, 1000),
    ("O2", "K1", date(2026, 2, 10), 30, 500),
    ("O3", "K1", date(2026, 3, 1), 30, 2000),
    ("O6", "K2", date(2026, 3, 10), 10, 100),
    ("O4", "K1", date(2026, 4, 1), 30, 300),
    ("O5", "K2", date(2026, 4, 15), 30, 1000),
)
CREDIT = ("C5", "K2", date(2026, 4, 20), 0, 200)
"""Corrects the invoice of O5."""
# (id, kind, amount, fee, value date, customer as stated, takes back)
PAYMENTS = (
    (1, "payment", 1200, 0, date(2026, 2, 4), "K1", None),
    (2, "payment", 200, 0, date(2026, 3, 20), None, None),
    (3, "payment", 400, 0, date(2026, 4, 1), None, None),
    (4, "payment", 2400, 0, date(2026, 4, 10), None, None),
    (5, "chargeback", -2400, 0, date(2026, 4, 20), None, "r4"),
    (6, "payment", 360, 0, date(2026, 5, 1), None, None),
    (7, "payment", 50, 1, date(2026, 5, 6), "K9", None),
)
# (payment, by credit note, order of the invoice, kind, amount, effective on)
ALLOCATIONS = (
    (1, False, "O1", "payment", 1200, date(2026, 2, 4)),
    (2, False, "O2", "payment", 200, date(2026, 3, 20)),
    (3, False, "O2", "payment", 400, date(2026, 4, 1)),
    (4, False, "O3", "payment", 2400, date(2026, 4, 10)),
    (None, True, "O5", "credit_note", 240, date(2026, 4, 20)),
    (5, False, "O3", "payment", -2400, date(2026, 4, 20)),
    (6, False, "O4", "payment", 360, date(2026, 5, 1)),
    (None, False, "O6", "write_off", 120, date(2026, 5, 5)),
)


@pytest.fixture(scope="session")
def paid(tmp_path_factory):
    """Settings of the published story; never written to."""
    settings = load(home=tmp_path_factory.mktemp("paid"), _env_file=None)
    engine = connect(settings.ledger_url)
    upgrade(engine)
    for told in ORDERS:
        _issue(engine, *told)
    with writing(engine) as connection:
        numbers = dict(
            connection.execute(
                select(orders.c.external_id, invoices.c.id).join(invoices, invoices.c.order_id == orders.c.id)
            )
            .tuples()
            .all()
        )
        credit_id = _credit(connection, numbers["O5"], *CREDIT)
        _pay(connection, numbers, credit_id)
        _quarantine(connection)
    build(settings, now=AS_OF)
    engine.dispose()
    return settings


@pytest.fixture(scope="session")
def manifest(paid):
    """The dbt project as dbt understands it: manifest.json."""
    return described(paid)


@pytest.fixture
def asked(paid):
    """Rows of a query on the published story; decimals as text with two digits, so that cents count."""
    with open_published(paid) as connection:
        yield lambda query: [
            tuple(f"{value:.2f}" if isinstance(value, Decimal) else value for value in row)
            for row in connection.execute(query).fetchall()
        ]


def _at(day: date) -> datetime:
    return datetime.combine(day, time(9), UTC)


def _order(external_id: str, customer: str, day: date, terms: int, net: int) -> Order:
    return Order(
        external_id=external_id,
        customer=Party(id=customer, name=customer, country="GB"),
        currency="GBP",
        ordered_on=day,
        terms_days=terms,
        lines=(
            OrderLine(
                no=1, code="L1", name="Lantern", quantity=Decimal(1), unit_price=Decimal(net),
                tax_category="S", tax_rate=Decimal(20),
            ),
        ),
    )  # fmt: skip


def _landed(order: Order, day: date, **other: object) -> dict[str, object]:
    return {
        "source": "shop", "external_id": order.external_id, "content_sha256": identity(order),
        "lane": "rules", "status": "queued", "customer_id": order.customer.id, "currency": "GBP",
        "ordered_on": day, "line_count": 1, "content": content(order), "received_at": _at(day),
        "updated_at": _at(day), **other,
    }  # fmt: skip


def _issue(engine: Engine, external_id: str, customer: str, day: date, terms: int, net: int) -> None:
    order = _order(external_id, customer, day, terms, net)
    with writing(engine) as connection:
        connection.execute(insert(orders).values(**_landed(order, day)))
    claimed = claim(engine, lane="rules", worker="w", limit=1, now=_at(day), lease_s=60)
    told = issue_chunk(engine, claimed, seller=Seller(), now=_at(day), worker="w", run_id=f"run-{day:%m}")
    assert told.issued == 1


def _credit(
    connection: Connection, corrects: int, external_id: str, customer: str, day: date, terms: int, net: int
) -> int:
    order = _order(external_id, customer, day, terms, net)
    proposal = propose(order, buyer=order.customer, client=Client(), seller=Seller(), issue_date=day)
    assert proposal.invoice is not None
    (seq,) = take(connection, "CN-2026", 1)
    note = proposal.invoice.model_copy(update={"kind": "credit_note", "number": "CN-2026-000001"})
    order_id = connection.execute(
        insert(orders).values(**_landed(order, day, kind="cancellation", status="issued", cancels="O5"))
    ).inserted_primary_key[0]
    draft_id = connection.execute(
        insert(drafts).values(order_id=order_id, drafter="person", outcome="proved", created_at=_at(day))
    ).inserted_primary_key[0]
    text = invoice_content(note)
    credit_id = connection.execute(
        insert(invoices).values(
            number=note.number, series="CN-2026", seq=seq, kind="credit_note", order_id=order_id,
            draft_id=draft_id, customer_id=customer, currency="GBP", issue_date=day, due_date=day,
            tax_point_date=day, net_minor=20_000, tax_minor=4_000, total_minor=24_000, content=text,
            content_sha256=content_sha256(text), issued_at=_at(day), corrects_id=corrects,
        )
    ).inserted_primary_key[0]  # fmt: skip
    entry = ("invoice.issued", "invoice:CN-2026-000001", {})
    audit_chain.append(connection, at=_at(day), actor="w", entries=[entry])
    return int(credit_id)


def _pay(connection: Connection, numbers: dict[str, int], credit_id: int) -> None:
    connection.execute(
        insert(payments),
        [
            {"id": n, "source": "bank", "reference": f"r{n}", "kind": kind, "currency": "GBP",
             "amount_minor": amount * 100, "fee_minor": fee * 100, "value_date": day, "customer_id": customer,
             "reverses": reverses, "remittance": "", "invoice_refs": "[]", "content": "{}",
             "created_at": _at(day), "run_id": "run-bank"}
            for n, kind, amount, fee, day, customer, reverses in PAYMENTS
        ],
    )  # fmt: skip
    connection.execute(
        insert(allocations),
        [
            {"payment_id": payment, "credit_note_id": credit_id if by_note else None,
             "invoice_id": numbers[order], "kind": kind, "currency": "GBP", "amount_minor": amount * 100,
             "effective_on": day, "rule": "reference", "reason": "told", "actor": "w",
             "recorded_at": AS_OF}
            for payment, by_note, order, kind, amount, day in ALLOCATIONS
        ],
    )  # fmt: skip
    keep_statuses(connection, [*numbers.values(), credit_id])


def _quarantine(connection: Connection) -> None:
    """A file of payments with two lines, one of them set aside for two reasons."""
    file_id = connection.execute(
        insert(files).values(
            kind="payments", sha256="f" * 64, source="bank", name="bank.csv", format="csv", bytes=99,
            rows_in=2, rows_accepted=1, rows_duplicate=0, rows_quarantined=1, orders_new=0,
            orders_duplicate=0, orders_conflict=0, received_at=AS_OF, run_id="run-bank",
        )
    ).inserted_primary_key[0]  # fmt: skip
    connection.execute(
        insert(quarantine).values(
            file_id=file_id, line=2, reasons='["No date.", "Amount \'x\' is no number."]', raw="{}",
            created_at=AS_OF,
        )
    )  # fmt: skip

"""Landing: one transaction a file, whatever happens; the same on both databases."""

import json

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from fakturo.finding import Finding
from fakturo.ledger.landing import orders as landing
from fakturo.ledger.landing.arrivals import FileFacts, Landing, Refused
from fakturo.ledger.landing.orders import contents_of, known, land
from fakturo.ledger.open import reading
from fakturo.ledger.orders.queue import claim
from fakturo.ledger.tables import audit, customers, files, findings, metadata, orders, quarantine
from fakturo.order import Party, content, identity

FACTS = FileFacts("0" * 64, "shop", "o.csv", "csv", "generic@1", 100, "00/" + "0" * 64)


def arriving(order, **changes):
    made = Landing(
        external_id=order.external_id,
        content_sha256=identity(order),
        kind=order.kind,
        lane="rules",
        status="queued",
        rows=len(order.lines),
        customer=order.customer.model_dump_json(exclude_defaults=True),
        customer_id=order.customer.id,
        currency=order.currency,
        ordered_on=order.ordered_on,
        line_count=len(order.lines),
        content=content(order),
        first_line=2,
    )
    return made._replace(**changes)


def put(engine, now, *landings, facts=FACTS, refused=(), **options):
    rows = sum(each.rows for each in landings) + len(refused)
    return land(
        engine, facts, rows_in=rows, rows_duplicate=0, landings=lambda: landings, refused=lambda: refused,
        now=now, run_id="run-1", **options,
    )  # fmt: skip


def count(engine, table):
    with reading(engine) as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar()


def test_everything_of_a_file_lands_together(engine, now, order):
    doubtful = arriving(
        order.model_copy(update={"external_id": "A-2"}),
        status="needs_review",
        findings=(Finding(code="odd", message="Odd.", place="line 2"),),
    )
    refused = Refused(5, None, '["x is missing."]', '{"x":null}')
    landed = put(engine, now, arriving(order), doubtful, refused=(refused,))

    assert landed == (5, 4, 0, 1, 2, 0, 0)
    with reading(engine) as connection:
        file = connection.execute(select(files)).one()
        assert (file.rows_in, file.rows_quarantined, file.orders_new, file.received_at) == (5, 1, 2, now)
        row = connection.execute(select(orders).where(orders.c.external_id == "A-1")).one()
        assert (row.status, row.ordered_on, row.received_at, row.file_id) == (
            "queued",
            order.ordered_on,
            now,
            file.id,
        )
        finding = connection.execute(select(findings)).one()
        assert (finding.stage, finding.code, finding.run_id) == ("intake", "odd", "run-1")
        assert connection.execute(select(quarantine.c.line, quarantine.c.status)).one() == (5, "open")
        assert connection.execute(select(customers.c.name)).scalar() == "Blue Door Ltd"
        assert json.loads(connection.execute(select(audit.c.details)).scalar())["rows_in"] == 5
    (claimed,) = claim(engine, lane="rules", worker="w", limit=9, now=now, lease_s=60)
    assert claimed.external_id == "A-1"


def test_a_file_that_fails_in_the_middle_leaves_nothing(engine, now, order):
    def failing():
        yield arriving(order)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        land(engine, FACTS, rows_in=2, rows_duplicate=0, landings=failing, refused=tuple, now=now)

    assert [count(engine, metadata.tables[name]) for name in ("files", "orders", "customers", "audit")] == [
        0
    ] * 4


def test_the_very_same_file_is_known(engine, now, order):
    put(engine, now, arriving(order))

    assert put(engine, now, arriving(order)) == (2, 0, 2, 0, 0, 1, 0)
    assert known(engine, "shop", FACTS.sha256, "generic@1") == (2, 0, 2, 0, 0, 1, 0)
    assert known(engine, "shop", FACTS.sha256, "generic@2") is None
    assert known(engine, "other", FACTS.sha256, "generic@1") is None
    assert count(engine, files) == 1


def test_two_conflicts_with_one_order_both_point_at_it(engine, now, order):
    others = [
        arriving(order.model_copy(update={"currency": each}), external_id="A-1") for each in ("EUR", "SEK")
    ]
    put(engine, now, arriving(order), *others)

    with reading(engine) as connection:
        rows = connection.execute(
            select(orders.c.id, orders.c.status, orders.c.conflict_of).order_by(orders.c.id)
        ).all()
    first = rows[0].id
    assert [tuple(row)[1:] for row in rows] == [
        ("queued", None),
        ("needs_review", first),
        ("needs_review", first),
    ]
    assert count(engine, findings) == 2


def test_who_loses_a_race_tries_once_more_and_sees_duplicates(engine, now, order, monkeypatch):
    real = landing._write
    tries = []

    def late(ledger, job):
        tries.append(job)
        if len(tries) == 1:
            put(engine, now, arriving(order), facts=FACTS._replace(sha256="1" * 64))
            raise IntegrityError("insert", {}, Exception("duplicate key"))
        return real(ledger, job)

    calls = iter([late, real, late])

    def write(ledger, job):
        return next(calls)(ledger, job)

    monkeypatch.setattr(landing, "_write", write)

    assert put(engine, now, arriving(order)) == (2, 0, 2, 0, 0, 1, 0)
    assert len(tries) == 2


def test_orders_and_cancellations_of_customers_are_given_back_without_conflicts(engine, now, order):
    cancellation = order.model_copy(update={"external_id": "C-1", "kind": "cancellation"})
    conflict = arriving(order.model_copy(update={"currency": "EUR"}), external_id="A-1")
    put(engine, now, arriving(order), arriving(cancellation), conflict)

    found = sorted(contents_of(engine, "shop", ["C-1", "nobody"]))
    assert found == [content(order), content(cancellation)]
    assert list(contents_of(engine, "other", ["C-1"])) == []


def test_a_client_is_completed_never_emptied(engine, now, order):
    put(engine, now, arriving(order))
    party = Party(id="C-1", city="Leeds")
    later = order.model_copy(update={"external_id": "A-2", "customer": party})
    put(engine, now, arriving(later), facts=FACTS._replace(sha256="1" * 64))

    with reading(engine) as connection:
        row = connection.execute(select(customers)).one()
    assert json.loads(row.content) == {"id": "C-1", "name": "Blue Door Ltd", "city": "Leeds", "country": "GB"}

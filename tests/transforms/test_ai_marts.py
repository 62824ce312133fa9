"""Marts of the AI step on a small story told by hand; each figure below is worked out from its calls."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from sqlalchemy import insert, update

from fakturo.finding import Finding
from fakturo.ledger.issuing.chunk import issue_chunk
from fakturo.ledger.migrate import upgrade
from fakturo.ledger.open import connect, writing
from fakturo.ledger.orders.drafts import save_draft
from fakturo.ledger.orders.queue import claim
from fakturo.ledger.tables import ai_calls, drafts, findings, orders
from fakturo.order import Order, OrderLine, Party, content
from fakturo.seller import Seller
from fakturo.settings import load
from fakturo.warehouse.metrics.layer import layer
from fakturo.warehouse.metrics.query import Question, compiled
from fakturo.warehouse.reading import open_published
from flows.build_marts import build
from flows.parse_transforms import semantic_manifest

ROOT = Path(__file__).parents[2]
NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""All orders of the story come in at this moment."""

# (id, order, endpoint, model, request, answer, outcome, minutes after nine, ms, tokens in, out, micros)
CALLS = (
    (1, 1, "e", "m", "a", None, "rate_limit", 0, 5, 0, 0, 0),
    (2, 1, "e", "m", "a", "answer-a", "ok", 0, 1000, 100, 50, 1250),
    (3, 2, "e", "m", "b", "answer-b", "ok", 10, 2000, 100, 50, 2000),
    (4, 2, "e", "m", "b2", "answer-b2", "ok", 10, 3000, 100, 50, 3000),
    (5, 3, "e", "m", "c", "answer-c", "ok", 20, 4000, 100, 50, 1002),
    (6, 4, "e", "m", "d", None, "timeout", 30, 30000, 100, 0, 500),
    (7, 4, "f", "m2", "d@f", None, "quota_exhausted", 31, 8, 0, 0, 0),
    (8, 6, "f", "m2", "g@f", "answer-g", "ok", 70, 500, 200, 60, None),
    (9, 4, "e", "m", "d", None, "sent", 80, 0, 100, 60, 700),
    (10, None, "e", "m", "z", None, "transient", 90, 9, 0, 0, 40),
)


def order(external_id, quantity=2):
    return Order(
        external_id=external_id,
        customer=Party(id="K1", name="Blue Door", country="GB"),
        currency="GBP",
        ordered_on=date(2026, 3, 2),
        lines=(OrderLine(no=1, name="Lantern", quantity=Decimal(quantity), unit_price=Decimal("14.50"),
                         tax_category="S", tax_rate=Decimal(20)),),
    )  # fmt: skip


def found(*codes):
    return tuple(Finding(code=code, message="m") for code in codes)


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """A published warehouse of the story.

    1 is limited, then proved and issued. 2 is asked again, changed by a person and issued. 3 is approved as
    it is and issued. 4 is parked after two providers failed, and asked again at this moment. 5 is proved from
    an answer kept from 1 and issued. 6 waits for a person; its provider has no prices. 7 was too long to
    ask. One call is about no order.
    """
    settings = load(home=tmp_path_factory.mktemp("told"), _env_file=None)
    engine = connect(settings.ledger_url)
    upgrade(engine)
    at = {"received_at": NINE, "updated_at": NINE}
    with writing(engine) as connection:
        connection.execute(
            insert(orders),
            [
                {"id": n, "source": "mail", "external_id": f"O{n}", "content_sha256": f"{n}" * 64,
                 "lane": "model", "status": "queued", "raw": "text", **at}
                for n in range(1, 8)
            ],
        )  # fmt: skip
        for n, about, endpoint, model, request, answer, outcome, minutes, ms, asked, said, micros in CALLS:
            connection.execute(
                insert(ai_calls).values(
                    id=n, order_id=about, endpoint=endpoint, model=model, request_sha256=request,
                    prompt_version="1" if model == "m" else "2", answer_sha256=answer, outcome=outcome,
                    prompt_tokens=asked, completion_tokens=said, cost_micros=micros, duration_ms=ms,
                    started_at=NINE + timedelta(minutes=minutes, seconds=n),
                )
            )  # fmt: skip
    claim(engine, lane="model", worker="w", limit=7, now=NINE, lease_s=60)

    def draft(order_id, drafted, findings, seconds, *, asked=("m", "1"), answer=None, reasks=0):
        model, version = asked
        assert save_draft(
            engine, order_id, drafted, drafter="model", findings=findings, worker="w", reasks=reasks,
            now=NINE + timedelta(seconds=seconds), model=model, prompt_version=version, answer_sha256=answer,
        )  # fmt: skip

    draft(1, order("O1"), (), 30, answer="answer-a")
    draft(2, order("O2"), found("quantity_not_found", "line_missing"), 620, answer="answer-b2", reasks=1)
    draft(3, order("O3"), found("quantity_not_found"), 1210, answer="answer-c")
    draft(5, order("O5"), (), 7200, answer="answer-a")
    draft(6, None, found("draft_incomplete"), 4275, asked=("m2", "2"), answer="answer-g")
    draft(7, None, found("text_too_long"), 2400, asked=(None, None))
    with writing(engine) as connection:
        for order_id, decided in ((2, order("O2", quantity=3)), (3, order("O3"))):
            draft_id = connection.execute(
                insert(drafts).values(
                    order_id=order_id, drafter="person", outcome="proved", content=content(decided),
                    created_at=NINE + timedelta(hours=2),
                )
            ).inserted_primary_key[0]  # fmt: skip
            connection.execute(
                insert(findings).values(
                    order_id=order_id, draft_id=draft_id, stage="review", code="stated_amount_differs",
                    message="m", created_at=NINE + timedelta(hours=2),
                )
            )  # fmt: skip
            connection.execute(
                update(orders)
                .where(orders.c.id == order_id)
                .values(
                    lane="rules", status="queued", content=content(decided), customer_id="K1", currency="GBP"
                )
            )
        connection.execute(update(orders).where(orders.c.id == 4).values(leased_by=None, leased_until=None))
    later = NINE + timedelta(hours=3)
    claimed = claim(engine, lane="rules", worker="w", limit=7, now=later, lease_s=60)
    assert issue_chunk(engine, claimed, seller=Seller(), now=later, worker="w").issued == 4
    build(settings, now=later)
    engine.dispose()
    return settings


@pytest.fixture
def ask(told):
    """Rows of a query on the published story; decimals as text, so that every digit counts."""
    with open_published(told) as connection:
        yield lambda query: [
            tuple(str(value) if isinstance(value, Decimal) else value for value in row)
            for row in connection.execute(query).fetchall()
        ]


def test_a_call_knows_its_draft_what_it_repeats_and_how_it_ended(ask):
    rows = ask(
        "select ai_call_id, draft_id, outcome_class, duration_ms, cost_amount, is_repeat, is_reask "
        "from fct_ai_calls order by all"
    )
    assert rows == [
        (1, 1, "rate_limit", 5, "0.000000", False, False),
        (2, 1, "ok", 1000, "0.001250", True, False),
        (3, 2, "ok", 2000, "0.002000", False, False),
        (4, 2, "ok", 3000, "0.003000", False, True),
        (5, 3, "ok", 4000, "0.001002", False, False),
        (6, None, "timeout", 30000, "0.000500", False, False),
        (7, None, "other", 8, "0.000000", False, False),
        (8, 5, "ok", 500, None, False, False),
        (9, None, "unsettled", None, "0.000700", True, False),
        (10, None, "transient", 9, "0.000040", False, False),
    ]


def test_a_draft_knows_what_it_took_and_what_became_of_it(ask):
    rows = ask(
        "select order_id, drafter, endpoint, model, is_proved, reask_count, finding_count, ai_call_count, "
        "ai_failed_call_count, ai_cost_amount, drafted_after_ms, is_issued, is_decided_by_person, "
        "is_changed_by_person from fct_drafts order by draft_id"
    )
    assert rows == [
        (1, "model", "e", "m", True, 0, 0, 2, 1, "0.001250", 30_000, True, False, False),
        (2, "model", "e", "m", False, 1, 2, 2, 0, "0.005000", 620_000, False, True, True),
        (3, "model", "e", "m", False, 0, 1, 1, 0, "0.001002", 1_210_000, False, True, False),
        (5, "model", "e", "m", True, 0, 0, 0, 0, "0.000000", 7_200_000, True, False, False),
        (6, "model", "f", "m2", False, 0, 1, 1, 0, None, 4_275_000, False, False, False),
        (7, "model", None, None, False, 0, 1, 0, 0, "0.000000", 2_400_000, False, False, False),
        (2, "person", None, None, True, 0, 0, 0, 0, "0.000000", 7_200_000, True, False, False),
        (3, "person", None, None, True, 0, 0, 0, 0, "0.000000", 7_200_000, True, False, False),
    ]


def test_an_hour_tells_how_each_provider_did(ask):
    rows = ask(
        "select ai_hour_id, call_count, settled_count, ok_count, success_pct, rate_limit_pct, transient_pct, "
        "timeout_pct, invalid_pct, ok_p50_ms, ok_p95_ms, cost_amount, proved_draft_count, "
        "review_draft_count from kpi_ai_hourly order by all"
    )
    third, sixth = "66.6667", "16.6667"
    nothing = (None,) * 7
    assert rows == [
        ("2026-03-02T09 e m", 6, 6, 4, third, sixth, "0.0000", sixth, "0.0000", "2500.0", "3850.0",
         "0.007752", 1, 2),
        ("2026-03-02T09 f m2", 1, 1, 0, *["0.0000"] * 5, None, None, "0.000000", 0, 0),
        ("2026-03-02T10 e m", 2, 1, 0, "0.0000", "0.0000", "100.0000", "0.0000", "0.0000", None, None,
         "0.000740", 0, 0),
        ("2026-03-02T10 f m2", 1, 1, 1, "100.0000", *["0.0000"] * 4, "500.0", "500.0", None, 0, 1),
        ("2026-03-02T11 e m", 0, 0, 0, *nothing, "0.000000", 1, 0),
    ]  # fmt: skip


def test_tokens_repeats_and_unknown_ends_are_counted_by_hour(ask):
    assert ask(
        "select sum(prompt_tokens), sum(completion_tokens), sum(repeat_count), sum(reask_count), "
        "sum(unsettled_count), sum(unpriced_count), sum(other_failure_count) from kpi_ai_hourly"
    ) == [(800, 320, 2, 1, 1, 1, 1)]


def test_an_invoice_knows_what_the_model_cost(ask):
    rows = ask("select order_id, drafter, ai_call_count, ai_cost_amount from fct_invoices order by order_id")
    assert rows == [
        (1, "model", 2, "0.001250"),
        (2, "person", 2, "0.005000"),
        (3, "person", 1, "0.001002"),
        (5, "model", 0, "0.000000"),
    ]


def test_an_order_without_invoice_keeps_its_cost_and_an_unpriced_one_has_none(ask):
    rows = ask(
        "select order_id, ai_call_count, ai_failed_call_count, ai_unpriced_call_count, ai_cost_amount "
        "from fct_orders where not is_invoiced order by order_id"
    )
    assert rows == [(4, 3, 2, 0, "0.001200"), (6, 1, 0, 1, None), (7, 0, 0, 0, "0.000000")]


def saved(name):
    return (ROOT / "docs/queries" / f"{name}.sql").read_text()


def test_the_saved_cost_of_an_invoice_counts_what_came_to_nothing(ask):
    # 7,252 micros of 4 invoices; 1,200 of order 4, which is not invoiced
    assert ask(saved("cost_per_invoice")) == [
        (date(2026, 3, 1), 7, 4, "0.008452", "0.001200", "0.001126", "0.001813", "0.002113", 1)
    ]


def test_the_saved_prompt_versions_are_ranked_by_what_is_proved(ask):
    assert ask(saved("best_prompt_version")) == [
        ("m", "1", 4, 50.0, 25.0, 0.25, 1.25, "0.003626", 915_000.0),
        ("m2", "2", 1, 0.0, 0.0, 0.0, 1.0, None, 4_275_000.0),
    ]


def test_the_saved_hours_begin_with_the_latest(ask):
    rows = ask(saved("provider_by_hour"))
    assert [(row[0].hour, row[1], row[3]) for row in rows] == [
        (11, "e", 0),
        (10, "e", 2),
        (10, "f", 1),
        (9, "e", 6),
        (9, "f", 1),
    ]


def test_the_saved_cost_adds_up_by_day_model_and_outcome(ask):
    # the quickest way to the 95th percentile of four: 3000 + 0.85 x (4000 - 3000)
    assert ask(saved("cost_of_ai")) == [
        (date(2026, 3, 2), "m", "ok", 4, 400, 200, "0.007252", pytest.approx(3850.0)),
        (date(2026, 3, 2), "m", "rate_limit", 1, 0, 0, "0.000000", 5.0),
        (date(2026, 3, 2), "m", "sent", 1, 100, 60, "0.000700", None),  # its end is not known
        (date(2026, 3, 2), "m", "timeout", 1, 100, 0, "0.000500", 30000.0),
        (date(2026, 3, 2), "m", "transient", 1, 0, 0, "0.000040", 9.0),
        (date(2026, 3, 2), "m2", "ok", 1, 200, 60, None, 500.0),
        (date(2026, 3, 2), "m2", "quota_exhausted", 1, 0, 0, "0.000000", 8.0),
    ]


def test_the_saved_waiting_orders_stand_with_their_reasons(ask):
    # 6 and 7 wait for a person, 4 for a provider
    assert sorted((row[0], row[1], row[2]) for row in ask(saved("what_waits"))) == [
        ("needs_review", "draft_incomplete", 1),
        ("needs_review", "text_too_long", 1),
        ("queued", None, 1),
    ]


@pytest.mark.parametrize(
    ("change", "places"),
    [
        ("update fct_ai_calls set cost_amount = cost_amount + 0.000001 where ai_call_id = 2", {"requests"}),
        ("delete from fct_ai_calls where order_id is null", {"requests", "invoices", "drafts"}),
        ("delete from kpi_ai_hourly where endpoint = 'f' and cost_amount is null", {"hours"}),
        ("update fct_orders set ai_cost_amount = 0 where order_id = 4", {"invoices"}),
        ("insert into fct_invoices select * from fct_invoices where order_id = 2", {"invoices"}),
        ("update fct_drafts set ai_call_count = 3 where draft_id = 1", {"drafts"}),
        ("select 1", set()),
    ],
)
def test_a_cost_that_is_lost_or_doubled_fails_the_build(told, tmp_path, change, places):
    assert {row[0] for row in failing("ai_costs_reconcile_to_ledger", told, tmp_path, change)} == places


@pytest.mark.parametrize(
    ("change", "places"),
    [
        ("update kpi_ai_hourly set timeout_count = 2 where call_count = 6", {"2026-03-02T09 e m"}),
        ("update kpi_ai_hourly set unsettled_count = 0", {"2026-03-02T10 e m"}),
        ("update kpi_ai_hourly set proved_draft_count = 0 where call_count = 0", {"drafts"}),
        ("select 1", set()),
    ],
)
def test_an_hour_that_does_not_add_up_fails_the_build(told, tmp_path, change, places):
    assert {row[0] for row in failing("ai_hours_add_up", told, tmp_path, change)} == places


def failing(name, settings, tmp_path, change):
    """Rows that a dbt test finds once the marts were changed so."""
    query = (ROOT / f"transforms/tests/{name}.sql").read_text()
    query = re.sub(r"\{#.*?#\}", "", query, flags=re.DOTALL)
    query = re.sub(
        r"\{\{ ref\('(stg_)?(\w+)'\) \}\}", lambda m: f"staging.stg_{m[2]}" if m[1] else m[2], query
    )
    file = tmp_path / "warehouse.duckdb"
    file.write_bytes(settings.warehouse_file.read_bytes())
    with duckdb.connect(str(file)) as connection:
        connection.execute(change)
        return connection.execute(query).fetchall()


def test_the_metrics_of_the_ai_step(told, ask):
    """Of 10 requests 9 ended, 5 with an answer; 8,492 micros in all, 40 of them about no order."""
    metrics = layer(semantic_manifest(told))

    def answer(*names, **given):
        return ask(compiled(metrics, Question(names, **given)))

    assert answer("ai_requests", "ai_answers", "ai_ended_requests", "ai_success_rate", "ai_cost") == [
        (10, 5, 9, "55.56", "0.008492")
    ]
    # 4 AI-drafted invoices, one of them from a kept answer; 1,200 micros for an order that is not invoiced
    assert answer(
        "orders", "orders_invoiced", "ai_invoices", "ai_cost_of_orders", "ai_cost_of_invoices",
        "ai_cost_per_invoice", "ai_full_cost_per_invoice",
    ) == [(7, 4, 4, "0.008452", "0.007252", "0.001813", "0.002113")]  # fmt: skip
    assert answer("drafts", "drafts_proved", "drafts_proved_rate", by=("drafter",)) == [
        ("model", 6, 2, "33.33"),
        ("person", 2, 2, "100.00"),
    ]

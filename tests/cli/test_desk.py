"""What a clerk does at the command line, from an empty ledger to issued invoices."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert

from fakturo.errors import NotAllowed, NotFound
from fakturo.ledger.open import writing
from fakturo.ledger.tables import ai_calls, ai_endpoints, ai_spending, audit, orders
from fakturo.order import content, identity


@pytest.fixture
def waiting(sqlite_engine, order, now):
    """Two orders in the queue: one good, one that states another total."""

    def row(each):
        return {
            "source": "desk",
            "external_id": each.external_id,
            "content_sha256": identity(each),
            "lane": "rules",
            "status": "queued",
            "customer_id": each.customer.id,
            "content": content(each),
            "received_at": now,
            "updated_at": now,
        }

    odd = order.model_copy(update={"external_id": "A-2", "stated_total": order.lines[0].unit_price})
    with writing(sqlite_engine) as connection:
        connection.execute(insert(orders), [row(order), row(odd)])
    return sqlite_engine


def test_init_makes_a_home_and_a_settings_file_once(run, settings, tmp_path):
    first = run("init")
    assert first.exit_code == 0
    assert "marked SPECIMEN" in first.output
    assert settings.inbox.is_dir()
    (tmp_path / "fakturo.toml").write_text("# mine\n")
    assert run("init").exit_code == 0
    assert (tmp_path / "fakturo.toml").read_text() == "# mine\n"


def test_an_empty_ledger_is_told_as_it_is(run):
    out = run("status").output
    assert "none yet" in out
    assert "No warehouse yet: `fakturo build` makes one." in out
    assert run("export", "invoices", "--format", "json").output == "[]\n"
    assert run("export", "invoices").output == ""
    assert "0 entries, unbroken" in run("audit", "verify").output


def test_good_orders_are_issued_and_doubtful_ones_wait(run, waiting):
    out = run("issue").output
    assert ["issued", "1"] in [line.split() for line in out.splitlines()]
    assert "1 orders wait for a person" in out
    listed = run("invoices", "list").output
    assert "INV-" in listed
    assert "36.00 GBP" in listed
    status = run("status").output
    assert "stated_amount_differs" in status


def test_parked_orders_say_why_and_until_when(run, waiting, now):
    later = datetime(2099, 1, 1, tzinfo=UTC)
    with writing(waiting) as connection:
        connection.execute(orders.update().values(not_before=later, status_reason="The provider rests."))
    out = run("status").output
    assert "The provider rests." in out
    assert "2099-01-01 00:00:00" in out
    assert "Parked until 2099-01-01 00:00:00 UTC" in run("status", "A-1").output


def test_orders_are_listed_with_what_keeps_them(run, waiting):
    run("issue")
    listed = run("orders", "list", "--status", "needs_review").output
    assert "A-2" in listed
    assert "A-1" not in listed


def test_one_order_tells_its_whole_story(run, waiting):
    run("issue")
    story = run("status", "A-1").output
    assert "received as A-1 (desk)" in story
    assert "drafted by code: proved" in story
    assert "issued as INV-" in story
    doubtful = run("status", "A-2").output
    assert "states a total of 2.55 GBP" in doubtful


def test_orders_and_invoices_show_their_content(run, waiting):
    run("issue")
    assert '"external_id": "A-1"' in run("orders", "show", "A-1").output
    assert "Order A-2 (id 2, from desk): needs_review" in run("orders", "show", "2").output
    number = json.loads(run("export", "invoices").output)["number"]
    shown = run("invoices", "show", number).output
    assert "36.00 GBP" in shown
    assert "SHA-256" in shown
    assert run("orders", "show", number).output.startswith("Order A-1")


def test_an_export_has_every_field(run, waiting):
    run("issue")
    lines = [json.loads(line) for line in run("export", "orders", "--format", "jsonl").output.splitlines()]
    assert [line["external_id"] for line in lines] == ["A-1", "A-2"]
    assert set(lines[0]) == {column.name for column in orders.columns}
    (draft,) = json.loads(run("export", "drafts", "--format", "json").output)
    assert draft["outcome"] == "proved"


@pytest.mark.parametrize(
    "words", [("orders", "show", "X-9"), ("invoices", "show", "INV-1"), ("config", "ai.rmp")]
)
def test_what_is_not_there_is_one_sentence(run, words):
    result = run(*words)
    assert isinstance(result.exception, NotFound)
    assert words[-1] in str(result.exception)


def test_only_what_waits_or_died_can_be_retried(run, waiting):
    assert "back in the queue" in run("orders", "retry", "A-1").output
    run("issue")
    assert isinstance(run("orders", "retry", "A-1").exception, NotAllowed)


def test_secrets_are_masked(run, monkeypatch):
    monkeypatch.setenv("FAKTURO_AI_API_KEY", "s3cret")
    monkeypatch.setenv("FAKTURO_LEDGER_URL", "postgresql://u:hidden@h/d")
    out = run("config").output
    assert "s3cret" not in out
    assert "hidden" not in out
    assert "********" in out
    assert run("config", "ai.model").output.strip() == "gpt-4o-mini"


def test_a_tampered_ledger_fails_verification(run, waiting):
    run("issue")
    with writing(waiting) as connection:
        connection.exec_driver_sql("DROP TRIGGER audit_no_delete")
        connection.execute(audit.delete())
    result = run("audit", "verify")
    assert result.exit_code == 1
    assert "broken" in result.output


@pytest.fixture
def letters(sqlite_engine, now):
    """Three letters in the queue."""

    def row(name):
        return {
            "source": "email",
            "external_id": name,
            "content_sha256": "0" * 64,
            "lane": "model",
            "status": "queued",
            "raw": "x",
            "received_at": now,
            "updated_at": now,
        }

    with writing(sqlite_engine) as connection:
        connection.execute(insert(orders), [row(f"mail-{n}") for n in range(3)])
    return sqlite_engine


def test_letters_without_a_model_say_so(run, letters):
    assert "To be drafted: 3 wait, 0 under way. No AI model is set up" in run("status").output
    assert "No AI model is set up" in run("status", "mail-1").output
    listed = run("orders", "list").output
    assert "place 1 of 3" in listed
    assert "place 3 of 3" in listed


@pytest.mark.parametrize(
    ("state", "why"),
    [
        ({"breaker": {"rests": 1, "open_until": 4e9}}, "http://127.0.0.1:1/v1/chat/completions m rests"),
        ({"credit": {"refusals": 1, "rest_until": 4e9}}, "m refuses the key or has no credit."),
        ({"pace": {"blocked_until": 4e9}}, "m asked to wait (rate limit)."),
    ],
    ids=["resting", "no credit", "rate limit"],
)
def test_a_provider_that_keeps_letters_waiting_is_named_with_the_next_try(
    run, letters, monkeypatch, state, why, now
):
    monkeypatch.setenv("FAKTURO_AI_BASE_URL", "http://127.0.0.1:1/v1")
    monkeypatch.setenv("FAKTURO_AI_MODEL", "m")
    name = "http://127.0.0.1:1/v1/chat/completions m"
    with writing(letters) as connection:
        row = {"name": name, "state": json.dumps(state), "updated_at": now}
        connection.execute(insert(ai_endpoints).values(**row))
    out = run("status", "mail-0").output
    assert why in out
    assert "Next step in about" in out
    assert why in run("status").output


def test_a_second_provider_that_is_well_leaves_nothing_to_tell(run, letters, monkeypatch, now):
    monkeypatch.setenv("FAKTURO_AI_BASE_URL", "http://127.0.0.1:1/v1")
    monkeypatch.setenv("FAKTURO_AI_FALLBACKS", '[{"base_url": "http://127.0.0.1:2/v1"}]')
    with writing(letters) as connection:
        row = {"name": "http://127.0.0.1:1/v1/chat/completions gpt-4o-mini", "updated_at": now}
        state = json.dumps({"breaker": {"rests": 1, "open_until": 4e9}})
        connection.execute(insert(ai_endpoints).values(**row, state=state))
    assert "no worker is running" in run("status", "mail-0").output


def test_a_spent_day_is_told_until_midnight(run, letters, monkeypatch):
    monkeypatch.setenv("FAKTURO_AI_BASE_URL", "http://127.0.0.1:1/v1")
    for name, value in (("PRICE_IN", "1"), ("PRICE_OUT", "1"), ("MAX_COST_PER_DAY", "2")):
        monkeypatch.setenv(f"FAKTURO_AI_{name}", value)
    assert "no worker is running" in run("status", "mail-0").output
    now = datetime.now(UTC)
    with writing(letters) as connection:
        for day in (now, now + timedelta(days=1)):  # the test may run over midnight
            row = {"scope": f"day:{day:%Y-%m-%d}", "tokens": 1, "cost_micros": 2_000_001}
            connection.execute(insert(ai_spending).values(**row, updated_at=now))
    out = run("status", "mail-0").output
    assert "The day's cap FAKTURO_AI_MAX_COST_PER_DAY=2 is spent." in out
    assert "Next step in about" in out


def test_dead_letters_show_their_last_answer_and_are_all_replayed(run, letters, now):
    call = {
        "endpoint": "e",
        "model": "m",
        "prompt_version": "1",
        "request_sha256": "a" * 64,
        "duration_ms": 1,
        "started_at": now,
    }
    with writing(letters) as connection:
        connection.execute(orders.update().values(status="dead_letter", status_reason="Too long."))
        for order_id, outcome, status in (
            (1, "transient", 503),
            (1, "permanent", 400),
            (2, "permanent", 400),
        ):
            row = call | {"order_id": order_id, "outcome": outcome, "http_status": status}
            connection.execute(insert(ai_calls).values(**row))
    lines = [line.split() for line in run("status").output.splitlines()]
    assert ["permanent", "400", "2", "2"] in lines
    assert ["never", "asked", "1", "3"] in lines
    assert ["All", "of", "them", "again:", "fakturo", "orders", "retry", "--all-dead-letters"] in lines
    assert (
        "Last answer: permanent (HTTP 400). Replay it: `fakturo orders retry 1`." in run("status", "1").output
    )
    assert (
        run("orders", "retry", "--all-dead-letters").output == "3 of 3 dead letters are back in the queue.\n"
    )


def test_several_orders_are_retried_at_once_and_each_refusal_is_told(run, waiting):
    result = run("orders", "retry", "A-1", "nope", "A-2", "nor this")
    assert result.output.splitlines() == [
        "Order A-1 is back in the queue.",
        "Order A-2 is back in the queue.",
        "No order nope; `fakturo orders list` shows what there is.",
    ]
    assert str(result.exception).startswith("No order nor this")


@pytest.mark.parametrize("words", [(), ("A-1", "--all-dead-letters")])
def test_retry_takes_orders_or_all_dead_letters(run, words):
    assert "Name the orders to be tried again" in str(run("orders", "retry", *words).exception)


def test_an_orders_story_tells_what_a_person_overruled_and_why(run, waiting):
    run("issue")
    run("review", "approve", "A-2", "--note", "They know.")
    out = run("status", "A-2").output
    assert "drafted by a person: proved" in out
    assert "overruled: The order states a total of 2.55 GBP" in out
    assert ": They know. (overruled: stated_amount_differs)" in out
    run("issue")
    assert "issued as INV-" in run("status", "A-2").output

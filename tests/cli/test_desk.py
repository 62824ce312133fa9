"""What a clerk does at the command line, from an empty ledger to issued invoices."""

import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import insert

from fakturo.errors import NotAllowed, NotFound
from fakturo.ledger.open import writing
from fakturo.ledger.tables import audit, orders
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

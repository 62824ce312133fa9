"""The round over the ledger: findings are written once, the page stands alone, a bad batch is Degraded."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, insert, select

from bench.made_ledger import fill
from expectations import page
from expectations.keep import keep
from expectations.rounds import of_ledger
from fakturo import settings as settings_room
from fakturo.ledger.open import reading, writing
from fakturo.ledger.tables import files, findings, invoices, orders
from flows import check_landed as flow_file

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@pytest.fixture
def odd(sqlite_engine, settings, now):
    """120 usual orders, one order with too many lines, one file that was mostly thrown out."""
    fill(sqlite_engine, count=120, lines=2, now=now)
    with writing(sqlite_engine) as connection:
        file_id = connection.execute(
            insert(files).values(
                sha256="0" * 64, source="shop", name="x.csv", format="csv", bytes=1, rows_in=10,
                rows_accepted=1, rows_duplicate=0, rows_quarantined=9, orders_new=1, orders_duplicate=0,
                orders_conflict=0, received_at=now,
            )
        ).inserted_primary_key[0]  # fmt: skip
        order_id = connection.execute(
            insert(orders).values(
                source="shop", external_id="O-1", content_sha256="1" * 64, lane="rules",
                status="needs_review", customer_id="C-1", currency="GBP", ordered_on=now.date(),
                line_count=501, file_id=file_id, received_at=now, updated_at=now,
            )
        ).inserted_primary_key[0]  # fmt: skip
    return settings, sqlite_engine, order_id, file_id


def found(engine):
    with reading(engine) as connection:
        query = select(findings.c.order_id, findings.c.stage, findings.c.code, findings.c.place)
        return {tuple(row) for row in connection.execute(query)}


def test_each_failing_row_is_a_finding_once(odd, now):
    settings, engine, order_id, file_id = odd
    verdicts = of_ledger(settings, since=EPOCH, now=now)
    assert keep(engine, verdicts, now=now, run_id="r") == 2
    assert keep(engine, of_ledger(settings, since=EPOCH, now=now), now=now, run_id="r") == 0
    assert found(engine) == {
        (order_id, "landed", "many_lines", None),
        (None, "landed", "file_mostly_quarantined", f"file {file_id}"),
    }


def test_a_failing_invoice_is_a_finding_of_its_order(odd, now):
    settings, engine, _, _ = odd
    yesterday = now - timedelta(days=3)  # for whom the invoices are dated in the future
    verdicts = of_ledger(settings, since=EPOCH, now=yesterday)
    keep(engine, verdicts, now=now, run_id=None)
    ours = {row for row in found(engine) if row[2] == "issued_in_future"}
    with reading(engine) as connection:
        assert len(ours) == connection.execute(select(func.count()).select_from(invoices)).scalar_one()
    assert (1, "landed", "issued_in_future", "invoice INV-2026-000001") in ours


def test_only_what_is_recent_is_checked(odd, now):
    settings, engine, _, _ = odd
    verdicts = of_ledger(settings, since=now + timedelta(seconds=1), now=now)
    assert all(verdict.passed and verdict.checked == 0 for verdict in verdicts)
    assert keep(engine, verdicts, now=now, run_id=None) == 0


def test_the_page_stands_alone_and_names_every_key(odd, now, tmp_path):
    settings, _, order_id, _ = odd
    written = page.write(tmp_path, "check_landed", of_ledger(settings, since=EPOCH, now=now), at=now)
    text = written.read_text()
    assert written.name == "check_landed-20260302T090000Z.html"
    assert not re.search(r"https?:|src=|@import|url\(", text)
    assert "Degraded</span>: 1 of 33 expectations failed." in text
    assert f"<code>{order_id}</code>" in text
    assert "passed, with findings" in text


def test_a_page_cuts_long_lists_of_keys_and_says_so(odd, now, monkeypatch):
    settings, _, _, _ = odd
    monkeypatch.setattr(page, "KEYS_AT_ONCE", 4)
    monkeypatch.setattr(page, "KEYS_SHOWN", 10)
    text = page.page("Check", of_ledger(settings, since=EPOCH, now=now - timedelta(days=3)), at=now)
    assert re.search(r"INV-2026-000010</code> and 1\d\d more, all in the ledger's findings", text)


def test_old_pages_go(tmp_path, now, monkeypatch):
    monkeypatch.setattr(page, "PAGES_KEPT", 2)
    for hour in range(4):
        page.write(tmp_path, "check_landed", [], at=now + timedelta(hours=hour))
    assert sorted(each.name for each in tmp_path.iterdir()) == [
        "check_landed-20260302T110000Z.html",
        "check_landed-20260302T120000Z.html",
    ]
    assert "Nothing was checked." in next(tmp_path.iterdir()).read_text()


@pytest.fixture
def artifacts(monkeypatch):
    """What the flow would show in Prefect, by key."""
    shown = {}

    def show(content, key, description=""):
        shown[key] = content

    monkeypatch.setattr(flow_file, "create_table_artifact", show)
    monkeypatch.setattr(flow_file, "create_markdown_artifact", show)
    return shown


@pytest.fixture
def home(settings, monkeypatch, now):
    monkeypatch.setenv("FAKTURO_HOME", str(settings.home))
    monkeypatch.setattr(flow_file, "utc_now", lambda: now)
    settings_room.current.cache_clear()
    yield settings.home
    settings_room.current.cache_clear()


def test_a_failing_batch_ends_the_run_degraded_with_the_reasons(odd, home, artifacts):
    state = flow_file.check_landed.fn(hours=24)
    assert (state.type.value, state.name) == ("COMPLETED", "Degraded")
    assert "2 new findings" in state.message
    assert "file_mostly_quarantined (1 of 2 rows)" in state.message
    assert "landed_files.file_mostly_quarantined" in artifacts["check-landed-degraded"]
    assert len(artifacts["check-landed"]) == 33
    assert len(list((home / "reports").glob("check_landed-*.html"))) == 1


def test_an_empty_ledger_passes(sqlite_engine, home, artifacts):
    state = flow_file.check_landed.fn(hours=None)
    assert state.name == "Completed"
    assert state.message == "33 expectations, 0 failed, 0 new findings."
    assert "check-landed-degraded" not in artifacts

"""The copy of the ledger: complete, of one moment, without what is personal."""

import threading
from datetime import timedelta

import duckdb
import pytest
from sqlalchemy import insert, update

from bench.made_ledger import fill
from fakturo.errors import WarehouseError
from fakturo.ledger.open import writing
from fakturo.ledger.purchase_tables import purchase_documents
from fakturo.ledger.tables import customers, files, findings, metadata, orders, quarantine
from fakturo.warehouse import copying
from fakturo.warehouse.landed import INVOICES, landed, rows
from fakturo.warehouse.published import PUBLISHED
from fakturo.warehouse.snapshot import snapshot

WITHHELD = {
    "accepted_shapes": {"key", "rules", "accepted_at"},  # what issuing need not ask again; no fact
    "files": {"archived_as"},
    "purchase_documents": set(purchase_documents.c.keys()),  # what others bill us, kept for later
    "customers": {"content", "payment_means", "mandate_id", "debited_iban"},
    "orders": {"raw", "leased_by", "deposit_of"},
    "quarantine": {"raw", "resolved_by"},
    "drafts": {"content"},
    "ai_answers": {"answer"},
    "ai_endpoints": {"state"},
    "outbox": {"payload", "not_before"},
    "payments": {"invoice_refs", "content"},
    "dunning_notices": {"content"},
    "deliveries": {"not_before", "leased_until", "leased_by"},
    "audit": {"details", "previous_sha256"},
}

WRONG_SUMS = """
    with mine as (select currency, sum(total_minor) as total from ledger.invoices group by currency)
    select count(*) from mine full join ledger.control_totals using (currency)
    where total is distinct from total_minor
"""


@pytest.fixture
def copy(filled, now, tmp_path):
    """Take a snapshot and open it."""
    opened = []

    def take(settings=filled, name="copy"):
        file = tmp_path / f"{name}.duckdb"
        counts = snapshot(settings, file, publish_id="p1", now=now, run_id="r1")
        opened.append(duckdb.connect(str(file), read_only=True))
        return opened[-1], counts

    yield take
    for connection in opened:
        connection.close()


def test_all_invoices_and_their_lines_are_copied(copy):
    connection, counts = copy()
    assert counts["orders"] == 40
    assert counts["invoices"] == counts["drafts"] == counts["audit"] == 40
    lines, ordered = connection.execute(
        "select (select sum(len(content.lines)) from ledger.invoices), "
        "(select sum(line_count) from ledger.orders where kind = 'order')"
    ).fetchone()
    assert lines == ordered
    assert connection.execute("select bool_and(content_intact) from ledger.invoices").fetchone() == (True,)


def test_the_copy_says_which_publish_it_is_and_how_far_the_audit_log_reaches(copy, now):
    connection, counts = copy()
    row = connection.execute("select publish_id, made_at, run_id, audit_seq from ledger.publish").fetchone()
    assert row == ("p1", now.replace(tzinfo=None), "r1", counts["audit"])
    rows = dict(connection.execute("select table_name, row_count from ledger.table_rows").fetchall())
    assert rows == counts


def test_control_totals_are_those_of_the_ledger(copy):
    connection, _ = copy()
    assert connection.execute("select * from ledger.control_totals order by all").fetchall() == (
        connection.execute(
            "select currency, kind, count(*), sum(net_minor), sum(tax_minor), sum(total_minor) "
            "from ledger.invoices group by all order by all"
        ).fetchall()
    )


def test_types_are_the_same_on_both_databases(copy):
    connection, _ = copy()
    types = dict(connection.execute("select column_name, data_type from duckdb_columns()").fetchall())
    wanted = {"seq": "BIGINT", "issue_date": "DATE", "issued_at": "TIMESTAMP", "number": "VARCHAR"}
    assert {name: types[name] for name in wanted} == wanted


def test_every_column_of_the_ledger_is_published_or_withheld_on_purpose():
    for name, table in metadata.tables.items():
        unpublished = set(table.columns.keys()) - set(PUBLISHED.get(name, ()))
        assert unpublished == WITHHELD.get(name, set()), f"decide about {name}"


def personal(engine, now):
    """Put something personal wherever text can stand."""
    at = {"received_at": now, "updated_at": now}
    with writing(engine) as connection:
        connection.execute(
            insert(customers).values(
                id="Ann@Example.com", name="Ann Archer", content='{"name": "Ann Archer"}', first_seen_at=now,
                updated_at=now,
            )
        )  # fmt: skip
        order_id = connection.execute(
            insert(orders).values(
                source="mail", external_id="ann@example.com/7", content_sha256="1" * 64, lane="model",
                status="needs_review", status_reason="Asked 'Ann Archer' (ann@example.com) for the quantity.",
                customer_id="ann@example.com", raw="Dear all, Ann Archer here", **at,
            )
        ).inserted_primary_key[0]  # fmt: skip
        connection.execute(
            insert(findings).values(
                order_id=order_id, stage="drafting", code="x", created_at=now,
                message='The text says "Ann Archer", mail ann@example.com.',
            )
        )  # fmt: skip
        connection.execute(update(files).values(name="ann@example.com.csv"))
        connection.execute(
            insert(quarantine).values(
                file_id=1, line=1, reasons="[\"Price 'Ann Archer' is no number.\"]", raw="{}", created_at=now,
            )
        )  # fmt: skip


def test_nothing_personal_is_copied(copy, engine, now, tmp_path):
    personal(engine, now)
    connection, _ = copy()
    connection.close()
    written = (tmp_path / "copy.duckdb").read_bytes().lower()
    assert b"archer" not in written
    assert b"ann@" not in written


def test_a_masked_id_is_the_same_in_every_table(copy, engine, now):
    personal(engine, now)
    connection, _ = copy()
    joined = connection.execute(
        "select customers.id, orders.status_reason from ledger.orders join ledger.customers "
        "on orders.customer_id = customers.id where source = 'mail'"
    ).fetchone()
    assert joined[0].startswith("masked-")
    assert joined[1] == "Asked … [e-mail] for the quantity."


def test_names_are_copied_only_where_the_setting_says_so(copy, filled):
    with_names = filled.model_copy(update={"warehouse": filled.warehouse.model_copy(update={"names": True})})
    query = "select count(name) from ledger.customers"
    assert copy(filled, "without")[0].execute(query).fetchone() == (0,)
    assert copy(with_names, "with")[0].execute(query).fetchone()[0] > 0


def test_the_key_of_the_masks_is_kept_and_nobody_elses_to_read(copy, filled):
    copy(name="one")
    key = (filled.home / "mask.key").read_text()
    copy(name="two")
    assert (filled.home / "mask.key").read_text() == key
    assert (filled.home / "mask.key").stat().st_mode & 0o777 == 0o600


def test_a_snapshot_beside_a_writer_is_of_one_moment(copy, engine, now):
    """While orders are issued as fast as they can be, each copy has as many audit entries as orders."""
    stop = threading.Event()
    written = []

    def write():
        batch = 0
        while not stop.is_set():
            batch += 1
            written.append(fill(engine, count=5, lines=2, now=now, seed=100 + batch, start=1000 * batch))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        torn = []
        for attempt in range(2):
            connection, counts = copy(name=f"beside{attempt}")
            head, drafts, invoices, events = connection.execute(
                "select (select audit_seq from ledger.publish), (select count(*) from ledger.drafts), "
                "(select count(*) from ledger.invoices), (select count(*) from ledger.outbox)"
            ).fetchone()
            sums = connection.execute(WRONG_SUMS).fetchone()
            if not (head == counts["audit"] and drafts == invoices == events and sums == (0,)):
                torn.append((head, counts["audit"], drafts, invoices, events, sums))
    finally:
        stop.set()
        writer.join()
    assert torn == []
    assert len(written) > 1


def test_a_postgresql_snapshot_is_one_transaction_whatever_commits_between_its_tables(
    engine, filled, now, tmp_path, monkeypatch
):
    """After each table that is copied a writer commits an order with all that belongs to it."""
    if engine.dialect.name != "postgresql":
        pytest.skip("SQLite is copied by a process of its own; the test before this one writes beside it")
    attach, copy_table, written = copying._attach, copying._copy_table, []

    def attach_in_small_pieces(connection, url):
        schema = attach(connection, url)
        connection.execute("set pg_pages_per_task = 1")  # so that each table is read by several connections
        return schema

    def copy_and_write(connection, table, schema):
        count = copy_table(connection, table, schema)
        seed = 1000 + len(written)
        written.append(fill(engine, count=1, lines=2, now=now, seed=seed, start=1000 * seed))
        return count

    monkeypatch.setattr(copying, "_attach", attach_in_small_pieces)
    monkeypatch.setattr(copying, "_copy_table", copy_and_write)
    counts = snapshot(filled, tmp_path / "one.duckdb", publish_id="p1", now=now)
    assert len(written) == len(PUBLISHED)
    assert [counts[name] for name in ("orders", "drafts", "invoices", "outbox", "audit")] == [40] * 5
    with duckdb.connect(str(tmp_path / "one.duckdb"), read_only=True) as opened:
        assert opened.execute(WRONG_SUMS).fetchone() == (0,)
        assert opened.execute("select audit_seq from ledger.publish").fetchone() == (40,)
    monkeypatch.undo()
    later = snapshot(filled, tmp_path / "two.duckdb", publish_id="p2", now=now)
    assert later["orders"] == 40 + len(PUBLISHED)


def test_no_ledger_is_one_clear_sentence(settings, now, tmp_path):
    with pytest.raises(WarehouseError, match=r"There is no ledger at .*; run `fakturo init`"):
        snapshot(settings, tmp_path / "x.duckdb", publish_id="p", now=now)


def test_a_postgresql_that_does_not_answer_is_named_without_its_password(settings, now, tmp_path):
    url = "postgresql://clerk:hunter2@127.0.0.1:1/ledger"
    away = settings.model_copy(update={"ledger": settings.ledger.model_copy(update={"url": url})})
    away.home.mkdir()
    with pytest.raises(WarehouseError, match="does not answer") as refused:
        snapshot(away, tmp_path / "x.duckdb", publish_id="p", now=now)
    assert "hunter2" not in str(refused.value)
    assert "clerk:***@127.0.0.1" in str(refused.value)


def test_a_ledger_that_is_no_database_is_one_clear_sentence(settings, now, tmp_path):
    settings.home.mkdir()
    (settings.home / "ledger.sqlite").write_text("not a database, but long enough to be read as one " * 20)
    with pytest.raises(WarehouseError, match="The ledger could not be copied: "):
        snapshot(settings, tmp_path / "x.duckdb", publish_id="p", now=now)


def test_what_landed_is_read_as_of_a_moment_and_leaves_nothing_behind(filled, now):
    with landed(filled, now=now) as copy:
        assert len(rows(copy, INVOICES, since=now).fetchall()) == 40
        assert rows(copy, INVOICES, since=now + timedelta(seconds=1)).fetchall() == []
    assert list(filled.home.glob("landed-*")) == []

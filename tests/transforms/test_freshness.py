"""Freshness of the ledger's tables, as the dbt sources declare it: told, and no reason to fail."""

from datetime import UTC, datetime, timedelta

import duckdb
import pytest

from flows.build_marts import Published
from flows.check_freshness import check_freshness, declared

NOW = datetime(2026, 5, 10, 9, tzinfo=UTC)


@pytest.fixture
def file(tmp_path):
    """A warehouse whose audit is 4 days old, whose orders are 6 days old, and which has no payments."""
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema ledger")
        connection.execute("create table ledger.audit as select timestamp '2026-05-06 08:00' as at")
        connection.execute("create table ledger.orders as select timestamp '2026-05-04 10:00' as received_at")
        connection.execute("create table ledger.payments (created_at timestamp)")
    return path


def test_a_table_older_than_declared_is_told_and_an_empty_one_is_new(settings, file):
    (sentence,) = check_freshness(settings, file, now=NOW)
    assert sentence == (
        "The newest row of audit is of 2026-05-06 08:00 UTC, older than 3 days; "
        "does its source still come in?"
    )
    assert check_freshness(settings, file, now=NOW - timedelta(days=2)) == ()
    assert len(check_freshness(settings, file, now=NOW + timedelta(days=2))) == 2


def test_what_is_declared_is_what_dbt_reads(manifest):
    of_dbt = {
        (node["name"], node["loaded_at_field"], node["freshness"]["warn_after"]["count"])
        for node in manifest["sources"].values()
        if node["freshness"] and node["freshness"]["warn_after"]["count"]
    }
    assert of_dbt == {(table, column, age.days) for table, column, age in declared()}
    assert len(of_dbt) == 3


def test_a_publish_of_a_stale_ledger_is_told_by_the_command(monkeypatch, tmp_path):
    from typer.testing import CliRunner

    from fakturo.cli.main import app

    rows, told = {"orders": 1, "invoices": 1}, ("The newest row of audit is old.",)
    published = Published(tmp_path, "id", NOW, rows, 1, 1, tmp_path / "page.html", told)
    monkeypatch.setattr("flows.build_marts.build", lambda _settings, **_: published)
    assert told[0] in CliRunner().invoke(app, ["build"]).output

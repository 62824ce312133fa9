"""Versions of customers survive rebuilds: each build starts from the ledger and the last publish alone.

Only what leads to the versions is built here; test_build.py and test_held_back.py build all and check it.
"""

import os
import shutil
from datetime import UTC, datetime

import pytest
import yaml
from sqlalchemy import insert, update

from fakturo.errors import WarehouseError
from fakturo.ledger.migrate import upgrade
from fakturo.ledger.open import connect, writing
from fakturo.ledger.tables import customers
from fakturo.settings import load
from fakturo.warehouse.last_publish import SCHEMA
from fakturo.warehouse.publish import publish_id
from fakturo.warehouse.reading import open_published
from flows import build_marts, run_transforms
from flows.build_marts import build
from flows.parse_transforms import TRANSFORMS


def at(day, hour=8):
    return datetime(2026, 3, day, hour, tzinfo=UTC)


def naive(day, hour=8):
    return at(day, hour).replace(tzinfo=None)


@pytest.fixture(autouse=True)
def _versions_alone(monkeypatch, tmp_path):
    without_tests = ("--exclude-resource-type", "unit_test", "--exclude-resource-type", "test")
    selected = ("build", "--select", "+dim_customer_versions", *without_tests)
    monkeypatch.setattr(run_transforms, "BUILD", selected)
    monkeypatch.setattr(build_marts, "expect", lambda *_, **__: (0, tmp_path / "no page"))


@pytest.fixture
def company(tmp_path):
    """Settings and a function that writes a customer's terms and country into the ledger."""
    settings = load(home=tmp_path, _env_file=None)
    engine = connect(settings.ledger_url)
    upgrade(engine)

    def tell(customer, moment, *, new=False, **values):
        with writing(engine) as connection:
            if new:
                row = {"id": customer, "content": "{}", "first_seen_at": moment, "updated_at": moment}
                connection.execute(insert(customers).values(**row | values))
            else:
                changed = update(customers).where(customers.c.id == customer)
                connection.execute(changed.values(updated_at=moment, **values))

    yield settings, tell
    engine.dispose()


def versions(settings):
    query = (
        "select customer_id, version_number, country, terms_days, valid_from_at, valid_to_at "
        "from dim_customer_versions order by customer_id, version_number"
    )
    with open_published(settings) as connection:
        return connection.execute(query).fetchall()


def test_three_publishes_keep_what_the_ledger_forgets(company):
    settings, tell = company
    tell("K1", at(1), new=True, country="GB", terms_days=30)
    tell("K2", at(1), new=True, country="FR", terms_days=10)
    build(settings, now=at(2))
    tell("K1", at(3), terms_days=14)
    build(settings, now=at(4))
    tell("K1", at(5), country="IE")
    tell("K2", at(5), name="another name")  # nothing that a version has
    build(settings, now=at(6))
    story = [
        ("K1", 1, "GB", 30, naive(1), naive(3)),
        ("K1", 2, "GB", 14, naive(3), naive(5)),
        ("K1", 3, "IE", 14, naive(5), None),
        ("K2", 1, "FR", 10, naive(1), None),
    ]
    assert versions(settings) == story

    build(settings, now=at(7))  # nothing changed: the same again
    assert versions(settings) == story

    settings.warehouse_file.unlink()  # the newest kept publish serves
    tell("K2", at(8), terms_days=20)
    build(settings, now=at(9))
    assert versions(settings) == [
        *story[:3],
        ("K2", 1, "FR", 10, naive(1), naive(8)),
        ("K2", 2, "FR", 20, naive(8), None),
    ]

    settings.warehouse_file.unlink()  # nothing is left of any publish: history starts anew
    shutil.rmtree(settings.home / "publishes")
    build(settings, now=at(10))
    assert versions(settings) == [
        ("K1", 1, "IE", 14, naive(5), None),
        ("K2", 1, "FR", 20, naive(8), None),
    ]


def test_a_change_dated_before_the_version_it_follows_starts_with_its_publish(company):
    settings, tell = company
    tell("K1", at(3), new=True, terms_days=30)
    build(settings, now=at(4))
    tell("K1", at(2), terms_days=14)  # by a transaction that began earlier and ended later
    build(settings, now=at(5))
    assert [row[3:] for row in versions(settings)] == [(30, naive(3), naive(5)), (14, naive(5), None)]


def test_a_failed_build_leaves_the_history_as_it_was(company, monkeypatch):
    settings, tell = company
    tell("K1", at(1), new=True, terms_days=30)
    build(settings, now=at(2))
    tell("K1", at(3), terms_days=14)

    def refuse(*_, **__):
        raise WarehouseError("refused")

    with monkeypatch.context() as patched:
        patched.setattr("flows.build_marts.publish", refuse)
        with pytest.raises(WarehouseError, match="refused"):
            build(settings, now=at(4))
    assert [row[3:] for row in versions(settings)] == [(30, naive(1), None)]
    build(settings, now=at(5))
    assert [row[3:] for row in versions(settings)] == [(30, naive(1), naive(3)), (14, naive(3), None)]


def test_where_the_published_file_is_broken_the_newest_kept_one_serves_and_that_is_told(company):
    settings, tell = company
    tell("K1", at(1), new=True, terms_days=30)
    build(settings, now=at(2))
    tell("K1", at(3), terms_days=14)
    build(settings, now=at(4))
    os.truncate(settings.warehouse_file, 5000)  # and the kept publish that is the same file
    (remark,) = build(settings, now=at(5)).remarks
    assert remark.endswith(f"continue from the publish {publish_id(at(2))}.")
    assert [row[3:] for row in versions(settings)] == [(30, naive(1), naive(3)), (14, naive(3), None)]


def test_where_no_publish_can_be_read_history_is_not_begun_anew_unasked(company):
    settings, tell = company
    tell("K1", at(1), new=True, terms_days=30)
    build(settings, now=at(2))
    os.truncate(settings.warehouse_file, 5000)
    with pytest.raises(WarehouseError, match="cannot be read, nor any kept publish"):
        build(settings, now=at(3))


def test_what_is_carried_is_where_dbt_keeps_its_snapshots():
    for file in (TRANSFORMS / "snapshots").glob("*.yml"):
        for snapshot in yaml.safe_load(file.read_text())["snapshots"]:
            assert snapshot["config"]["schema"] == SCHEMA

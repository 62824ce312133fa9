"""The same again changes nothing; other content under a known id is for a person; two at once are one."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from fakturo.intake.ingest import ingest_file
from fakturo.ledger.open import reading
from fakturo.ledger.tables import files, orders

HEADER = "order_id,customer_id,order_date,sku,name,quantity,unit_price,currency\n"
GOOD = "A1,C7,2026-02-27,L1,Lantern,6,2.55,GBP\n"


@pytest.fixture
def ledger(engine):
    """Both databases: landing is what these tests are about."""
    return engine


def test_the_same_file_twice_brings_nothing_new(take, rows):
    take("o.csv", HEADER + GOOD + GOOD.replace("2.55", "x").replace("A1", "A2"))
    again = take("copy-of-o.csv", HEADER + GOOD + GOOD.replace("2.55", "x").replace("A1", "A2"))

    assert (again.rows_in, again.rows_accepted, again.rows_duplicate, again.rows_quarantined) == (2, 0, 2, 0)
    assert (again.orders_new, again.orders_duplicate) == (0, 1)
    assert [len(rows(table)) for table in ("files", "orders", "quarantine")] == [1, 1, 1]


def test_the_same_order_in_another_file_is_a_duplicate(take, rows):
    take("one.csv", HEADER + GOOD)
    second = take("two.csv", HEADER + GOOD.replace("A1", "A2") + GOOD)

    assert (second.rows_accepted, second.rows_duplicate) == (1, 1)
    assert (second.orders_new, second.orders_duplicate) == (1, 1)
    assert [row["external_id"] for row in rows("orders")] == ["A1", "A2"]


def test_the_same_order_in_another_format_is_a_duplicate(take):
    take("one.csv", HEADER + GOOD)
    nested = {
        "external_id": "A1",
        "customer": {"id": "C7"},
        "currency": "GBP",
        "ordered_on": "2026-02-27",
        "lines": [{"code": "L1", "name": "Lantern", "quantity": 6, "unit_price": 2.550}],
    }

    assert take("two.jsonl", json.dumps(nested)).orders_duplicate == 1


def test_the_same_id_with_other_content_is_landed_for_a_person_and_never_queued(take, rows):
    take("one.csv", HEADER + GOOD)
    outcome = take("two.csv", HEADER + GOOD.replace(",6,", ",7,"))

    assert (outcome.rows_accepted, outcome.orders_conflict) == (1, 1)
    first, second = rows("orders")
    assert (first["status"], first["conflict_of"]) == ("queued", None)
    assert (second["status"], second["conflict_of"]) == ("needs_review", first["id"])
    assert rows("findings")[0]["code"] == "conflict"
    assert "taken in before, as order 1, with other content" in second["status_reason"]

    third = take("three.csv", HEADER + GOOD.replace(",6,", ",7,") + "\n")
    assert (third.orders_duplicate, third.orders_conflict) == (1, 0)


def test_two_contents_under_one_id_in_one_file_conflict_too(take, rows):
    order = {
        "external_id": "A1",
        "customer": {"id": "C7"},
        "ordered_on": "2026-02-27",
        "lines": [{"name": "Lantern", "quantity": 6, "unit_price": 2.5}],
    }
    text = "\n".join(json.dumps(order | {"currency": each}) for each in ("GBP", "EUR", "GBP"))

    outcome = take("o.jsonl", text)

    assert (outcome.orders_new, outcome.orders_conflict, outcome.orders_duplicate) == (1, 1, 1)
    assert [row["status"] for row in rows("orders")] == ["queued", "needs_review"]


def test_another_source_has_order_numbers_of_its_own(take):
    take("one.csv", HEADER + GOOD)

    assert take("one.csv", HEADER + GOOD, source="second shop").orders_new == 1


def test_the_same_file_under_a_corrected_mapping_is_read_again(take, rows, tmp_path):
    mapping = tmp_path / "ours.yaml"
    text = "columns: {external_id: [order_id], customer_id: [customer_id], ordered_on: [order_date],"
    text += " quantity: [quantity], unit_price: [unit_price], name: [name]}\n"
    body = HEADER + GOOD.replace(",2.55,", ",1.234,")
    mapping.write_text(text)
    assert take("o.csv", body, mapping=str(mapping)).rows_quarantined == 1

    mapping.write_text(text + "decimal: '.'\n")
    again = take("o.csv", body, mapping=str(mapping))

    assert (again.rows_accepted, again.orders_new) == (1, 1)
    assert [row["rows_quarantined"] for row in rows("files")] == [0]
    assert [row["status"] for row in rows("quarantine")] == ["replaced"]


def test_a_dry_run_reports_and_writes_nothing(take, rows, settings):
    outcome = take("o.csv", HEADER + GOOD + GOOD.replace("A1", ""), dry_run=True)

    assert (outcome.rows_accepted, outcome.rows_quarantined, outcome.orders_new) == (1, 1, 1)
    assert [rows(table) for table in ("files", "orders", "quarantine", "customers", "findings")] == [[]] * 5
    assert not settings.archive.exists()
    assert not (settings.home / "tmp").exists()


def test_a_dry_run_counts_duplicates_and_conflicts(take):
    take("one.csv", HEADER + GOOD)
    outcome = take("two.csv", HEADER + GOOD + GOOD.replace("A1", "A2"), dry_run=True)
    other = take("three.csv", HEADER + GOOD.replace("2.55", "9"), dry_run=True)

    assert (outcome.orders_new, outcome.orders_duplicate, other.orders_conflict) == (1, 1, 1)


def test_the_original_is_kept_verbatim_under_its_hash(take, rows, settings):
    body = (HEADER + GOOD).encode()
    take("o.csv", body)

    (file,) = rows("files")
    assert file["archived_as"] == f"{file['sha256'][:2]}/{file['sha256']}"
    assert (settings.archive / file["archived_as"]).read_bytes() == body
    assert not list((settings.home / "tmp").iterdir())


def test_the_audit_log_tells_of_every_file(take, ledger, rows):
    take("o.csv", HEADER + GOOD)

    with reading(ledger) as connection:
        entry = connection.exec_driver_sql("SELECT actor, action, subject, details FROM audit").one()
    assert tuple(entry)[:3] == ("intake", "file.landed", "file:1")
    details = json.loads(entry[3])
    assert (details["rows_in"], details["orders_new"], details["sha256"]) == (
        1,
        1,
        rows("files")[0]["sha256"],
    )


@pytest.mark.parametrize("times", [4])
def test_one_file_taken_in_at_once_by_several_lands_once(engine, settings, tmp_path, now, times):
    path = tmp_path / "o.csv"
    path.write_text(HEADER + "".join(GOOD.replace("A1", f"A{n}") for n in range(300)))
    with ThreadPoolExecutor(times) as pool:
        found = list(pool.map(lambda _: ingest_file(engine, settings, path, now=now), range(times)))

    assert sorted(each.orders_new for each in found) == [0] * (times - 1) + [300]
    assert sorted(each.rows_duplicate for each in found) == [0] + [300] * (times - 1)
    with reading(engine) as connection:
        assert connection.execute(select(func.count()).select_from(orders)).scalar() == 300
        assert connection.execute(select(func.count()).select_from(files)).scalar() == 1


def test_two_files_with_the_same_orders_at_once_land_each_order_once(engine, settings, tmp_path, now):
    body = "".join(GOOD.replace("A1", f"A{n}") for n in range(300))
    paths = [tmp_path / "one.csv", tmp_path / "two.csv"]
    for number, path in enumerate(paths):
        path.write_text(HEADER + body + "\n" * number)
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda path: ingest_file(engine, settings, path, now=now), paths))

    assert sorted(each.orders_new for each in found) == [0, 300]
    assert sorted(each.orders_duplicate for each in found) == [0, 300]


def test_clients_are_remembered_and_completed(take, rows):
    header = HEADER.replace("\n", ",customer_name,city\n")
    take("one.csv", header + GOOD.replace("\n", ",Blue Door,\n"))
    take("two.csv", header + GOOD.replace("A1", "A2").replace("\n", ",,Leeds\n"))
    take("three.csv", header + GOOD.replace("A1", "A3").replace("\n", ",Blue Door Ltd,\n"))

    (client,) = rows("customers")
    assert client["name"] == "Blue Door Ltd"
    assert json.loads(client["content"]) == {"id": "C7", "name": "Blue Door Ltd", "city": "Leeds"}

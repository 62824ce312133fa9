"""The bundled sample: the same for a seed, and every flaw in it is found."""

from datetime import date

from sqlalchemy import select

from fakturo.intake.ingest import ingest_file
from fakturo.intake.outcome import total
from fakturo.intake.sample import write_sample
from fakturo.ledger.open import reading
from fakturo.ledger.tables import findings, orders, quarantine

TODAY = date(2026, 3, 2)


def test_a_seed_gives_the_same_files(tmp_path):
    first = write_sample(tmp_path / "a", seed=3, today=TODAY)
    second = write_sample(tmp_path / "b", seed=3, today=TODAY)
    texts = [path for path in first if path.suffix in {".csv", ".jsonl", ".xml", ".txt"}]
    assert len(first) == len(second) == 28
    for path in texts:
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


def test_every_flaw_of_the_sample_is_found(sqlite_engine, settings, tmp_path, now):
    """Five bad rows in the shop's file, one order id with two contents, prose for the model."""
    files = write_sample(tmp_path / "in", seed=3, today=TODAY)
    outcome = total([ingest_file(sqlite_engine, settings, path, now=now) for path in files])
    assert (outcome.rows_quarantined, outcome.orders_conflict, outcome.refused) == (5, 1, None)
    with reading(sqlite_engine) as connection:
        bad = connection.execute(select(quarantine.c.external_id)).scalars().all()
        lanes = connection.execute(select(orders.c.lane)).scalars().all()
        codes = connection.execute(select(findings.c.code)).scalars().all()
    assert sorted(bad) == ["WS-9001", "WS-9002", "WS-9003", "WS-9004", "WS-9005"]
    assert len(lanes) == 123
    assert lanes.count("model") > 5
    assert "conflict" in codes

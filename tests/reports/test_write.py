"""Documents on disk and their hashes in the ledger agree, whatever line the process dies on."""

import hashlib

import pytest
from sqlalchemy import insert, select

from fakturo.errors import NotFound, RenderError
from fakturo.ledger import documents as shelf
from fakturo.ledger.issuing import issue_waiting
from fakturo.ledger.open import reading, writing
from fakturo.ledger.tables import documents, orders
from fakturo.order import content, identity
from fakturo.settings import Seller
from reports import write
from reports.write import render_again, write_pending


@pytest.fixture
def issued(sqlite_engine, order, now):
    """Three issued invoices."""
    rows = []
    for name in ("A-1", "A-2", "A-3"):
        each = order.model_copy(update={"external_id": name})
        rows.append(
            {
                "source": "test",
                "external_id": name,
                "content_sha256": identity(each),
                "lane": "rules",
                "status": "queued",
                "content": content(each),
                "received_at": now,
                "updated_at": now,
            }
        )
    with writing(sqlite_engine) as connection:
        connection.execute(insert(orders), rows)
    issue_waiting(sqlite_engine, seller=Seller(), worker="w", clock=lambda: now, lease_s=60)
    return sqlite_engine


def shelved(engine):
    with reading(engine) as connection:
        return connection.execute(select(documents).order_by(documents.c.invoice_id)).all()


def test_every_invoice_gets_a_file_whose_hash_is_in_the_ledger(issued, settings, now):
    assert shelf.is_unrendered(issued)
    outcome = write_pending(issued, settings, now=now, run_id="r")
    assert (outcome.written, outcome.pages, outcome.failed) == (3, 3, ())
    rows = shelved(issued)
    assert [row.path for row in rows] == [f"2026/INV-2026-00000{n}.pdf" for n in (1, 2, 3)]
    for row in rows:
        data = (settings.documents / row.path).read_bytes()
        assert hashlib.sha256(data).hexdigest() == row.sha256
        assert len(data) == row.bytes
    assert not shelf.is_unrendered(issued)
    assert write_pending(issued, settings, now=now).written == 0


def test_a_limit_leaves_the_rest_for_later(issued, settings, now):
    assert write_pending(issued, settings, now=now, limit=2).written == 2
    assert shelf.count_unrendered(issued) == 1


@pytest.mark.parametrize("step", ["_keep", "record"])
def test_a_death_at_any_step_is_made_good_by_the_next_run(issued, settings, now, monkeypatch, step):
    def die(*_args, **_kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(write, step, die)
        with pytest.raises(KeyboardInterrupt):
            write_pending(issued, settings, now=now)
    assert shelved(issued) == []
    assert write_pending(issued, settings, now=now).written == 3
    assert not list(settings.documents.rglob("*.half"))


def test_rendering_again_gives_the_same_bytes_or_says_why_not(issued, settings, now):
    (first, *_) = shelf.unrendered(issued, limit=1)
    with pytest.raises(NotFound, match="no document yet"):
        render_again(issued, settings, first.number, first.content)
    write_pending(issued, settings, now=now)
    made = shelf.find(issued, first.number)
    assert render_again(issued, settings, first.number, first.content) == made.sha256
    file = settings.documents / made.path
    file.write_bytes(b"forged")
    with pytest.raises(RenderError, match="was changed after it was written"):
        render_again(issued, settings, first.number, first.content)
    file.unlink()
    assert render_again(issued, settings, first.number, first.content) == made.sha256
    assert hashlib.sha256(file.read_bytes()).hexdigest() == made.sha256


def test_another_logo_is_told_apart_from_a_forgery(issued, settings, now, tmp_path):
    (first, *_) = shelf.unrendered(issued, limit=1)
    write_pending(issued, settings, now=now)
    logo = tmp_path / "logo.svg"
    logo.write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><circle r="4"/></svg>')
    later = settings.model_copy(update={"seller": settings.seller.model_copy(update={"logo": logo})})
    with pytest.raises(RenderError, match=r"has changed since\."):
        render_again(issued, later, first.number, first.content)
    (settings.documents / shelf.find(issued, first.number).path).unlink()
    with pytest.raises(RenderError, match="take it from a backup"):
        render_again(issued, later, first.number, first.content)


def test_two_renderers_at_once_record_one_document_each(issued, settings, now):
    (first, *_) = shelf.unrendered(issued, limit=1)
    made = shelf.Made(first.invoice_id, "2026/x.pdf", "0" * 64, 1, 1)
    assert shelf.record(issued, [made], now=now, run_id=None) == []
    assert shelf.record(issued, [made], now=now, run_id=None) == []
    other = made._replace(sha256="1" * 64)
    assert shelf.record(issued, [other], now=now, run_id=None) == [first.number]
    assert [row.sha256 for row in shelved(issued)] == ["0" * 64]


def test_a_number_never_leads_out_of_the_folder():
    path = write._path("../../etc/passwd", 2026)
    assert path.startswith("2026/______etc_passwd-")
    assert path.count("/") == 1
    assert write._path("INV-2026-000042", 2026) == "2026/INV-2026-000042.pdf"
    assert write._path("A/1", 2026) != write._path("A_1", 2026)

"""The delivering flow against a real server: what it did is its state."""

import asyncio
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from sqlalchemy import insert, select

from fakturo.clock import utc_now
from fakturo.ledger.delivery_tables import deliveries, delivery_log
from fakturo.ledger.open import open_ledger, writing
from fakturo.ledger.tables import outbox
from fakturo.settings import current
from flows.deliver_outbox import deliver_outbox

pytestmark = [
    pytest.mark.server,
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # Prefect's own sockets, closed by its threads
]


@pytest.fixture
def answers():
    """A receiver that answers with these, one after the other; (list, address)."""
    wanted: list[int] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(wanted.pop(0))
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_given: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield wanted, f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def test_a_run_delivers_and_says_what_failed(server, home, monkeypatch, answers):
    wanted, url = answers
    hook = {"name": "erp", "url": url, "secret": "a-secret-of-the-tests", "concurrency": 1}
    monkeypatch.setenv("FAKTURO_WEBHOOKS", json.dumps([hook]))
    current.cache_clear()
    engine = open_ledger(current())
    with writing(engine) as connection:
        for subject in ("INV-1", "INV-2"):
            row = {"event": "invoice.issued", "subject": subject, "payload": "{}", "created_at": utc_now()}
            connection.execute(insert(outbox).values(**row))
    wanted += [200, 500]
    state = asyncio.run(deliver_outbox(return_state=True))
    assert (state.type.value, state.name) == ("COMPLETED", "Degraded")
    assert state.message.startswith("1 delivered, 1 failed (erp). `fakturo outbox list` tells why")
    with writing(engine) as connection:
        connection.execute(deliveries.update().values(not_before=None))
    wanted += [200]
    state = asyncio.run(deliver_outbox(return_state=True))
    assert (state.name, state.message) == ("Completed", "1 delivered.")
    with engine.connect() as connection:
        runs = connection.execute(select(delivery_log.c.run_id).distinct()).scalars().all()
    assert len(runs) == 2
    assert str(state.state_details.flow_run_id) in runs

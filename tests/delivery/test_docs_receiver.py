"""The receiver in docs/delivery.md, run as it stands there: what it takes, and what it refuses."""

import re
import runpy
import sqlite3
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import HTTPServer
from pathlib import Path

import httpx
import pytest

from fakturo.clock import utc_now
from fakturo.delivery import signing

PAGE = Path(__file__).parents[2] / "docs" / "delivery.md"
SECRET = "a-secret-of-the-tests"
BODY = b'{"id":"evt_1_0","event":"invoice.issued"}'


@dataclass
class Sample:
    url: str
    database: Path

    def post(self, header, body=BODY):
        """The status that it answers."""
        headers = [(b"Fakturo-Signature", header.encode("latin-1"))] if header else []
        return httpx.post(self.url, content=body, headers=headers).status_code

    def kept(self):
        if not self.database.exists():
            return []
        connection = sqlite3.connect(self.database)
        ids = [row[0] for row in connection.execute("select id from events order by id")]
        connection.close()
        return ids


@pytest.fixture
def sample(tmp_path, monkeypatch):
    (code,) = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    file = tmp_path / "receiver.py"
    file.write_text(code)
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    monkeypatch.setenv("HOOK_DATABASE", str(tmp_path / "events.sqlite"))
    hook = runpy.run_path(str(file))["Hook"]
    monkeypatch.setattr(hook, "log_message", lambda *_: None)
    server = HTTPServer(("127.0.0.1", 0), hook)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield Sample(f"http://127.0.0.1:{server.server_port}/", tmp_path / "events.sqlite")
    server.shutdown()
    thread.join()
    server.server_close()


def signed(secret=SECRET, body=BODY, ago_s=0):
    return signing.signature(body, [secret], datetime.fromtimestamp(time.time() - ago_s, UTC))


def test_it_takes_what_is_signed(sample):
    assert sample.post(signed()) == 201
    assert sample.kept() == ["evt_1_0"]


@pytest.mark.parametrize("other", [{"secret": "another-secret-of-the-tests"}, {"body": BODY + b" "}])
def test_a_signature_of_another_secret_or_body_is_refused(sample, other):
    assert sample.post(signed(**other)) == 401
    assert sample.kept() == []


@pytest.mark.parametrize("header", ["t=,v1=", "t=x,v1=é", "v1=0", ""])
def test_what_is_no_signature_is_refused(sample, header):
    assert sample.post(header) == 401
    assert sample.kept() == []


@pytest.mark.parametrize("ago_s", [310, -310, 86400])
def test_an_old_timestamp_is_refused(sample, ago_s):
    assert sample.post(signed(ago_s=ago_s)) == 401
    assert sample.kept() == []


def test_a_recorded_request_is_done_once_and_refused_later(sample):
    assert [sample.post(signed()) for _ in range(3)] == [201, 200, 200]
    assert sample.kept() == ["evt_1_0"]
    assert sample.post(signed(ago_s=301)) == 401


def test_during_a_change_of_secrets_the_old_one_still_verifies(sample):
    assert sample.post(signing.signature(BODY, ["the-new-secret-of-16", SECRET], utc_now())) == 201


def test_it_takes_every_event_once_from_the_sender_itself(sqlite_engine, sample, told, happen, go, clock):
    clock.now = utc_now()
    happen(sqlite_engine, "INV-1", "INV-1", "INV-2")
    settings = told(erp=sample)
    assert go(sqlite_engine, settings).delivered == {"erp": 3}
    assert len(sample.kept()) == 3

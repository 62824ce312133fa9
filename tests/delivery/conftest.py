"""A receiver on loopback that answers as it is told, a clock that is moved by hand, and events to send."""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from sqlalchemy import insert, select

from fakturo.delivery.deliver import deliver
from fakturo.delivery.receivers import receivers_of
from fakturo.ledger.delivery_tables import deliveries
from fakturo.ledger.open import writing
from fakturo.ledger.outbox.deliveries import next_due
from fakturo.ledger.tables import outbox

SECRET = "a-secret-of-the-tests"


@dataclass
class Clock:
    """Stands still until it is moved."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def move(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class Request:
    """What came in."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def event_id(self) -> str:
        return self.headers["fakturo-event-id"]


Answer = tuple[int, dict[str, str], bytes] | None


@dataclass
class Hooks:
    """A receiver: `answer(request)` says (status, headers, body); None resets the connection."""

    url: str = ""
    answer: Callable[[Request], Answer] = lambda _request: (204, {}, b"")
    requests: list[Request] = field(default_factory=list)
    accepted: list[Request] = field(default_factory=list)
    """Those that were answered with 2xx, in order."""
    lock: threading.Lock = field(default_factory=threading.Lock)


def _handler(hooks: Hooks) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            request = Request(self.path, {k.lower(): v for k, v in self.headers.items()}, body)
            with hooks.lock:
                hooks.requests.append(request)
            answer = hooks.answer(request)
            if answer is None:
                self.close_connection = True
                return
            status, headers, said = answer
            if 200 <= status < 300:
                with hooks.lock:
                    hooks.accepted.append(request)
            try:
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if "content-length" not in {name.lower() for name in headers}:
                    self.send_header("content-length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)
            except ConnectionError:  # who asked has left
                self.close_connection = True

        def do_GET(self) -> None:  # a redirect that was followed would end here
            hooks.requests.append(Request(self.path, {}, b""))

        def log_message(self, *_given: object) -> None:
            pass

    return Handler


@pytest.fixture
def open_hooks():
    """Start receivers; each call gives another one."""
    servers: list[ThreadingHTTPServer] = []

    def start() -> Hooks:
        hooks = Hooks()
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(hooks))
        server.daemon_threads = True
        hooks.url = f"http://127.0.0.1:{server.server_port}/hooks"
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        servers.append(server)
        return hooks

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def hooks(open_hooks):
    return open_hooks()


@pytest.fixture
def clock(now):
    return Clock(now)


@pytest.fixture
def told(settings):
    """Settings with webhooks: `told(erp=hooks)`, or `told(erp=(hooks, {'timeout_s': 1}))`."""

    def made(**named: Any):
        webhooks = []
        for name, given in named.items():
            hooks, more = given if isinstance(given, tuple) else (given, {})
            webhooks.append({"name": name, "url": hooks.url, "secret": SECRET} | more)
        return type(settings).model_validate(settings.model_dump() | {"webhooks": webhooks})

    return made


@pytest.fixture
def happen(clock):
    """Put one event a subject into the outbox, in order."""

    def put(engine, *subjects, event="invoice.issued"):
        with writing(engine) as connection:
            for number, subject in enumerate(subjects):
                row = {"event": event, "subject": subject, "payload": f'{{"total_minor":{number}}}'}
                connection.execute(insert(outbox).values(**row, created_at=clock.now))

    return put


@pytest.fixture
def go(clock):
    """One round of a worker that is new: nothing is kept in memory from one round to the next."""
    count = iter(range(1_000_000))

    def once(engine, settings):
        return asyncio.run(deliver(engine, settings, worker=f"w{next(count)}", clock=clock))

    return once


@pytest.fixture
def go_on(clock, go):
    """Round after round, the clock moved to the next moment at which something is due; ends at `until`."""

    def on(engine, settings, until=None):
        while until is None or clock.now <= until:
            go(engine, settings)
            due = next_due(engine, receivers_of(settings), clock.now)
            if due is None:
                return
            clock.now = due if until is None or due <= until else until + timedelta(microseconds=1)

    return on


@pytest.fixture
def statuses():
    """(subject, receiver, status, last answer) of all deliveries, by event."""

    def found(engine):
        names = ("subject", "receiver", "status", "last_status")
        with engine.connect() as connection:
            rows = connection.execute(
                select(*(deliveries.c[name] for name in names)).order_by(
                    deliveries.c.outbox_id, deliveries.c.receiver
                )
            )
            return [tuple(row) for row in rows]

    return found

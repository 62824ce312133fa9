"""Receivers and a mail server on loopback that answer as told, a clock moved by hand, events to send."""

import asyncio
import hashlib
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import insert, select

from fakturo.delivery.deliver import deliver
from fakturo.delivery.receivers import receivers_of
from fakturo.invoice import Invoice, content
from fakturo.ledger.delivery_tables import deliveries
from fakturo.ledger.issuing import documents
from fakturo.ledger.open import writing
from fakturo.ledger.outbox.deliveries import next_due
from fakturo.ledger.tables import customers, drafts, invoices, orders, outbox, series

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


PDF = b"%PDF-1.7 the document"


class Post:
    """The server's side: what it accepted, and what it says to whom."""

    def __init__(self):
        self.letters, self.no = [], {}

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802  aiosmtpd's
        if address in self.no:
            return self.no[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, session, envelope):  # noqa: N802  aiosmtpd's
        self.letters.append((envelope, message_from_bytes(envelope.content, policy=default), session))
        return "250 OK"


@pytest.fixture
def post():
    return Post()


@pytest.fixture
def serve(post):
    """Start the mail server; gives its port."""
    running = []

    def start(**options):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        controller = Controller(post, hostname="127.0.0.1", port=port, **options)
        controller.start()
        running.append(controller)
        return port

    yield start
    for each in running:
        each.stop()


@pytest.fixture
def mailing(settings):
    """Settings that mail through a port: `mailing(port, attach=False, ...)`."""

    def made(port, **more):
        email = {"host": "127.0.0.1", "port": port, "tls": "none", "sender": "billing@seller.example"}
        return type(settings).model_validate(settings.model_dump() | {"email": email | more})

    return made


@pytest.fixture
def bill(now, settings):
    """Issue an invoice by hand, with its event; `pdf=False`: not rendered yet."""

    def issue(engine, number, email="ann@buyer.example", *, pdf=True, **changes):
        invoice = Invoice.model_validate(
            {
                "number": number,
                "order_id": f"A-{number}",
                "issue_date": date(2026, 3, 2),
                "due_date": date(2026, 4, 1),
                "tax_point_date": date(2026, 3, 2),
                "terms_days": 30,
                "currency": "EUR",
                "seller": {
                    "name": "Blue Door Ltd",
                    "street": "1 Way",
                    "city": "Ulm",
                    "postcode": "1",
                    "country": "DE",
                },
                "buyer": {"id": "C-1", "name": "Ann Archer", "email": email},
                "lines": (),
                "tax_groups": (),
                "line_net_minor": 123450,
                "net_minor": 123450,
                "tax_minor": 0,
                "total_minor": 123450,
            }
            | changes
        )
        at = {"received_at": now, "updated_at": now}
        with writing(engine) as connection:

            def add(table, **row):
                return connection.execute(insert(table).values(**row)).inserted_primary_key[0]

            if connection.execute(select(series)).first() is None:
                add(series, name="INV-2026", next_seq=1)
                add(customers, id="C-1", content="{}", first_seen_at=now, updated_at=now)
            order = add(
                orders,
                source="test",
                external_id=number,
                content_sha256=number,
                lane="rules",
                status="issued",
                **at,
            )
            draft = add(drafts, order_id=order, drafter="rules", outcome="proved", created_at=now)
            row = invoice.model_dump(
                include={
                    "kind",
                    "currency",
                    "issue_date",
                    "due_date",
                    "tax_point_date",
                    "net_minor",
                    "tax_minor",
                    "total_minor",
                }
            )
            invoice_id = add(
                invoices,
                number=number,
                series="INV-2026",
                seq=order,
                order_id=order,
                draft_id=draft,
                customer_id="C-1",
                content=content(invoice),
                content_sha256="0" * 64,
                issued_at=now,
                **row,
            )
            add(outbox, event="invoice.issued", subject=number, payload="{}", created_at=now)
        if pdf:
            render(engine, invoice_id, number)
        return invoice_id

    def render(engine, invoice_id, number):
        path = f"2026/{number}.pdf"
        file = settings.documents / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(PDF)
        made = documents.Made(invoice_id, path, hashlib.sha256(PDF).hexdigest(), len(PDF), 1)
        documents.record(engine, [made], now=now, run_id=None)

    issue.render = render
    return issue

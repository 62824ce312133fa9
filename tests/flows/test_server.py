"""Where the Prefect server listens and what it is told; no server is started here."""

import os
import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from fakturo import server
from fakturo.errors import NotAllowed


def listening(settings, host="127.0.0.1", port=4200):
    return settings.model_copy(update={"up": settings.up.model_copy(update={"host": host, "port": port})})


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:4200"),
        ("0.0.0.0", "http://127.0.0.1:4200"),  # noqa: S104  an address to listen on
        ("::1", "http://[::1]:4200"),
        ("::", "http://[::1]:4200"),
        ("billing.example", "http://billing.example:4200"),
    ],
)
def test_the_address_is_one_that_can_be_asked(settings, host, address):
    assert server.address(listening(settings, host)) == address


def test_all_of_prefect_lives_in_the_home_and_reports_to_nobody(settings):
    given = server.environment(settings, {"PATH": "/bin"})
    folder = settings.home.resolve() / "prefect"
    assert given["PREFECT_HOME"] == str(folder)
    assert given["PREFECT_API_DATABASE_CONNECTION_URL"] == f"sqlite+aiosqlite:///{folder}/prefect.db"
    assert given["PREFECT_API_URL"] == "http://127.0.0.1:4200/api"
    assert given["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
    assert given["FAKTURO_HOME"] == str(settings.home.resolve())
    assert given["PATH"].endswith(f"{os.pathsep}/bin")


def test_what_the_operator_has_set_stays(settings):
    outside = {
        "PREFECT_API_DATABASE_CONNECTION_URL": "postgresql+asyncpg://db/prefect",
        "FAKTURO_AI_RPM": "9",
    }
    given = server.environment(settings, outside)
    assert given["PREFECT_API_DATABASE_CONNECTION_URL"] == "postgresql+asyncpg://db/prefect"
    assert given["FAKTURO_AI_RPM"] == "9"


def test_no_proxy_stands_between_us_and_ourselves(settings):
    given = server.environment(settings, {"NO_PROXY": "example.com"})
    assert given["NO_PROXY"] == "127.0.0.1,example.com,localhost"


def test_a_busy_port_is_named_with_the_process_that_holds_it(settings):
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        with pytest.raises(NotAllowed) as refused:
            server.refuse_busy_port(listening(settings, port=port))
    assert str(refused.value).startswith(f"Port {port} on 127.0.0.1 is in use by process {os.getpid()} (")
    assert "`fakturo up --port`" in str(refused.value)


def test_a_foreign_address_is_refused_in_one_sentence(settings):
    with pytest.raises(NotAllowed, match=r"Port 4200 on 192\.0\.2\.1 cannot be opened"):
        server.refuse_busy_port(listening(settings, host="192.0.2.1"))


def test_a_free_port_is_accepted(settings):
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
    server.refuse_busy_port(listening(settings, port=port))


class Healthy(BaseHTTPRequestHandler):
    """Answers as Prefect's health route does."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/api/health" else 404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Stay quiet."""


def test_knows_whether_a_server_answers(settings):
    with HTTPServer(("127.0.0.1", 0), Healthy) as fake:
        threading.Thread(target=fake.serve_forever, daemon=True).start()
        here = listening(settings, port=fake.server_port)
        assert server.answers(here)
        fake.shutdown()
    assert not server.answers(here)

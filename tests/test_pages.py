"""A page's address is http while just that page is served there, else the file's."""

import socket
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from fakturo import pages
from fakturo.settings import load


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture
def serve(tmp_path, monkeypatch):
    """Serves a folder as `fakturo up` would the pages of the home; gives the settings."""
    opened = []

    def start(folder):
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
        opened.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("FAKTURO_UP_PAGES_PORT", str(server.server_port))
        return load(home=tmp_path, _env_file=None)

    yield start
    for server in opened:
        server.shutdown()
        server.server_close()


@pytest.fixture
def page(tmp_path):
    file = tmp_path / "reports" / "dictionary" / "a page.html"
    file.parent.mkdir(parents=True)
    file.write_text("what was found")
    return file


def test_a_served_page_is_linked_by_http(serve, page, tmp_path):
    settings = serve(tmp_path / "reports")
    assert pages.link(settings, page) == f"{pages.address(settings)}/dictionary/a%20page.html"


def test_pages_of_another_home_are_not_ours(serve, page, tmp_path):
    other = tmp_path / "other" / "dictionary"
    other.mkdir(parents=True)
    (other / "a page.html").write_text("what was found elsewhere")
    assert pages.link(serve(tmp_path / "other"), page) == page.resolve().as_uri()
    (other / "a page.html").unlink()
    assert pages.link(serve(tmp_path / "other"), page) == page.resolve().as_uri()


def test_a_page_that_nobody_serves_is_linked_as_a_file(page, tmp_path, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        monkeypatch.setenv("FAKTURO_UP_PAGES_PORT", str(closed.getsockname()[1]))
    assert pages.link(load(home=tmp_path, _env_file=None), page) == page.resolve().as_uri()


def test_a_port_that_is_taken_is_not_insisted_on(tmp_path, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        taken = listener.getsockname()[1]
        monkeypatch.setenv("FAKTURO_UP_PAGES_PORT", str(taken))
        settings = load(home=tmp_path, _env_file=None)
        assert pages.free_port(settings) != taken
    assert pages.free_port(settings) == taken

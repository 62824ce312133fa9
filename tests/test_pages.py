"""A page's address is http while it is served, else the file's."""

import socket
from pathlib import Path

import pytest

from fakturo import pages
from fakturo.settings import load


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as opened:
        yield opened


@pytest.fixture
def settings(tmp_path, listener, monkeypatch):
    monkeypatch.setenv("FAKTURO_UP_PAGES_PORT", str(listener.getsockname()[1]))
    return load(home=tmp_path, _env_file=None)


def test_a_served_page_is_linked_by_http(settings):
    page = settings.home / "reports" / "dictionary" / "index.html"
    assert pages.link(settings, page) == f"{pages.address(settings)}/dictionary/index.html"


def test_a_page_that_nobody_serves_is_linked_as_a_file(settings, listener):
    listener.close()
    page = settings.home / "reports" / "a page.html"
    assert pages.link(settings, page) == f"file://{Path(settings.home).resolve()}/reports/a%20page.html"


def test_a_port_that_is_taken_is_not_insisted_on(settings, listener):
    taken = settings.up.pages_port
    assert pages.free_port(settings) != taken
    listener.close()
    assert pages.free_port(settings) == taken

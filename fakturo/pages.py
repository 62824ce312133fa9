"""Pages that people read (reports, what expectations found, the data dictionary): folder, address, server."""

import socket
import sys
import urllib.request
from http.client import HTTPException
from pathlib import Path
from urllib.error import URLError
from urllib.parse import quote

from fakturo.server import reached_at
from fakturo.settings import Settings

LOOK_TIMEOUT_S = 1.0


def folder(settings: Settings) -> Path:
    """The one folder that is served; the ledger and its keys lie beside it, never in it."""
    return settings.home / "reports"


def address(settings: Settings) -> str:
    """Where a browser finds the folder while `fakturo up` runs."""
    return reached_at(settings.up.host, settings.up.pages_port)


def link(settings: Settings, page: Path) -> str:
    """Address of a page of the folder: http while it is served, else the file's.

    A browser follows no file:// link from the Prefect UI.
    """
    path = page.resolve()
    served = f"{address(settings)}/{quote(path.relative_to(folder(settings).resolve()).as_posix())}"
    return served if _gives(served, path) else path.as_uri()


def serving(settings: Settings) -> tuple[str, ...]:
    """The command that serves the folder, reading only."""
    where = ("--bind", settings.up.host, "--directory", str(folder(settings)))
    return (sys.executable, "-m", "http.server", str(settings.up.pages_port), *where)


def free_port(settings: Settings) -> int:
    """The port that the settings name, or any other where a program holds it: pages stop nobody's start."""
    for port in (settings.up.pages_port, 0):
        with socket.socket(socket.AF_INET6 if ":" in settings.up.host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((settings.up.host, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    return settings.up.pages_port


def _gives(served: str, path: Path) -> bool:
    """Whether that very file is had there: another home's pages, or another program, may hold the port."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    asked = urllib.request.Request(served, method="HEAD")  # noqa: S310  our own address
    try:
        with opener.open(asked, timeout=LOOK_TIMEOUT_S) as answer:
            return bool(answer.headers["Content-Length"] == str(path.stat().st_size))
    except (URLError, HTTPException, OSError):
        return False

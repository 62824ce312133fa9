"""The Prefect server that `fakturo up` runs: its environment, its port, whether it answers."""

import errno
import json
import os
import socket
import sys
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.error import URLError

from fakturo.errors import NotAllowed
from fakturo.settings import Settings

HEALTH_TIMEOUT_S = 2.0
_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104  addresses that only listeners use


def address(settings: Settings) -> str:
    """Where people and programs on this machine reach the server."""
    return reached_at(settings.up.host, settings.up.port)


def reached_at(host: str, port: int) -> str:
    """The http address of what listens there, as this machine reaches it."""
    host = _ANYWHERE.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def environment(settings: Settings, outside: Mapping[str, str]) -> dict[str, str]:
    """Environment of the server and of all that talks to it; what the operator has set stays.

    The recorder's batches make a task run cost the server 7 instead of 20-49 ms. A heartbeat every 30 s lets
    a run whose process died be marked Crashed after 90 s. Nothing is reported to anybody outside.
    """
    home = settings.home.resolve()
    folder = home / "prefect"
    api = f"{address(settings)}/api"
    wanted = {
        "PREFECT_HOME": str(folder),
        "PREFECT_API_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{folder / 'prefect.db'}",
        "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "100",
        "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
        "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
        "PREFECT_WORKER_QUERY_SECONDS": "5",
        "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
        "PREFECT_LOGGING_COLORS": "false",
    }
    fixed = {
        "PREFECT_API_URL": api,
        "PREFECT_UI_API_URL": "/api",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "DO_NOT_TRACK": "1",
        "GX_ANALYTICS_ENABLED": "false",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "PREFECT_CLI_PROMPT": "false",
        "FAKTURO_HOME": str(home),
        "FAKTURO_UP_HOST": settings.up.host,
        "FAKTURO_UP_PORT": str(settings.up.port),
        "FAKTURO_UP_PAGES_PORT": str(settings.up.pages_port),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), outside.get("PATH", os.defpath)]),
        "PYTHONUNBUFFERED": "1",
    }
    local = {"127.0.0.1", "localhost", settings.up.host}
    for name in ("NO_PROXY", "no_proxy"):  # a proxy must not stand between us and ourselves
        fixed[name] = ",".join(sorted(local | set(filter(None, outside.get(name, "").split(",")))))
    return {**wanted, **outside, **fixed}


def refuse_busy_port(settings: Settings) -> None:
    """Make sure that the port is free.

    Raises:
        NotAllowed: names the port and, where this user may know it, the process that holds it.
    """
    host, port = settings.up.host, settings.up.port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise NotAllowed(
                    f"Port {port} on {host} is in use{_holder(port)}. Stop that program, or choose another "
                    f"port with `fakturo up --port` or FAKTURO_UP_PORT."
                ) from None
            raise NotAllowed(
                f"Port {port} on {host} cannot be opened: {error.strerror or error}. "
                "FAKTURO_UP_HOST must be an address of this machine, FAKTURO_UP_PORT a port you may use."
            ) from None


def answers(settings: Settings) -> bool:
    """Whether the server's API is healthy."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{address(settings)}/api/health", timeout=HEALTH_TIMEOUT_S) as answer:
            return bool(answer.status == 200)  # noqa: PLR2004  HTTP's "OK"
    except (URLError, OSError):
        return False


def _holder(port: int) -> str:
    import psutil

    try:
        for connection in psutil.net_connections("tcp"):
            listens = connection.status == psutil.CONN_LISTEN and connection.laddr
            if listens and connection.laddr.port == port and connection.pid:
                return f" by process {connection.pid} ({psutil.Process(connection.pid).name()})"
    except psutil.Error:
        return ""
    return ""


class Run(NamedTuple):
    """A flow run as the server tells it."""

    flow: str
    name: str
    state: str
    started: str
    """UTC, to the second; empty while it is only scheduled."""


def recent_runs(settings: Settings, count: int = 8) -> list[Run]:
    """The newest flow runs that have started, newest first; empty when no server answers."""
    try:
        names = {each["id"]: each["name"] for each in _asked(settings, "flows/filter", {"limit": 100})}
        wanted = {
            "limit": count,
            "sort": "START_TIME_DESC",
            "flow_runs": {"start_time": {"is_null_": False}},
        }
        runs = _asked(settings, "flow_runs/filter", wanted)
    except (URLError, OSError, ValueError):
        return []
    return [
        Run(
            flow=names.get(run["flow_id"], ""),
            name=run["name"],
            state=run["state_name"] or "",
            started=(run["start_time"] or "")[:19].replace("T", " "),
        )
        for run in runs
    ]


def _asked(settings: Settings, path: str, body: dict[str, Any]) -> list[dict[str, Any]]:
    request = urllib.request.Request(  # noqa: S310  our own server's address
        f"{address(settings)}/api/{path}",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=HEALTH_TIMEOUT_S) as answer:
        found: list[dict[str, Any]] = json.load(answer)
    return found

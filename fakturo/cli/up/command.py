"""`fakturo up`: server, worker, schedules, inbox and issuing on one machine, until Ctrl-C."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from fakturo.cli.up.supervisor import Child, Supervisor
from fakturo.settings import Settings

SERVER_BOOT_S = 180.0
"""Longest wait for the server: 10-17 s measured on a fresh database, far more on a busy machine."""
LOOK_EVERY_S = 0.2
SERVER_GIVES_WAY, GIVES_WAY = 5, 10
"""Niceness of the server, and of all else but issuing, which waits for neither. Rendering takes all the
processors it gets, a scheduled flow's start two seconds of one: every twentieth order waited 30 to 90 ms."""
SAY_EVERY_S = 5.0
"""Often enough to see that it lives."""


def up(
    host: Annotated[str | None, typer.Option(help="Address the UI listens on")] = None,
    port: Annotated[int | None, typer.Option(help="Port of the UI and its API")] = None,
) -> None:
    """Start everything on this machine: UI, schedules, inbox and issuing. Ctrl-C stops all of it."""
    import os
    import time

    from fakturo import pages, server
    from fakturo.cli.terminal.screen import console
    from fakturo.clock import utc_now
    from fakturo.ledger.open import open_ledger
    from fakturo.ledger.orders.holders import release_dead
    from fakturo.settings import current

    began = time.monotonic()
    settings = _with(current(), host, port)
    settings = settings.model_copy(
        update={"up": settings.up.model_copy(update={"pages_port": pages.free_port(settings)})}
    )
    with _only_one(settings.home), _signals() as stopping:
        server.refuse_busy_port(settings)
        engine = open_ledger(settings)
        settings.inbox.mkdir(parents=True, exist_ok=True)
        console.print(f"Ledger ready: {engine.url.render_as_string(hide_password=True)}")
        if freed := release_dead(engine, utc_now()):
            console.print(f"Resuming {freed} orders that a stopped process had in its hands.")
        engine.dispose()

        supervisor = Supervisor(server.environment(settings, os.environ), console.print)
        children = _children(settings, since=utc_now().isoformat())
        try:
            console.print("Starting the Prefect server ...")
            supervisor.start(children["server"])
            for each in ("issuing", "inbox", "pages"):
                supervisor.start(children[each])  # imports Prefect while the server boots
            _await_server(settings, children["server"], stopping)
            if not stopping:
                console.print(
                    f"UI answers after {time.monotonic() - began:.0f} s: {server.address(settings)}"
                )
                supervisor.start(children["worker"])
                _register(supervisor, children["register"], stopping)
            if not stopping:
                _banner(settings, server.address(settings))
            while not stopping:
                supervisor.look()
                time.sleep(LOOK_EVERY_S)
        finally:
            console.print("\nStopping ...")
            supervisor.stop(hurry=lambda: len(stopping) > 1)
            console.print("Stopped. `fakturo up` goes on where this left off.")


def _with(settings: Settings, host: str | None, port: int | None) -> Settings:
    from fakturo.errors import BadSetting

    if port is not None and not 1 <= port <= 65535:  # noqa: PLR2004  what TCP allows
        raise BadSetting(f"--port is {port}, which is not allowed: a port from 1 to 65535.")
    changed = {"host": host or settings.up.host, "port": port or settings.up.port}
    return settings.model_copy(update={"up": settings.up.model_copy(update=changed)})


def _children(settings: Settings, since: str) -> dict[str, Child]:
    import sys

    from fakturo import pages

    logs = settings.home / "logs"
    python = (sys.executable, "-m")
    prefect = (*python, "prefect")
    host, port = settings.up.host, str(settings.up.port)
    worker = ("worker", "start", "--pool", "fakturo", "--type", "process", "--limit", "2")
    return {
        "server": Child(
            "Server",
            (*prefect, "server", "start", "--host", host, "--port", port),
            logs / "server.log",
            grace_s=8,
            niceness=SERVER_GIVES_WAY,
        ),
        "worker": Child(
            "Worker", (*prefect, *worker), logs / "worker.log", grace_s=8, stop_below=True, niceness=GIVES_WAY
        ),
        "issuing": Child(
            "Issuing", (*python, "flows.run_resident", "issuing"), logs / "issuing.log", grace_s=6
        ),
        "inbox": Child(
            "Inbox and rendering",
            (*python, "flows.run_resident", "inbox", "press", "outbox"),
            logs / "inbox.log",
            grace_s=10,
            niceness=GIVES_WAY,
        ),
        "pages": Child("Pages", pages.serving(settings), logs / "pages.log", grace_s=2, niceness=GIVES_WAY),
        "register": Child(
            "Registration",
            (*python, "flows.register_deployments", since),
            logs / "register.log",
            grace_s=1,
            niceness=GIVES_WAY,
        ),
    }


def _await_server(settings: Settings, child: Child, stopping: list[int]) -> None:
    import time

    from fakturo import server
    from fakturo.cli.terminal.screen import console
    from fakturo.cli.up.supervisor import ended, last_lines
    from fakturo.errors import NotAllowed

    began = said = time.monotonic()
    while not stopping and not server.answers(settings):
        if child.process is not None and child.process.poll() is not None:
            raise NotAllowed(
                f"The Prefect server {ended(child)}; {child.log} ends with:\n{last_lines(child.log)}"
            )
        waited_s = time.monotonic() - began
        if waited_s > SERVER_BOOT_S:
            raise NotAllowed(
                f"The Prefect server did not answer within {SERVER_BOOT_S:.0f} s. Log: {child.log}"
            )
        if time.monotonic() - said >= SAY_EVERY_S:
            said = time.monotonic()
            console.print(f"  the server is starting, {waited_s:.0f} s so far ...")
        time.sleep(LOOK_EVERY_S)


def _register(supervisor: Supervisor, child: Child, stopping: list[int]) -> None:
    """Run the registration once; a failure is said, and does not stop what runs without it."""
    import time

    from fakturo.cli.terminal.screen import console
    from fakturo.cli.up.supervisor import ended, last_lines

    console.print("Registering deployments and schedules ...")
    supervisor.start(child)
    began = said = time.monotonic()
    while not stopping and child.process is not None and child.process.poll() is None:
        time.sleep(LOOK_EVERY_S)
        if time.monotonic() - said >= SAY_EVERY_S:
            said = time.monotonic()
            console.print(f"  registering, {said - began:.0f} s so far; orders are already being issued ...")
    if child.process is not None and child.process.poll() is not None:
        supervisor.children.remove(child)  # done: not to be restarted
        if child.process.returncode:
            console.print(f"Registration {ended(child)}; {child.log} ends with:\n{last_lines(child.log, 5)}")
            console.print(
                "Orders are taken in and issued all the same; schedules may be missing until the next start."
            )


def _banner(settings: Settings, address: str) -> None:
    from rich.markup import escape
    from rich.panel import Panel

    from fakturo import pages
    from fakturo.cli.terminal.screen import console

    ai = (
        f"{settings.ai.model} at {settings.ai.base_url}"
        if settings.ai.base_url
        else "none: free text goes to review"
    )
    seller = escape(settings.seller.name)
    if settings.seller.is_sample:
        seller += (
            ", the built-in sample: documents are marked SPECIMEN until \\[seller] is set in fakturo.toml"
        )
    lines = (
        f"[bold]Seller[/bold]    {seller}",
        f"[bold]UI[/bold]        {address}",
        f"[bold]Pages[/bold]     {pages.address(settings)}  reports, checks, data dictionary",
        f"[bold]Inbox[/bold]     {escape(str(settings.inbox.resolve()))}",
        "          takes CSV, JSON, XLSX, Parquet, UBL XML, e-mails and text files",
        f"[bold]Documents[/bold] {escape(str(settings.documents.resolve()))}",
        f"[bold]AI[/bold]        {escape(ai)}",
        "[bold]Runs[/bold]      server, worker (schedules), resident runs (inbox to sending)",
        f"[bold]Logs[/bold]      {escape(str((settings.home / 'logs').resolve()))}",
        "",
        "`fakturo status` in another terminal tells what waits. Ctrl-C stops all of it.",
    )
    console.print(Panel("\n".join(lines), title="Fakturo is up", title_align="left", expand=False))


@contextmanager
def _only_one(home: Path) -> Iterator[None]:
    """One `fakturo up` a home; the lock falls with the process, whatever way it ends."""
    import fcntl
    import os

    from fakturo.errors import NotAllowed

    home.mkdir(parents=True, exist_ok=True)
    with (home / "up.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            raise NotAllowed(
                f"`fakturo up` already runs on {home.resolve()} (process {lock.read().strip() or '?'}). "
                "Stop it first, or set FAKTURO_HOME to another folder."
            ) from None
        lock.seek(0)
        lock.truncate()
        lock.write(str(os.getpid()))
        lock.flush()
        yield


@contextmanager
def _signals() -> Iterator[list[int]]:
    """A list that grows by each SIGINT or SIGTERM: one asks to stop, a second one hurries."""
    seen: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        seen.append(number)

    before = {each: signal.signal(each, note) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield seen
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)

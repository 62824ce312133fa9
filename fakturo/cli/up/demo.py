"""`fakturo demo`: the whole way of an order on the bundled sample, with everything that `fakturo up` runs."""

import os
import shutil
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from fakturo.settings import Settings

MARKER = ".fakturo-demo"
SERVER_BOOT_S = 150.0
PATIENCE_S = 60.0
"""How long the demo waits for orders that the simulator's faults have parked."""
QUESTIONS = (
    (
        "Who buys most?",
        "select customer_id, currency, sum(net_amount) from fct_invoices group by all order by 3 desc",
    ),
    ("What waits, and why?", "select code, count(*) from fct_findings group by all order by 2 desc"),
    (
        "How did the AI do?",
        "select outcome, count(*), round(avg(duration_ms)) from fct_ai_calls group by all",
    ),
)


def demo(
    home: Annotated[Path, typer.Option(help="Folder of the demo; emptied at the start")] = Path("demo"),
    seed: Annotated[int, typer.Option(help="Of sample and simulator")] = 7,
    scenario: Annotated[str, typer.Option(help="Which faults the AI simulator has")] = "mix",
) -> None:
    """Take 120 sample orders through a faulty AI simulator to PDFs and a published warehouse."""
    from fakturo.ai.simulator.server import start_simulator
    from fakturo.cli.terminal.screen import console
    from fakturo.clock import utc_now
    from fakturo.intake.sample import write_sample

    began = time.monotonic()
    _empty(home)
    with start_simulator(scenario, seed) as simulator:
        settings = _settings(home.resolve(), simulator.base_url)
        console.print(f"AI: the bundled simulator, scenario '{scenario}' (a simulator, not a model)")
        files = write_sample(settings.inbox, seed=seed, today=utc_now().date())
        console.print(f"Sample: {len(files)} files in {settings.inbox}")
        with _server(settings) as address:
            _run_flows()
            _closing(settings, address, time.monotonic() - began)
            if sys.stdin.isatty() and sys.stdout.isatty():
                console.print("\nThe UI stays up until you press Ctrl-C.")
                _until_interrupted()
            else:
                console.print(f"\nTo look at the runs: FAKTURO_HOME={home} fakturo up")


def _empty(home: Path) -> None:
    from fakturo.errors import NotAllowed

    if home.exists() and any(home.iterdir()):
        if not (home / MARKER).exists():
            raise NotAllowed(f"{home} is not empty and no demo of before; choose another folder with --home.")
        shutil.rmtree(home)
    home.mkdir(parents=True, exist_ok=True)
    (home / MARKER).touch()


def _settings(home: Path, base_url: str) -> Settings:
    """The demo's settings, put into the environment so that flows and children see the same."""
    from fakturo import server
    from fakturo.settings import current

    given = {
        "FAKTURO_HOME": str(home),
        "FAKTURO_CONFIG": str(home / "fakturo.toml"),
        "FAKTURO_LEDGER_URL": "",
        "FAKTURO_AI_BASE_URL": base_url,
        "FAKTURO_AI_MODEL": "fakturo-simulator",
        "FAKTURO_AI_API_KEY": "sample",
        "FAKTURO_INTAKE_STABLE_S": "0",
        "FAKTURO_UP_PORT": str(_free_port()),
    }
    os.environ.update(given)
    current.cache_clear()
    settings = current()
    os.environ.update(server.environment(settings, os.environ))
    os.environ.setdefault("PREFECT_LOGGING_LEVEL", "ERROR")
    return settings


def _free_port() -> int:
    """The usual port when nobody has it, else any."""
    for port in (4200, 0):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    return 4200


@contextmanager
def _server(settings: Settings) -> Iterator[str]:
    """A Prefect server of the demo's own, for as long as the block runs."""
    from fakturo import server
    from fakturo.cli.terminal.screen import console
    from fakturo.cli.up.supervisor import Child, Supervisor, last_lines
    from fakturo.errors import NotAllowed

    log = settings.home / "logs" / "server.log"
    command = (sys.executable, "-m", "prefect", "server", "start", "--host", settings.up.host)
    child = Child("Server", (*command, "--port", str(settings.up.port)), log, grace_s=3)
    supervisor = Supervisor(dict(os.environ), console.print)
    supervisor.start(child)
    try:
        console.print("Starting the Prefect server ...")
        give_up_at = time.monotonic() + SERVER_BOOT_S
        while not server.answers(settings):
            ended = child.process is None or child.process.poll() is not None
            if ended or time.monotonic() > give_up_at:
                raise NotAllowed(f"The Prefect server did not start; {log} ends with:\n{last_lines(log)}")
            time.sleep(0.2)
        yield server.address(settings)
    finally:
        supervisor.stop()


def _run_flows() -> None:
    """Every flow, in the order of an order's life; issuing again while the simulator's faults park some."""
    import asyncio

    from fakturo.cli.terminal.screen import console
    from fakturo.clock import utc_now
    from fakturo.ledger.open import open_ledger
    from fakturo.ledger.orders.queue import counts
    from fakturo.settings import current
    from flows.build_marts import build_marts
    from flows.check_landed import check_landed
    from flows.ingest_orders import ingest_orders
    from flows.issue_invoices import issue_invoices
    from flows.render_invoices import render_invoices

    async def issued() -> Any:
        return await issue_invoices(return_state=True)

    engine = open_ledger(current())
    _step("ingest_orders", lambda: ingest_orders(return_state=True))
    give_up_at = time.monotonic() + PATIENCE_S
    while True:
        _step("issue_invoices", lambda: asyncio.run(issued()))
        waiting = counts(engine, utc_now())
        if not (waiting["queued"] + waiting["parked"] + waiting["working"]) or time.monotonic() > give_up_at:
            break
        console.print(f"  {waiting['parked']} parked by the simulator's faults; trying again")
        time.sleep(1)
    _step("render_invoices", lambda: render_invoices(return_state=True))
    _step("check_landed", lambda: check_landed(hours=None, return_state=True))
    _step("build_marts", lambda: build_marts(return_state=True))


def _step(name: str, run: Callable[[], Any]) -> None:
    from fakturo.cli.terminal.screen import console

    began = time.monotonic()
    state = run()
    console.print(f"{name:16} {state.name:10} {time.monotonic() - began:5.1f} s  {state.message or ''}")


def _closing(settings: Settings, address: str, seconds: float) -> None:
    """What became of the sample, revenue by month, where things are, what to ask."""
    from sqlalchemy import func, select

    from fakturo.cli.terminal.screen import console, money, table
    from fakturo.clock import utc_now
    from fakturo.ledger.open import open_ledger, reading
    from fakturo.ledger.orders.queue import count_states
    from fakturo.ledger.tables import documents, files
    from fakturo.money import to_minor
    from fakturo.warehouse.reading import open_published

    with reading(open_ledger(settings)) as connection:
        rows = connection.execute(
            select(
                func.sum(files.c.rows_in),
                func.sum(files.c.rows_accepted),
                func.sum(files.c.rows_duplicate),
                func.sum(files.c.rows_quarantined),
            )
        ).one()
        states = {name: count for name, count in count_states(connection, utc_now()).items() if count}
        pdfs = connection.execute(select(func.count()).select_from(documents)).scalar_one()
    with open_published(settings) as published:
        months = published.execute(
            "select strftime(tax_point_date, '%Y-%m'), currency, sum(net_amount) "
            "from fct_invoices group by all order by all"
        ).fetchall()
    names = ("in", "accepted", "duplicate", "quarantined")
    console.print()
    table("Rows", names, [rows], right=(0, 1, 2, 3))
    table("\nOrders", tuple(name.replace("_", " ") for name in states), [tuple(states.values())])
    currencies = sorted({currency for _, currency, _ in months})
    net = {
        (month, currency): money(to_minor(amount, currency), currency) for month, currency, amount in months
    }
    shown = [
        (month, *(net.get((month, currency)) for currency in currencies))
        for month in sorted({month for month, _ in net})
    ]
    table("\nRevenue (net) by month of the order", ("month", *currencies), shown, right=range(1, 9))
    console.print(
        f"\n{pdfs} PDFs   {settings.documents}\nWarehouse {settings.warehouse_file}\nUI        {address}"
    )
    console.print(f"Ledger    {settings.home / 'ledger.sqlite'}   ({seconds:.0f} s in all)")
    console.print("\nThree questions to try, after `source .venv/bin/activate`:")
    for title, query in QUESTIONS:
        console.print(
            f'  # {title}\n  FAKTURO_HOME={settings.home.name} fakturo sql "{query}"', soft_wrap=True
        )


def _until_interrupted() -> None:
    try:
        while True:
            time.sleep(1)
    except KeyboardInterrupt:
        return

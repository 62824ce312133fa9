"""`fakturo up` as a whole: server, worker, schedules and resident run, started once for this file."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import psutil
import pytest
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import (
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterDeploymentId,
)
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.schedules import IntervalSchedule
from prefect.settings import PREFECT_API_URL, temporary_settings

from fakturo.ledger.open import connect, writing
from fakturo.ledger.tables import orders
from flows.register_deployments import (
    AUTOMATION,
)

pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(sys.platform != "linux", reason="tells processes apart as Linux does"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # Prefect's own sockets, closed by its threads
]

FAKTURO = Path(sys.executable).parent / "fakturo"


class Tree:
    """A running `fakturo up` and what it has said."""

    def __init__(self, home: Path, port: int, wait_for: Callable[..., Any]) -> None:
        self.wait_for = wait_for
        self.home, self.url = home, f"http://127.0.0.1:{port}"
        self.said = home.parent / f"{home.name}.txt"
        outside = {
            name: value for name, value in os.environ.items() if not name.startswith(("FAKTURO", "PREFECT"))
        }
        given = {"FAKTURO_HOME": str(home), "FAKTURO_UP_PORT": str(port), "FAKTURO_INTAKE_STABLE_S": "0.2"}
        self.environment = outside | given | {"PREFECT_WORKER_QUERY_SECONDS": "1", "COLUMNS": "200"}
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        with self.said.open("wb") as said:
            return subprocess.Popen(
                (FAKTURO, "up"), cwd=self.home.parent, stdout=said, stderr=said, env=self.environment
            )

    def await_up(self, seconds: float = 300) -> None:
        """Until the banner is there."""
        self.wait_for(
            lambda: "Fakturo is up" in self.said.read_text() or self.process.poll() is not None, seconds
        )
        assert self.process.poll() is None, self.said.read_text()

    def below(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def again(self) -> None:
        self.process = self._start()

    def ended(self, number: int) -> int:
        """Send a signal and wait for the end."""
        self.process.send_signal(number)
        return self.process.wait(timeout=30)


@pytest.fixture(scope="module")
def tree(
    tmp_path_factory: pytest.TempPathFactory,
    wait_for: Callable[..., Any],
    free_port: Callable[[], int],
    keep_parse: Callable[[Path], None],
) -> Iterator[Tree]:
    home = tmp_path_factory.mktemp("up") / "home"
    keep_parse(home)
    made = Tree(home, free_port(), wait_for)
    try:
        made.await_up()
        yield made
    finally:
        if made.process.poll() is None:
            made.process.terminate()
            made.process.wait(timeout=30)


@pytest.fixture
def of_tree(tree: Tree) -> Iterator[None]:
    """What is asked is asked of the tree's server."""
    with temporary_settings({PREFECT_API_URL: f"{tree.url}/api"}):
        yield


def test_says_where_everything_is(tree):
    said = tree.said.read_text()
    assert f"UI        {tree.url}" in said
    assert str(tree.home / "inbox") in said
    assert "Registration" not in said, said


def test_pages_are_served_and_nothing_beside_them(tree, wait_for):
    address = re.search(r"Pages +(http://127.0.0.1:\d+)", tree.said.read_text())[1]
    (tree.home / "reports").mkdir(exist_ok=True)
    (tree.home / "reports" / "page.html").write_text("what was found")

    def status(path):
        with suppress(httpx.ConnectError):
            return httpx.get(f"{address}/{path}").status_code

    wait_for(lambda: status("page.html") == 200)
    assert (tree.home / "ledger.sqlite").exists()
    assert {status(path) for path in ("../ledger.sqlite", "%2e%2e/ledger.sqlite", "ledger.sqlite")} == {404}


def test_deployments_are_registered_with_their_schedules(of_tree, ask):
    deployments = ask(lambda client: client.read_deployments())
    assert {each.name for each in deployments} == {
        "ingest_orders",
        "issue_invoices",
        "render_invoices",
        "allocate_payments",
        "send_reminders",
        "check_landed",
        "build_marts",
        "alert_kpis",
        "forecast_revenue",
        "predict_churn",
        "predict_payments",
        "find_anomalies",
        "watch_drift",
        "write_reports",
        "deliver_outbox",
        "prune_history",
    }
    for each in deployments:
        assert each.entrypoint == f"flows.{each.name}.{each.name}"
        assert each.work_pool_name == "fakturo"
        assert {schedule.active for schedule in each.schedules} == {True}


def test_a_scheduled_run_appears_by_itself_and_completes(of_tree, ask, wait_for):
    """The one that SQLAlchemy 2.1 makes fail while the server stays healthy."""

    async def often(client: PrefectClient) -> Any:
        made = await client.read_deployment_by_name("prune_history/prune_history")
        schedule = IntervalSchedule(interval=timedelta(seconds=15))
        await client.create_deployment_schedules(made.id, [(schedule, True)])
        return made.id

    deployment = ask(often)

    def done() -> list[FlowRun]:
        wanted = FlowRunFilter(deployment_id=FlowRunFilterDeploymentId(any_=[deployment]))
        runs = ask(lambda client: client.read_flow_runs(flow_run_filter=wanted))
        return [run for run in runs if run.auto_scheduled and run.state.is_completed()]

    (run, *_) = wait_for(done, 300)
    assert run.created_by is None or run.created_by.type == "SCHEDULE"

    async def rest(client: PrefectClient) -> None:
        for each in await client.read_deployment_schedules(deployment):
            await client.update_deployment_schedule(deployment, each.id, active=False)

    ask(rest)


def test_the_resident_run_issues_an_order_that_is_accepted(tree, land, states, wait_for):
    engine = connect(f"sqlite:///{tree.home / 'ledger.sqlite'}")
    land(engine, 3)
    wait_for(lambda: states(engine) == {"issued": 3})


def test_the_ai_limit_and_the_zombie_automation_exist(of_tree, ask):
    limit = ask(lambda client: client.read_global_concurrency_limit_by_name("ai"))
    assert limit.limit == 10
    automations = ask(lambda client: client.read_automations_by_name(AUTOMATION))
    assert len(automations) == 1


def test_the_first_publish_of_a_day_starts_the_predictions(of_tree, tree, ask, wait_for):
    """A publish is told by the flow that makes it; nothing of the day was published before.

    Three invoices are too few to look ahead, and enough to look for two that are alike.
    """

    async def build(client: PrefectClient) -> Any:
        made = await client.read_deployment_by_name("build_marts/build_marts")
        return (await client.create_flow_run_from_deployment(made.id)).id

    ask(build)
    predicting = {"forecast_revenue", "predict_churn", "predict_payments", "find_anomalies"}
    flows = FlowFilter(name=FlowFilterName(any_=sorted(predicting)))

    async def read(client: PrefectClient) -> tuple[list[FlowRun], dict[UUID, str]]:
        runs = await client.read_flow_runs(flow_filter=flows)
        return runs, {flow.id: flow.name for flow in await client.read_flows(flow_filter=flows)}

    def ended() -> dict[str, str]:
        runs, names = ask(read)
        return {names[run.flow_id]: run.state.name for run in runs if run.state and run.state.is_final()}

    assert wait_for(lambda: len(found := ended()) == 4 and found, 480) == {
        "forecast_revenue": "NotEnoughData",
        "predict_churn": "NotEnoughData",
        "predict_payments": "NotEnoughData",
        "find_anomalies": "Completed",
    }


def test_a_second_up_on_the_same_home_is_refused(tree, free_port):
    again = subprocess.run(
        (FAKTURO, "up", "--port", str(free_port())),
        env=tree.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert again.returncode == 1
    assert f"already runs on {tree.home} (process {tree.process.pid})" in again.stderr


def test_killed_and_started_again_it_resumes_and_one_signal_stops_it_all(tree, land, states, wait_for):
    killed = tree.below()
    tree.ended(signal.SIGKILL)
    wait_for(lambda: not any(_lives(each) for each in killed), 10)
    engine = connect(f"sqlite:///{tree.home / 'ledger.sqlite'}")
    land(engine, 2, tag="late")
    with writing(engine) as connection:
        connection.execute(
            orders.update()
            .where(orders.c.status == "queued")
            .values(
                leased_by=f"{socket.gethostname()}:999999999:1",
                leased_until=datetime.now(UTC) + timedelta(hours=1),
            )
        )
    tree.again()
    wait_for(lambda: states(engine) == {"issued": 5}, 120)
    assert "Resuming 2 orders" in tree.said.read_text()
    tree.await_up()
    living = tree.below()
    began = time.monotonic()
    assert tree.ended(signal.SIGTERM) == 0
    assert time.monotonic() - began < 15
    assert "was killed" not in tree.said.read_text()
    assert not any(_lives(each) for each in living)


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False

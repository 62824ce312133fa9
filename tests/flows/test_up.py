"""`fakturo up` as a whole: server, worker, schedules and resident run, started once for this file."""

import asyncio
import gc
import os
import signal
import socket
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psutil
import pytest
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterDeploymentId, FlowRunFilterId
from prefect.client.schemas.objects import FlowRun, State
from prefect.client.schemas.schedules import IntervalSchedule
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.states import Running, Scheduled
from sqlalchemy import insert

from fakturo.ai.simulator.server import start_simulator
from fakturo.errors import QuotaExhausted, Transient
from fakturo.ledger import queue
from fakturo.ledger.open import connect, open_ledger, writing
from fakturo.ledger.tables import orders
from fakturo.order import content
from fakturo.settings import current
from flows import issue_invoices as room
from flows.issue_invoices import issue_invoices
from flows.prune_history import prune_history
from flows.register_deployments import (
    AUTOMATION,
    deployments_file,
    drop_missed_runs,
    main,
    register_deployments,
)

pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(sys.platform != "linux", reason="tells processes apart as Linux does"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # Prefect's own sockets, closed by its threads
]

FAKTURO = Path(sys.executable).parent / "fakturo"


class Tree:
    """A running `fakturo up` and what it has said."""

    def __init__(self, home: Path, port: int) -> None:
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

    def await_up(self, seconds: float = 120) -> None:
        """Until the banner is there."""
        wait_for(lambda: "Fakturo is up" in self.said.read_text() or self.process.poll() is not None, seconds)
        assert self.process.poll() is None, self.said.read_text()

    def below(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def again(self) -> None:
        self.process = self._start()

    def ended(self, number: int) -> int:
        """Send a signal and wait for the end."""
        self.process.send_signal(number)
        return self.process.wait(timeout=30)


def wait_for(what: Any, seconds: float = 30.0) -> Any:
    give_up_at = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < give_up_at, f"waited {seconds:.0f} s in vain"
        time.sleep(0.05)
    return found


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tree]:
    made = Tree(tmp_path_factory.mktemp("up") / "home", free_port())
    try:
        made.await_up()
        yield made
    finally:
        if made.process.poll() is None:
            made.process.terminate()
            made.process.wait(timeout=30)
        with warnings.catch_warnings():  # what Prefect's threads of this process leave to the collector
            warnings.simplefilter("ignore")
            gc.collect()


@pytest.fixture
def server(tree: Tree) -> Iterator[str]:
    """The tree's server, for flows that this process runs."""
    with temporary_settings({PREFECT_API_URL: f"{tree.url}/api"}):
        yield tree.url


@pytest.fixture
def home(settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Settings of a home of the test's own, as the flows of this process see them."""
    monkeypatch.setenv("FAKTURO_HOME", str(settings.home))
    current.cache_clear()
    yield current()
    current.cache_clear()


def ask(what: Any) -> Any:
    """Run `what(client)` against the server."""

    async def asked() -> Any:
        async with get_client() as client:
            return await what(client)

    return asyncio.run(asked())


def land(engine, order, count, *, lane="rules", tag="n"):
    now = datetime.now(UTC)
    with writing(engine) as connection:
        for number in range(count):
            each = order.model_copy(update={"external_id": f"{tag}-{number}"})
            connection.execute(
                insert(orders).values(
                    source="test",
                    external_id=each.external_id,
                    content_sha256=f"{tag}-{number}",
                    lane=lane,
                    status="queued",
                    content=content(each) if lane == "rules" else None,
                    raw=None if lane == "rules" else f"Hello, please send us 6 lanterns ({tag}-{number}).",
                    received_at=now,
                    updated_at=now,
                )
            )


def states(engine) -> dict[str, int]:
    return {name: count for name, count in queue.counts(engine, datetime.now(UTC)).items() if count}


def test_says_where_everything_is(tree):
    said = tree.said.read_text()
    assert f"UI        {tree.url}" in said
    assert str(tree.home / "inbox") in said
    assert "Registration" not in said, said


def test_deployments_are_registered_with_their_schedules(server):
    deployments = ask(lambda client: client.read_deployments())
    assert {each.name for each in deployments} == {
        "ingest_orders",
        "issue_invoices",
        "render_invoices",
        "check_landed",
        "build_marts",
        "prune_history",
    }
    for each in deployments:
        assert each.entrypoint == f"flows.{each.name}.{each.name}"
        assert each.work_pool_name == "fakturo"
        assert [schedule.active for schedule in each.schedules] == [True]


def test_a_scheduled_run_appears_by_itself_and_completes(server):
    """The one that SQLAlchemy 2.1 makes fail while the server stays healthy."""

    async def often(client: PrefectClient) -> Any:
        made = await client.read_deployment_by_name("prune_history/prune_history")
        await client.create_deployment_schedules(
            made.id, [(IntervalSchedule(interval=timedelta(seconds=3)), True)]
        )
        return made.id

    deployment = ask(often)

    def done() -> list[FlowRun]:
        wanted = FlowRunFilter(deployment_id=FlowRunFilterDeploymentId(any_=[deployment]))
        runs = ask(lambda client: client.read_flow_runs(flow_run_filter=wanted))
        return [run for run in runs if run.auto_scheduled and run.state.is_completed()]

    (run, *_) = wait_for(done, 60)
    assert run.created_by is None or run.created_by.type == "SCHEDULE"

    async def rest(client: PrefectClient) -> None:
        for each in await client.read_deployment_schedules(deployment):
            await client.update_deployment_schedule(deployment, each.id, active=False)

    ask(rest)


def test_the_resident_run_issues_an_order_that_is_accepted(tree, order):
    engine = connect(f"sqlite:///{tree.home / 'ledger.sqlite'}")
    land(engine, order, 3)
    wait_for(lambda: states(engine) == {"issued": 3})


def test_the_ai_limit_and_the_zombie_automation_exist(server):
    limit = ask(lambda client: client.read_global_concurrency_limit_by_name("ai"))
    assert limit.limit == 10
    automations = ask(lambda client: client.read_automations_by_name(AUTOMATION))
    assert len(automations) == 1


def test_registering_again_changes_nothing(server, home):
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    asyncio.run(register_deployments(home, long_ago))
    assert len(ask(lambda client: client.read_automations_by_name(AUTOMATION))) == 1
    assert deployments_file().name == "prefect.yaml"


def test_what_died_is_marked_as_crashed(server, home):
    """A run of long ago, so that those of today are left alone."""

    async def leave_behind(client: PrefectClient) -> Any:
        long_ago = Scheduled(scheduled_time=datetime(2001, 1, 1, tzinfo=UTC))
        run = await client.create_flow_run(prune_history, state=long_ago)
        await client.set_flow_run_state(run.id, Running(), force=True)
        return run.id

    died = ask(leave_behind)
    asyncio.run(register_deployments(home, datetime(2002, 1, 1, tzinfo=UTC)))
    run = ask(lambda client: client.read_flow_run(died))
    assert run.state.is_crashed()
    assert "nothing was lost" in run.state.message


class Missed:
    """A client that knows of 250 runs that nobody was there to start; half of them a person has asked for."""

    def __init__(self) -> None:
        self.runs = [FlowRun(flow_id=uuid4(), auto_scheduled=bool(number % 2)) for number in range(250)]
        self.deleted: list[UUID] = []

    async def read_flow_runs(self, *, flow_run_filter: Any, limit: int, offset: int) -> list[FlowRun]:
        assert flow_run_filter.state.type.any_ == ["SCHEDULED"]
        return self.runs[offset : offset + limit]

    async def delete_flow_run(self, run: UUID) -> None:
        self.deleted.append(run)


def test_runs_missed_while_all_was_off_are_dropped_but_for_those_a_person_asked_for():
    client = Missed()
    asyncio.run(drop_missed_runs(client, datetime(2026, 3, 2, tzinfo=UTC)))
    assert client.deleted == [run.id for run in client.runs if run.auto_scheduled]
    assert len(client.deleted) == 125


def test_deployments_are_left_alone_until_something_changes(server, home, monkeypatch, tmp_path):
    calls: list[tuple[str, ...]] = []
    monkeypatch.setattr(
        "flows.register_deployments.subprocess.run", lambda command, **_: calls.append(command)
    )
    file = tmp_path / "prefect.yaml"
    file.write_text("deployments: [{name: prune_history}]")
    for _ in range(2):
        main("2001-01-01T00:00:00+00:00", file)
    assert len(calls) == 1
    assert calls[0][1:] == ("-m", "prefect", "--no-prompt", "deploy", "--all", "--prefect-file", str(file))
    file.write_text("deployments: [{name: prune_history}, {name: another}]")
    for _ in range(2):
        main("2001-01-01T00:00:00+00:00", file)
    assert len(calls) == 3, "a deployment that is not there is made"


def run_flow(call: Any) -> State[Any]:
    return asyncio.run(call)


def test_issues_and_tells_in_a_table(server, home, order):
    engine = open_ledger(home)
    land(engine, order, 3)
    state = run_flow(issue_invoices(return_state=True))
    assert (state.name, state.message) == ("Completed", "3 issued, 0 drafted.")
    assert states(engine) == {"issued": 3}
    table = ask(lambda client: _artifact(client, state, "issue-invoices"))
    assert '{"outcome": "issued", "orders": 3}' in table


async def _artifact(client: PrefectClient, state: State[Any], key: str) -> str:
    from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId

    run = state.state_details.flow_run_id
    wanted = ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[run]))
    found = await client.read_artifacts(artifact_filter=wanted)
    return next(str(each.data) for each in found if each.key == key)


def test_free_text_goes_to_review_where_no_model_is_set_up(server, home, order):
    engine = open_ledger(home)
    land(engine, order, 2, lane="model")
    state = run_flow(issue_invoices(return_state=True))
    assert state.message == "0 issued, 2 drafted."
    assert states(engine) == {"needs_review": 2}


@pytest.fixture
def with_ai(home, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Settings with a simulated provider that never fails."""
    with start_simulator("calm") as simulator:
        monkeypatch.setenv("FAKTURO_AI_BASE_URL", simulator.base_url)
        monkeypatch.setenv("FAKTURO_AI_CONCURRENCY", "2")
        current.cache_clear()
        yield current()


def test_each_drafted_order_is_a_task_run_that_retries(server, with_ai, order, monkeypatch):
    failures = iter([Transient("The AI provider failed (HTTP 502).", status=502)])
    real = room.draft_one

    async def flaky(*given: Any, **more: Any) -> Any:
        for error in failures:
            raise error
        return await real(*given, **more)

    monkeypatch.setattr(room, "draft_one", flaky)
    monkeypatch.setattr(room.draft, "retry_delay_seconds", [0.1] * 4)
    engine = open_ledger(with_ai)
    land(engine, order, 2, lane="model")
    state = run_flow(issue_invoices(return_state=True))
    assert state.message.endswith("2 drafted.")
    assert sum(states(engine).values()) == 2
    assert not {"queued", "dead_letter"} & states(engine).keys()

    def recorded() -> set[tuple[str, int]]:
        wanted = FlowRunFilter(id=FlowRunFilterId(any_=[state.state_details.flow_run_id]))
        runs = ask(lambda client: client.read_task_runs(flow_run_filter=wanted))
        return {(run.name, run.run_count) for run in runs if run.state and run.state.is_completed()}

    wait_for(lambda: recorded() in ({("draft-1", 2), ("draft-2", 1)}, {("draft-1", 1), ("draft-2", 2)}))


def test_no_credit_ends_the_run_degraded_and_keeps_the_orders(server, with_ai, order, monkeypatch):
    async def refused(*_given: Any, **_more: Any) -> Any:
        raise QuotaExhausted("The AI provider says that the credit is used up.")

    monkeypatch.setattr(room, "draft_one", refused)
    engine = open_ledger(with_ai)
    land(engine, order, 3, lane="model")
    state = run_flow(issue_invoices(return_state=True))
    assert (state.type.value, state.name) == ("COMPLETED", "Degraded")
    assert state.message == "Drafting stopped: The AI provider says that the credit is used up."
    assert states(engine) == {"queued": 3}


def test_an_order_whose_retries_are_used_up_is_parked(server, with_ai, order, monkeypatch):
    async def failing(*_given: Any, **_more: Any) -> Any:
        raise Transient("The AI provider failed (HTTP 503).", status=503)

    monkeypatch.setattr(room, "draft_one", failing)
    monkeypatch.setattr(room.draft, "retry_delay_seconds", [0.0] * 4)
    engine = open_ledger(with_ai)
    land(engine, order, 1, lane="model")
    state = run_flow(issue_invoices(return_state=True))
    assert state.message == "0 issued, 1 drafted."
    assert states(engine) == {"parked": 1}


def test_a_defect_fails_the_run(server, with_ai, order, monkeypatch):
    async def broken(*_given: Any, **_more: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(room, "draft_one", broken)
    land(open_ledger(with_ai), order, 1, lane="model")
    state = run_flow(issue_invoices(return_state=True))
    assert state.is_failed()


def test_old_runs_are_deleted_and_the_latest_kept(server, home):
    async def finish(client: PrefectClient) -> None:
        await prune_history(days=3650, return_state=True)

    ask(finish)
    before = ask(lambda client: client.read_flow_runs())
    finished = [run for run in before if run.state.is_final()]
    assert len(finished) > 2
    state = run_flow(prune_history(days=0, keep=2, return_state=True))
    assert state.is_completed()
    after = {run.id for run in ask(lambda client: client.read_flow_runs())}
    assert len([run for run in finished if run.id in after]) <= 2


def test_a_second_up_on_the_same_home_is_refused(tree):
    again = subprocess.run(
        (FAKTURO, "up", "--port", str(free_port())),
        env=tree.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert again.returncode == 1
    assert f"already runs on {tree.home} (process {tree.process.pid})" in again.stderr


def test_killed_and_started_again_it_resumes_and_one_signal_stops_it_all(tree, order):
    killed = tree.below()
    tree.ended(signal.SIGKILL)
    wait_for(lambda: not any(_lives(each) for each in killed), 10)
    engine = connect(f"sqlite:///{tree.home / 'ledger.sqlite'}")
    land(engine, order, 2, tag="late")
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
    wait_for(lambda: states(engine) == {"issued": 5}, 60)
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

"""What `fakturo up` asks of the Prefect server at its start."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import FlowRun
from prefect.states import Running, Scheduled

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
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # Prefect's own sockets, closed by its threads
]


def test_registering_again_changes_nothing(server, home, ask):
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    asyncio.run(register_deployments(home, long_ago))
    assert len(ask(lambda client: client.read_automations_by_name(AUTOMATION))) == 1
    assert deployments_file().name == "prefect.yaml"


def test_what_died_is_marked_as_crashed(server, home, ask):
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


def test_deployments_are_left_alone_until_something_changes(server, home, monkeypatch, tmp_path, ask):
    calls: list[tuple[str, ...]] = []
    monkeypatch.setattr(
        "flows.register_deployments.subprocess.run", lambda command, **_: calls.append(command)
    )

    async def deploy(client: PrefectClient) -> None:
        await client.create_deployment(await client.create_flow(prune_history), "prune_history")

    ask(deploy)
    file = tmp_path / "prefect.yaml"
    file.write_text("deployments: [{name: prune_history}]")
    for _ in range(2):
        main("2001-01-01T00:00:00+00:00", file)
    assert len(calls) == 1
    assert calls[0][4:] == ("-m", "prefect", "--no-prompt", "deploy", "--all", "--prefect-file", str(file))
    file.write_text("deployments: [{name: prune_history}, {name: another}]")
    for _ in range(2):
        main("2001-01-01T00:00:00+00:00", file)
    assert len(calls) == 3, "a deployment that is not there is made"

"""Tell a Prefect server what `fakturo up` needs of it; once a start, and safe to repeat.

`python -m flows.register_deployments SINCE`: runs that began before SINCE have lost their process with the
server and are marked Crashed; pool, limit, automation and the deployments of prefect.yaml are made.
Deployments are left alone while prefect.yaml, folder and version are the same, so that a schedule paused in
the UI stays paused.
"""

import asyncio
import hashlib
import subprocess
import sys
from contextlib import suppress
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml
from prefect.automations import Automation
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import GlobalConcurrencyLimitUpdate, WorkPoolCreate
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.events.actions import ChangeFlowRunState
from prefect.events.schemas.automations import EventTrigger, Posture
from prefect.exceptions import ObjectAlreadyExists
from prefect.states import Crashed

from fakturo.settings import Settings, current
from flows.hold_slots import LIMIT

POOL = "fakturo"
SILENCE_S = 90
"""Three heartbeats of 30 s that did not come."""
BATCH = 200
AUTOMATION = "Mark runs whose process died as crashed"


async def register_deployments(settings: Settings, since: datetime) -> None:
    """Make the server ready for this home, all but the deployments themselves."""
    async with get_client() as client:
        await _end_dead_runs(client, since)
        await drop_missed_runs(client, since)
        await _free_slots(client)
        with suppress(ObjectAlreadyExists):  # made by an earlier start, or by the worker a moment ago
            await client.create_work_pool(WorkPoolCreate(name=POOL, type="process"))
        await client.upsert_global_concurrency_limit_by_name(LIMIT, settings.ai.concurrency)
        if not await client.read_automations_by_name(AUTOMATION):
            await _zombie_automation().acreate()


async def _end_dead_runs(client: PrefectClient, since: datetime) -> None:
    live = [StateType.RUNNING, StateType.PENDING, StateType.CANCELLING]
    dead = await _runs(client, live, since)
    for run in dead:
        state: State[Any] = Crashed(message="Its process ended together with `fakturo up`; nothing was lost.")
        await client.set_flow_run_state(run.id, state, force=True)


async def drop_missed_runs(client: PrefectClient, since: datetime) -> None:
    """Runs whose hour passed while everything was off: each flow takes all that waits, one is enough."""
    for run in await _runs(client, [StateType.SCHEDULED], since):
        if run.auto_scheduled:
            await client.delete_flow_run(run.id)


async def _runs(client: PrefectClient, types: list[StateType], before: datetime) -> list[FlowRun]:
    wanted = FlowRunFilter(
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=types)),
        expected_start_time=FlowRunFilterExpectedStartTime(before_=before),
    )
    found: list[FlowRun] = []
    while True:
        batch = await client.read_flow_runs(flow_run_filter=wanted, limit=BATCH, offset=len(found))
        found += batch
        if len(batch) < BATCH:
            return found


async def _free_slots(client: PrefectClient) -> None:
    """Slots that dead runs held: the server keeps their count, but forgot the leases when it ended."""
    for limit in await client.read_global_concurrency_limits(limit=BATCH):
        if limit.active_slots:
            await client.update_global_concurrency_limit(
                limit.name, GlobalConcurrencyLimitUpdate(active_slots=0)
            )


def _zombie_automation() -> Automation:
    beat = "prefect.flow-run.heartbeat"
    ends = {
        f"prefect.flow-run.{name}" for name in ("Completed", "Failed", "Cancelled", "Crashed", "Degraded")
    }
    return Automation(
        name=AUTOMATION,
        description="A killed process says nothing: three missed heartbeats tell.",
        trigger=EventTrigger(
            after={beat},
            expect={beat, *ends},
            match={"prefect.resource.id": "prefect.flow-run.*"},
            for_each={"prefect.resource.id"},
            posture=Posture.Proactive,
            threshold=1,
            within=timedelta(seconds=SILENCE_S),
        ),
        actions=[
            ChangeFlowRunState(state=StateType.CRASHED, message=f"No sign of life for {SILENCE_S} seconds.")
        ],
    )


def deployments_file() -> Path:
    """prefect.yaml of the checkout, or the copy that the wheel carries beside this file."""
    here = Path(__file__).resolve().parent
    return next(place for place in (here.parent / "prefect.yaml", here / "prefect.yaml") if place.exists())


async def _are_registered(names: set[str]) -> bool:
    async with get_client() as client:
        return names <= {each.name for each in await client.read_deployments()}


def main(since: str, file: Path) -> None:
    """Make the server ready, then deploy what prefect.yaml says if it has changed."""
    settings = current()
    asyncio.run(register_deployments(settings, datetime.fromisoformat(since)))
    stamp = settings.home / "prefect" / "deployed"
    seen = (file.read_bytes(), str(Path.cwd()).encode(), version("fakturo").encode())
    wanted = hashlib.sha256(b"\0".join(seen)).hexdigest()
    names = {each["name"] for each in yaml.safe_load(file.read_text())["deployments"]}
    if stamp.exists() and stamp.read_text() == wanted and asyncio.run(_are_registered(names)):
        return
    deploy = ("prefect", "--no-prompt", "deploy", "--all", "--prefect-file", str(file))
    tied = (sys.executable, "-m", "fakturo.cli.up.tied")  # what it runs ends with us, whatever ends us
    subprocess.run((*tied, sys.executable, "-m", *deploy), check=True)  # noqa: S603  our own words
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(wanted)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]) if len(sys.argv) > 2 else deployments_file())  # noqa: PLR2004

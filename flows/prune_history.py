"""Delete what Prefect remembers of old runs, and answers and predictions that are past their keep.

The record in the ledger (orders, drafts, calls, invoices, runs of models, audit) is not touched.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from prefect import flow
from prefect.artifacts import acreate_table_artifact
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import (
    ArtifactFilter,
    ArtifactFilterFlowRunId,
    FlowRunFilter,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterId,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import TERMINAL_STATES, FlowRun
from prefect.client.schemas.sorting import FlowRunSort
from prefect.states import Completed
from pydantic import Field

from fakturo.clock import utc_now
from fakturo.ledger.ai import ai_spending
from fakturo.ledger.ai.ai_answers import forget_answers
from fakturo.ledger.open import open_ledger
from fakturo.ledger.predictions.thinning import thin
from fakturo.settings import current

BATCH = 100
"""Runs a round: short enough that the server answers others in between."""


@flow(name="prune_history", persist_result=False)
async def prune_history(days: int = 30, keep: Annotated[int, Field(ge=0, le=200)] = 50) -> Any:
    """Delete finished flow runs older than `days` with task runs and artifacts, old answers and predictions.

    Nightly. Safe to rerun at any time: what is gone is gone, what runs or is young stays, and so do the
    latest `keep` runs however old they are.
    """
    before = utc_now() - timedelta(days=days)
    runs = artifacts = 0
    async with get_client() as client:
        latest = await client.read_flow_runs(sort=FlowRunSort.EXPECTED_START_TIME_DESC, limit=keep)
        while batch := await _oldest(client, before, [run.id for run in latest]):
            artifacts += await _delete_artifacts(client, batch)
            for run in batch:  # one by one: SQLite has one writer, and together they only wait for each other
                await client.delete_flow_run(run.id)
            runs += len(batch)
    answers = await asyncio.to_thread(_forget_answers)
    table = [{"deleted": "flow runs", "count": runs}, {"deleted": "artifacts", "count": artifacts}]
    table.append({"deleted": "answers of the model", "count": answers})
    table.append({"deleted": "predictions of runs", "count": await asyncio.to_thread(_thin_predictions)})
    await acreate_table_artifact(table, key="prune-history", description=f"From before {before:%Y-%m-%d}.")
    return Completed(message=f"{runs} runs from before {before:%Y-%m-%d} deleted.")


def _forget_answers() -> int:
    """Answers and sums of spending that are older than `ai.answers_days`."""
    settings = current()
    engine = open_ledger(settings)
    before = utc_now() - timedelta(days=settings.ai.answers_days)
    ai_spending.forget(engine, before)
    return forget_answers(engine, before)


def _thin_predictions() -> int:
    """Runs of models that lost their single predictions; the runs and their scores stay."""
    return thin(open_ledger(current()), utc_now().date())


async def _oldest(client: PrefectClient, before: datetime, kept: list[UUID]) -> list[FlowRun]:
    old = FlowRunFilter(
        id=FlowRunFilterId(not_any_=kept),
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=list(TERMINAL_STATES))),
        expected_start_time=FlowRunFilterExpectedStartTime(before_=before),
    )
    return await client.read_flow_runs(
        flow_run_filter=old, sort=FlowRunSort.EXPECTED_START_TIME_ASC, limit=BATCH
    )


async def _delete_artifacts(client: PrefectClient, runs: list[FlowRun]) -> int:
    """Artifacts of the runs; the server deletes a run's task runs and logs with it, but not these."""
    wanted = ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[run.id for run in runs]))
    deleted = 0
    while found := await client.read_artifacts(artifact_filter=wanted, limit=BATCH):
        for each in found:
            await client.delete_artifact(each.id)
        deleted += len(found)
    return deleted

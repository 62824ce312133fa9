"""What a run left in its artifacts."""

from typing import Any

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId
from prefect.client.schemas.objects import State


async def artifact_of(client: PrefectClient, state: State[Any], key: str) -> str:
    """Data of one artifact of a run, as text."""
    run = state.state_details.flow_run_id
    wanted = ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[run]))
    found = await client.read_artifacts(artifact_filter=wanted)
    return next(str(each.data) for each in found if each.key == key)

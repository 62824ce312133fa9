"""The clients that Fakturo is measured beside, each set up as its own documentation recommends.

Every one gets the same two messages and gives back a `Proposal`; what it gives is believed. An exception
means that it has given up on the order. Timeouts are the same for all, and no client is told the limits.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

import httpx

from fakturo.ai.proof.proposal import Proposal, read_proposal, schema

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # else it fetches prices at import

Messages = list[dict[str, str]]
Ask = Callable[[Messages], Awaitable[Proposal]]
KEY = "bench"
NAIVE_PAUSE_S = 1.0
API_VERSION = "2024-10-21"


class Target(NamedTuple):
    """Where to ask."""

    origin: str
    is_azure: bool
    timeout_s: float

    @property
    def url(self) -> str:
        """Of chat completions."""
        if self.is_azure:
            return f"{self.origin}/openai/deployments/simulator/chat/completions?api-version={API_VERSION}"
        return f"{self.origin}/v1/chat/completions"

    @property
    def headers(self) -> dict[str, str]:
        """With the key."""
        return {"api-key": KEY} if self.is_azure else {"authorization": f"Bearer {KEY}"}


def response_format() -> dict[str, Any]:
    """Ask for the shape."""
    shape = {"name": "order_draft", "strict": True, "schema": schema()}
    return {"type": "json_schema", "json_schema": shape}


def _plain(target: Target) -> Ask:
    """One HTTP attempt over a kept-alive pool."""
    client = httpx.AsyncClient(timeout=target.timeout_s, headers=target.headers)

    async def ask(messages: Messages) -> Proposal:
        body = {"model": "simulator", "messages": messages, "response_format": response_format()}
        response = await client.post(target.url, json=body)
        response.raise_for_status()
        return read_proposal(response.json()["choices"][0]["message"]["content"])

    return ask


def naive(target: Target) -> Ask:
    """Two tries a second apart, whatever went wrong."""
    once = _plain(target)

    async def ask(messages: Messages) -> Proposal:
        try:
            return await once(messages)
        except Exception:  # noqa: BLE001  # naive is what it is
            await asyncio.sleep(NAIVE_PAUSE_S)
            return await once(messages)

    return ask


def tenacity_exponential(target: Target) -> Ask:
    """Six attempts, random exponential waits, any exception (OpenAI Cookbook, on rate limits)."""
    from tenacity import retry, stop_after_attempt, wait_random_exponential

    return retry(wait=wait_random_exponential(min=1, max=60), stop=stop_after_attempt(6))(_plain(target))


def _openai(target: Target, max_retries: int) -> Ask:
    from openai import AsyncAzureOpenAI, AsyncOpenAI

    more: dict[str, Any] = {"api_key": KEY, "max_retries": max_retries, "timeout": target.timeout_s}
    client = (
        AsyncAzureOpenAI(azure_endpoint=target.origin, api_version=API_VERSION, **more)
        if target.is_azure
        else AsyncOpenAI(base_url=f"{target.origin}/v1", **more)
    )

    async def ask(messages: Messages) -> Proposal:
        said = await client.chat.completions.create(
            model="simulator",
            messages=messages,  # type: ignore[arg-type]
            response_format=response_format(),  # type: ignore[arg-type]
        )
        return read_proposal(said.choices[0].message.content or "")

    return ask


def openai_2(target: Target) -> Ask:
    """The SDK as it comes: two retries that honour retry-after."""
    return _openai(target, 2)


def openai_5(target: Target) -> Ask:
    """The SDK with five retries."""
    return _openai(target, 5)


def litellm_router(target: Target) -> Ask:
    """A Router with one deployment and five retries."""
    import litellm

    litellm.suppress_debug_info = True
    parameters: dict[str, Any] = {"api_key": KEY, "timeout": target.timeout_s}
    if target.is_azure:
        parameters |= {"model": "azure/simulator", "api_base": target.origin, "api_version": API_VERSION}
    else:
        parameters |= {"model": "openai/simulator", "api_base": f"{target.origin}/v1"}
    router = litellm.Router(
        model_list=[{"model_name": "simulator", "litellm_params": parameters}],
        num_retries=5,
        timeout=target.timeout_s,
    )

    async def ask(messages: Messages) -> Proposal:
        said = await router.acompletion(
            model="simulator", messages=messages, response_format=response_format()
        )
        return read_proposal(said.choices[0].message.content or "")

    return ask


def pydantic_ai(target: Target) -> Ask:
    """An Agent, its retry transport as documented (five attempts, retry-after), and two output retries."""
    from pydantic_ai import Agent
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.providers.azure import AzureProvider
    from pydantic_ai.providers.openai import OpenAIProvider
    from pydantic_ai.retries import AsyncTenacityTransport, RetryConfig, wait_retry_after
    from tenacity import retry_if_exception_type, stop_after_attempt, wait_exponential

    def raised(response: httpx.Response) -> None:
        if response.status_code in {429, 502, 503, 504}:
            response.raise_for_status()

    transport = AsyncTenacityTransport(
        RetryConfig(
            retry=retry_if_exception_type((httpx.HTTPStatusError, httpx.TransportError)),
            wait=wait_retry_after(fallback_strategy=wait_exponential(multiplier=1, max=60), max_wait=300),
            stop=stop_after_attempt(5),
            reraise=True,
        ),
        validate_response=raised,
    )
    client = httpx.AsyncClient(transport=transport, timeout=target.timeout_s)
    provider = (
        AzureProvider(azure_endpoint=target.origin, api_version=API_VERSION, api_key=KEY, http_client=client)
        if target.is_azure
        else OpenAIProvider(base_url=f"{target.origin}/v1", api_key=KEY, http_client=client)
    )
    model = OpenAIChatModel("simulator", provider=provider)

    async def ask(messages: Messages) -> Proposal:
        agent = Agent(model, output_type=Proposal, system_prompt=messages[0]["content"], retries=2)
        return (await agent.run(messages[1]["content"])).output

    return ask


PEERS: dict[str, Callable[[Target], Ask]] = {
    "naive": naive,
    "tenacity": tenacity_exponential,
    "openai-2": openai_2,
    "openai-5": openai_5,
    "litellm": litellm_router,
    "pydantic-ai": pydantic_ai,
}

"""Post one event to a webhook: a single attempt, signed, within its time; the one door to receivers.

It follows no redirect (a signature is meant for one address), reads at most 64 KB of an answer, and sends
nothing but the event. 2xx: delivered. 410: this event never again. 429 and 503 may ask for time by
Retry-After (RFC 9110, section 10.2.3). All else is tried again.
"""

import asyncio
from contextlib import suppress
from datetime import datetime
from importlib.metadata import version

import httpx

from fakturo.ai.provider.moments import reset_s
from fakturo.delivery import event, signing
from fakturo.delivery.outcome import Outcome
from fakturo.errors import BadSetting
from fakturo.ledger.outbox.deliveries import Claimed
from fakturo.privacy import mask
from fakturo.setting_groups.delivery import Webhook

LONGEST_ANSWER_BYTES = 64 * 1024
SHOWN_LETTERS = 160
"""Of an answer that says no."""
READ_ON_S = 0.5
"""How long the rest of a yes may take; a connection that was read to its end serves the next event."""
ASKS_FOR_TIME = (429, 503)


class WebhookSender:
    """One webhook, with its pool of kept-alive connections. Close it with `aclose`."""

    def __init__(self, webhook: Webhook) -> None:
        """Prepare, without connecting.

        Raises:
            BadSetting: the secret cannot be read, or the address is none.
        """
        self._webhook, self._secrets = webhook, webhook.secrets
        try:
            httpx.URL(webhook.url)
        except httpx.InvalidURL:
            raise BadSetting(
                f"url of webhook {webhook.name} is no http(s) address; write e.g. https://example.com/hooks."
            ) from None
        self._http = httpx.AsyncClient(
            headers={
                "user-agent": f"Fakturo/{version('fakturo')}",
                "content-type": "application/json",
                "accept-encoding": "identity",  # what is unpacked could be of any size
            },
            timeout=webhook.timeout_s,
            limits=httpx.Limits(max_connections=webhook.concurrency),
            follow_redirects=False,
        )

    async def send(self, claimed: Claimed, now: datetime) -> Outcome:
        """Make one attempt; all of it ends within the webhook's `timeout_s`."""
        content = event.body(claimed)
        headers = {
            event.HEADER: event.id_of(claimed),
            "Fakturo-Event": claimed.event,
            "Fakturo-Attempt": str(claimed.attempts),
            signing.HEADER: signing.signature(content, self._secrets, now),
        }
        try:
            async with asyncio.timeout(self._webhook.timeout_s):
                return await self._post(content, headers, now)
        except (TimeoutError, httpx.TimeoutException):
            return Outcome("failed", reason=f"No answer within {self._webhook.timeout_s:g} s.")
        except httpx.TransportError as error:
            return Outcome("failed", reason=f"It cannot be reached: {str(error) or type(error).__name__}.")

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _post(self, content: bytes, headers: dict[str, str], now: datetime) -> Outcome:
        async with self._http.stream("POST", self._webhook.url, content=content, headers=headers) as response:
            if response.is_success:  # already: a body that stalls or breaks off takes nothing back
                with suppress(TimeoutError):
                    async with asyncio.timeout(READ_ON_S):
                        await _beginning(response)
                return Outcome("delivered", response.status_code)
            return _no(response, await _beginning(response), now)


async def _beginning(response: httpx.Response) -> str:
    """What the answer says, cut; nothing where it breaks off: the status says enough."""
    text = bytearray()
    try:
        async for chunk in response.aiter_raw():
            text += chunk
            if len(text) >= LONGEST_ANSWER_BYTES:
                break
    except httpx.HTTPError:
        return ""
    return " ".join(text[: SHOWN_LETTERS * 4].decode("utf-8", "replace").split())[:SHOWN_LETTERS]


def _no(response: httpx.Response, said: str, now: datetime) -> Outcome:
    status = response.status_code
    if response.is_redirect:
        reason = f"It answered {status}, a redirect; these are not followed: set url to where it leads."
        return Outcome("failed", status, reason)
    quoted = f": {mask(said).text}" if said.isprintable() and said else "."
    if status == httpx.codes.GONE:
        return Outcome("refused", status, f"It answered 410, wants this event never again{quoted}")
    asked_s = reset_s(response.headers.get("retry-after"), now) if status in ASKS_FOR_TIME else None
    return Outcome("failed", status, f"It answered {status}{quoted}", asked_s=asked_s)

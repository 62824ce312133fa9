"""The simulator's connections: uvicorn, whose sockets can be torn, and closed for a while."""

import asyncio
import functools
import socket
import time

import uvicorn
from starlette.requests import Request
from uvicorn.protocols.http.h11_impl import H11Protocol

from fakturo.ai.simulator.provider import Provider
from fakturo.errors import BadInput

_BACKLOG = 2048


class Resettable(H11Protocol):
    """Remembers its transport by the peer's address, so that a connection can be torn."""

    transports: dict[tuple[str, int], asyncio.Transport] = {}  # noqa: RUF012  # one per process, as the sockets are

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Remember it."""
        super().connection_made(transport)
        self._peer = transport.get_extra_info("peername")
        self.transports[self._peer] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self.transports.pop(self._peer, None)
        super().connection_lost(exc)


def tear(request: Request) -> None:
    """Reset the connection that a request came by."""
    if request.client and (
        transport := Resettable.transports.get((request.client.host, request.client.port))
    ):
        transport.abort()


class Listening(uvicorn.Server):
    """Closes its socket while the provider is unreachable, and opens it again."""

    def __init__(self, config: uvicorn.Config, provider: Provider, address: tuple[str, int]) -> None:
        super().__init__(config)
        self._provider, self._address, self._closed = provider, address, False

    async def on_tick(self, counter: int) -> bool:
        """Look ten times a second whether an outage begins or ends."""
        if self._provider.scenario.outage_kind == "refused":
            out = self._provider.is_out(time.time())
            if out and not self._closed:
                self._close()
            elif self._closed and not out:
                await self._open()
        return await super().on_tick(counter)

    def _close(self) -> None:
        self._closed = True
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.transport.abort()

    async def _open(self) -> None:
        self._closed = False
        protocol = functools.partial(
            Resettable,
            config=self.config,
            server_state=self.server_state,
            app_state=self.lifespan.state,
        )
        loop = asyncio.get_running_loop()
        self.servers = [await loop.create_server(protocol, sock=bind(*self._address), backlog=_BACKLOG)]


def bind(host: str, port: int) -> socket.socket:
    """A socket on this address; port 0 is any free one.

    Raises:
        BadInput: the port is taken.
    """
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise BadInput(
            f"Port {port} of {host} is taken: {error.strerror}. Choose another with --port."
        ) from None
    return bound

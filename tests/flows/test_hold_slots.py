"""Slots of the limit `ai`, held for a run; a small fake stands for the server."""

import asyncio
from uuid import UUID, uuid4

import httpx
import pytest
from prefect.exceptions import PrefectHTTPStatusError

from flows import hold_slots
from flows.hold_slots import Slots
from flows.issue_invoices import draft


class Server:
    """The limit as the server keeps it; also the client that asks it."""

    def __init__(self, limit: int | None, *, broken: bool = False) -> None:
        self.limit, self.broken = limit, broken
        self.leases: dict[UUID, int] = {}
        self.renewed = 0

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_: object) -> None:
        """Nothing to close."""

    async def increment_concurrency_slots_with_lease(self, names, slots, mode, lease_duration):
        assert (names, mode, lease_duration) == (["ai"], "concurrency", 60)
        if self.broken:
            raise httpx.ConnectError("nobody is there")
        if self.limit is None:
            return httpx.Response(200, json={"lease_id": str(uuid4()), "limits": []})
        if slots > self.limit:
            raise refusal(422)
        if sum(self.leases.values()) + slots > self.limit:
            raise refusal(423)
        lease = uuid4()
        self.leases[lease] = slots
        return httpx.Response(200, json={"lease_id": str(lease), "limits": [{"name": "ai"}]})

    async def renew_concurrency_lease(self, lease, _duration):
        if lease not in self.leases:
            raise refusal(404)
        self.renewed += 1

    async def release_concurrency_slots_with_lease(self, lease):
        del self.leases[lease]


def refusal(status: int) -> PrefectHTTPStatusError:
    request = httpx.Request("POST", "http://server/")
    return PrefectHTTPStatusError("no", request=request, response=httpx.Response(status, request=request))


@pytest.fixture(autouse=True)
def _quickly(monkeypatch):
    for name in ("ASK_AGAIN_S", "LINGER_S", "RENEW_EVERY_S"):
        monkeypatch.setattr(hold_slots, name, 0.01)


def run(monkeypatch, server, story):
    monkeypatch.setattr(hold_slots, "get_client", lambda: server)
    asyncio.run(asyncio.wait_for(story(), timeout=10))


async def until(what):
    while not what():  # noqa: ASYNC110  the code under test has no event to wait for
        await asyncio.sleep(0.001)


def test_all_that_is_wanted_is_granted_and_given_back_at_the_end(monkeypatch):
    server = Server(10)

    async def story():
        slots = Slots()
        slots.want(10)
        await until(lambda: slots.granted == 10)
        assert list(server.leases.values()) == [10]
        await slots.close()

    run(monkeypatch, server, story)
    assert server.leases == {}


def test_a_lower_limit_grants_what_there_is(monkeypatch):
    server = Server(3)

    async def story():
        slots = Slots()
        slots.want(10)
        await until(lambda: slots.granted == 3)
        await slots.close()

    run(monkeypatch, server, story)


def test_two_runs_share_the_limit(monkeypatch):
    server = Server(2)

    async def story():
        first, second = Slots(), Slots()
        first.want(2)
        await until(lambda: first.granted == 2)
        second.want(2)
        await asyncio.sleep(0.05)  # the second has asked by now
        assert second.granted == 0
        await first.close()
        await until(lambda: second.granted == 2)
        await second.close()

    run(monkeypatch, server, story)


def test_what_is_no_longer_wanted_is_given_back(monkeypatch):
    server = Server(5)

    async def story():
        slots = Slots()
        slots.want(1)
        await until(lambda: slots.granted == 1)
        slots.want(5)
        await until(lambda: slots.granted == 5)
        slots.want(1)
        await until(lambda: slots.granted == 1)
        assert sum(server.leases.values()) == 1
        await until(lambda: server.renewed > 3)
        slots.want(0)
        await until(lambda: server.leases == {})
        await slots.close()

    run(monkeypatch, server, story)


def test_a_paused_limit_grants_nothing(monkeypatch):
    server = Server(0)

    async def story():
        slots = Slots()
        slots.want(1)
        await asyncio.sleep(0.05)  # several refusals
        assert slots.granted == 0
        await slots.close()

    run(monkeypatch, server, story)


@pytest.mark.parametrize("server", [Server(None), Server(3, broken=True)], ids=["no limit", "no answer"])
def test_without_a_limit_or_an_answer_the_work_goes_on(monkeypatch, server):
    async def story():
        slots = Slots()
        slots.want(7)
        await until(lambda: slots.granted == 7)
        await slots.close()

    run(monkeypatch, server, story)


def test_a_lease_that_the_server_forgot_is_taken_anew(monkeypatch):
    server = Server(2)

    async def story():
        slots = Slots()
        slots.want(2)
        await until(lambda: slots.granted == 2)
        server.leases.clear()
        await until(lambda: server.leases != {})
        await slots.close()

    run(monkeypatch, server, story)


def test_closing_what_never_wanted_anything_is_no_error(monkeypatch):
    run(monkeypatch, Server(1), lambda: Slots().close())


def test_a_draft_has_no_tag_whose_limit_the_server_would_be_asked_about():
    assert draft.tags == set()

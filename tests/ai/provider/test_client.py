"""The client against real HTTP servers on loopback: one attempt, one class for each way to fail."""

import asyncio
import gzip
import json
import logging
import socket
import ssl
import struct
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from fakturo.ai.prompting import question
from fakturo.ai.proof.proposal import schema
from fakturo.ai.provider.client import SIMPLER, ModelClient, open_clients
from fakturo.ai.simulator.scenarios import Scenario
from fakturo.ai.simulator.server import start_simulator
from fakturo.errors import (
    BadSetting,
    FormatRefused,
    InvalidOutput,
    Permanent,
    QuotaExhausted,
    RateLimited,
    Refused,
    TimedOut,
    Transient,
    Truncated,
)
from fakturo.setting_groups.ai import Provider
from fakturo.settings import load

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
KEY = "sk-very-secret"
ORDER = "Hi team, this is account 12765. Could we get two of the red mug (item 22551, £1.65 each)?"
SHORT_S = 0.15
"""A deadline that a loopback answer keeps and a stalled one breaks."""


def open_client(base_url, key=KEY, timeout_s=10.0):
    provider = Provider(base_url=base_url, api_key=key, model="any")
    return ModelClient(provider, timeout_s=timeout_s, connections=4)


async def ask(client, mode="json_schema", timeout_s=10.0, text=ORDER):
    return await client.ask(question(text).messages, schema=schema(), mode=mode, timeout_s=timeout_s, now=NOW)


@asynccontextmanager
async def opened(base_url, **how):
    client = open_client(base_url, **how)
    try:
        yield client
    finally:
        await client.aclose()


async def ask_once(base_url, mode="json_schema", timeout_s=10.0, **how):
    async with opened(base_url, **how) as client:
        return await ask(client, mode, timeout_s)


class Serving:
    """A server that answers each request with the next of its answers, and keeps what it saw."""

    def __init__(self, answers):
        self.answers = iter(answers)
        self.requests = []
        self.connections = 0

    async def __call__(self, reader, writer):
        self.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().split(b"content-length:")[1].split()[0])
                self.requests.append((head + await reader.readexactly(length)).decode())
                answer = next(self.answers)
                if not isinstance(answer, bytes):
                    await answer(writer)
                    return
                writer.write(answer)
                await writer.drain()
                if not answer or b"connection: close" in answer:
                    return
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            return  # the client has left, or the test is over
        finally:
            writer.close()


@asynccontextmanager
async def serving(*answers, tls=None):
    handler = Serving(answers)
    server = await asyncio.start_server(handler, "127.0.0.1", 0, ssl=tls)
    try:
        scheme = "https" if tls else "http"
        yield f"{scheme}://127.0.0.1:{server.sockets[0].getsockname()[1]}", handler
    finally:
        server.close()


async def outcome(answer, **asked):
    """What one request meets; with the server's record."""
    async with serving(answer) as (base_url, server):
        try:
            return await ask_once(base_url, **asked), server
        except Exception as error:  # noqa: BLE001  # the class is what is looked at
            return error, server


def meet(answer, **asked):
    return asyncio.run(outcome(answer, **asked))[0]


def http(status, body, *headers, length=None):
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = [f"HTTP/1.1 {status} X", f"content-length: {length or len(body)}", *headers]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def completion(content="{}", reason="stop", **more):
    return {"choices": [{"message": {"content": content, **more}, "finish_reason": reason}]}


RIGHT = http(200, completion('{"lines": []}') | {"usage": {"prompt_tokens": 7, "completion_tokens": 3}})


async def nothing(writer):
    await asyncio.sleep(30)


async def stalled_body(writer):
    writer.write(RIGHT[:-5])
    await asyncio.sleep(30)


async def dripping_body(writer):
    """A byte each 10 ms: no single wait is long, the whole is."""
    writer.write(http(200, b"{", length=1_000_000))
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.01)


async def closed_without_length(writer):
    writer.write(b"HTTP/1.0 200 OK\r\n\r\n" + RIGHT.split(b"\r\n\r\n")[1][:-9])


async def reset(writer):
    lingering = struct.pack("ii", 1, 0)  # a close that sends RST
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, lingering)


async def reset_within_body(writer):
    writer.write(RIGHT[:-5])
    await writer.drain()
    await asyncio.sleep(0.05)
    await reset(writer)


async def endless(writer):
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        writer.write(b" " * 65536)
        await writer.drain()


async def bomb(writer):
    """40 MB in 40 kB: the limit counts what is unpacked."""
    packed = gzip.compress(b" " * (40 * 1024 * 1024))
    writer.write(http(200, packed, "content-encoding: gzip"))
    await writer.drain()


async def long_error(writer):
    writer.write(http(503, b"x" * (5 * 1024 * 1024)))
    await writer.drain()


def test_a_right_answer_comes_with_its_cost_and_the_limits():
    with start_simulator(Scenario("limited", rpm=600, tpm=60_000)) as simulator:
        answer = asyncio.run(ask_once(simulator.base_url))
    assert json.loads(answer.text)["customer_id"] == "12765"
    assert answer.model == "simulator/any"
    assert answer.prompt_tokens > 100
    assert answer.completion_tokens > 10
    assert (answer.limits.requests, answer.limits.tokens) == (600, 60_000)
    assert answer.duration_ms >= 0


def test_calls_and_tokens_are_counted():
    async def run():
        async with serving(RIGHT, http(500, b"")) as (base_url, _):
            async with opened(base_url) as client:
                await ask(client)
                with pytest.raises(Transient):
                    await ask(client)
            return client.calls, client.tokens

    assert asyncio.run(run()) == (2, 10)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"", Transient),
        (b"SSH-2.0-nonsense\r\n\r\n", Transient),
        (reset, Transient),
        (reset_within_body, Transient),
        (http(200, b"not json"), InvalidOutput),
        (http(200, b'"text"'), InvalidOutput),
        (http(200, b"<html>a login page</html>"), InvalidOutput),
        (http(200, b""), InvalidOutput),
        (http(200, b"\xff\xfe\x00"), InvalidOutput),
        (http(200, b"[" * 100_000), InvalidOutput),
        (http(200, {"choices": []}), InvalidOutput),
        (http(200, completion(content=None)), InvalidOutput),
        (http(200, b"\x1f\x8b broken", "content-encoding: gzip"), InvalidOutput),
        (endless, InvalidOutput),
        (bomb, InvalidOutput),
        (http(200, completion(reason="content_filter")), Refused),
        (http(200, completion(reason="length")), Truncated),
        (http(200, b"{}", "connection: close", length=500), Truncated),
        (closed_without_length, Truncated),
        (http(200, {"error": {"code": 429, "message": "slow down"}}), RateLimited),
        (http(200, {"error": {"type": "rate_limit_error"}}), RateLimited),
        (http(200, {"error": {"code": "402", "message": "no"}}), QuotaExhausted),
        (http(200, {"error": {"code": "insufficient_quota"}}), QuotaExhausted),
        (http(200, {"error": {"code": "content_filter"}}), Refused),
        (http(200, {"error": {"code": "context_length_exceeded"}}), Permanent),
        (http(200, {"object": "error", "message": "no", "code": 400}), Permanent),
        (http(200, {"error": {"message": "upstream"}}), Transient),
        (http(200, {"choices": [{"error": {"code": 502}, "message": {}}]}), Transient),
        (http(503, b"x", "connection: close", length=500), Transient),
        (long_error, Transient),
    ],
)
def test_a_strange_answer_has_its_class(answer, error):
    assert type(meet(answer)) is error


def test_a_reset_within_the_answer_still_names_its_status():
    """What was answered with 200 may be on the bill."""
    assert meet(reset_within_body).status == 200


@pytest.mark.parametrize("body", ["not json", "the answer is 5 mugs"])
def test_prose_within_an_answer_is_handed_on(body):
    """A server that ignores the way it was asked: reading the text says that it is no JSON."""
    assert meet(http(200, completion(body))).text == body


@pytest.mark.parametrize("answer", [nothing, stalled_body, dripping_body])
def test_the_deadline_holds_over_the_whole_answer(answer):
    async def run():
        started = asyncio.get_running_loop().time()
        error, _ = await outcome(answer, timeout_s=SHORT_S)
        return error, asyncio.get_running_loop().time() - started

    error, took_s = asyncio.run(run())
    assert type(error) is TimedOut
    assert "within 0.15 s" in str(error)
    assert SHORT_S <= took_s < 5


def test_no_call_waits_longer_than_its_client():
    async def run():
        async with serving(nothing) as (base_url, _), opened(base_url, timeout_s=SHORT_S) as client:
            await ask(client, timeout_s=60)

    with pytest.raises(TimedOut):
        asyncio.run(run())


def test_a_connection_that_nobody_accepts_times_out():
    """The backlog is full, so the handshake never ends."""
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        address = full.getsockname()
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(address)
        try:
            with pytest.raises(TimedOut):
                asyncio.run(ask_once(f"http://127.0.0.1:{address[1]}", timeout_s=SHORT_S))
        finally:
            for filler in fillers:
                filler.close()


def test_nobody_listening_is_transient():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(Transient, match="nobody listens there"):
        asyncio.run(ask_once(f"http://127.0.0.1:{port}"))


def test_a_name_that_is_not_found_is_transient():
    """RFC 2606 keeps .invalid free for ever."""
    with pytest.raises(Transient, match="its name is not found"):
        asyncio.run(ask_once("http://provider.invalid"))


def test_a_certificate_that_nobody_vouches_for_gets_no_request(tmp_path):
    async def run():
        async with serving(RIGHT, tls=self_signed(tmp_path)) as (base_url, server):
            with pytest.raises(Transient, match="certificate is not trusted"):
                await ask_once(base_url)
            return server.requests

    assert asyncio.run(run()) == []


def self_signed(folder):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(datetime.now(UTC) - timedelta(days=1))
    certificate = builder.not_valid_after(datetime.now(UTC) + timedelta(days=1)).sign(key, hashes.SHA256())
    pem = folder / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    pem.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


def test_connections_are_kept_and_used_again():
    async def run():
        async with serving(RIGHT, http(429, b"{}"), RIGHT, RIGHT) as (base_url, server):
            async with opened(base_url) as client:
                await ask(client)
                with pytest.raises(RateLimited):
                    await ask(client)
                await ask(client)
                await ask(client)
            return server.connections, len(server.requests)

    assert asyncio.run(run()) == (1, 4)


def test_a_connection_that_the_server_closed_is_opened_anew():
    async def run():
        closing = http(200, completion('{"lines": []}'), "connection: close")
        async with serving(closing, RIGHT) as (base_url, server):
            async with opened(base_url) as client:
                await ask(client)
                await ask(client)
            return server.connections

    assert asyncio.run(run()) == 2


def test_a_cancelled_call_leaves_the_pool_usable():
    async def run():
        async with serving(nothing, RIGHT) as (base_url, server):
            async with opened(base_url) as client:
                with pytest.raises(TimedOut):
                    await ask(client, timeout_s=SHORT_S)
                answer = await ask(client)
            return answer.text, server.connections

    assert asyncio.run(run()) == ('{"lines": []}', 2)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed_with_the_key(status):
    async def run():
        async with serving(RIGHT) as (other, elsewhere):
            error, _ = await outcome(http(status, b"", f"location: {other}/v1/chat/completions"))
            return error, elsewhere.requests

    error, requests_elsewhere = asyncio.run(run())
    assert type(error) is Transient
    assert "Check FAKTURO_AI_BASE_URL" in str(error)
    assert requests_elsewhere == []


def test_each_simpler_way_to_ask_is_tried_by_name():
    async def run():
        refused = http(400, {"error": {"message": "response_format is not supported"}})
        no_tools = http(400, {"error": "any does not support tools"})
        async with serving(refused, no_tools, refused, RIGHT) as (base_url, server):
            async with opened(base_url) as client:
                mode = "json_schema"
                for _ in range(3):
                    with pytest.raises(FormatRefused):
                        await ask(client, mode)
                    mode = SIMPLER[mode]
                await ask(client, mode)
            return mode, [json.loads(request.split("\r\n\r\n")[1]) for request in server.requests]

    mode, requests = asyncio.run(run())
    assert mode == "text"
    formats = [(request.get("response_format") or {}).get("type") for request in requests]
    assert formats == ["json_schema", None, "json_object", None]
    assert ["tools" in request for request in requests] == [False, True, False, False]
    assert all(one["messages"] == other["messages"] for one, other in pairwise(requests))


def test_plain_text_cannot_be_refused_as_a_format():
    refused = http(400, {"error": {"message": "response_format is not supported"}})
    assert type(meet(refused, mode="text")) is Permanent


def test_the_simulator_without_schemas_refuses_the_format():
    with start_simulator("plain_json") as simulator:
        with pytest.raises(FormatRefused):
            asyncio.run(ask_once(simulator.base_url))
        answer = asyncio.run(ask_once(simulator.base_url, mode="json_object"))
    assert json.loads(answer.text)["lines"]


def test_the_key_shows_nowhere_but_in_the_request(caplog):
    caplog.set_level(logging.DEBUG)
    echo = {"error": {"message": f"Incorrect API key provided: {KEY}", "code": KEY, "type": KEY}}

    async def run():
        told = []
        async with serving(http(401, echo), http(400, echo), http(200, echo), http(429, echo)) as (
            base_url,
            server,
        ):
            async with opened(base_url) as client:
                for _ in range(4):
                    with pytest.raises(Exception) as raised:  # noqa: PT011  # four classes
                        await ask(client)
                    told.append(f"{raised.value} {raised.value!r}")
            return [*told, repr(client), client.name, repr(client.provider)], server.requests

    told, requests = asyncio.run(run())
    assert f"authorization: bearer {KEY}" in requests[0].lower()
    assert KEY not in " ".join(told)
    assert KEY not in caplog.text


def test_a_key_of_plain_letters_is_not_taken_for_an_error_code():
    async def run():
        async with serving(http(400, {"error": {"code": "our_secret"}})) as (base_url, _):
            with pytest.raises(Permanent) as raised:
                await ask_once(base_url, key="our_secret")
            return str(raised.value)

    assert "our_secret" not in asyncio.run(run())


def test_the_key_of_azure_travels_in_its_own_header():
    async def run():
        async with serving(RIGHT) as (base_url, server):
            await ask_once(base_url + "/openai/deployments/mine?api-version=2024-10-21")
            return server.requests[0]

    request = asyncio.run(run())
    assert request.startswith(
        "POST /openai/deployments/mine/chat/completions?api-version=2024-10-21 HTTP/1.1"
    )
    assert f"api-key: {KEY}" in request.lower()
    assert "authorization" not in request.lower()


def test_a_key_from_a_file_is_sent(tmp_path):
    secret = tmp_path / "key"
    secret.write_text(f"{KEY}\n")

    async def run():
        async with serving(RIGHT) as (base_url, server):
            provider = Provider(base_url=base_url, api_key_file=secret)
            client = ModelClient(provider, timeout_s=5, connections=1)
            await ask(client)
            await client.aclose()
            return server.requests[0]

    assert f"authorization: bearer {KEY}\r\n" in asyncio.run(run()).lower()


def test_a_key_that_no_header_can_carry_is_a_wrong_setting():
    with pytest.raises(BadSetting, match="FAKTURO_AI_API_KEY") as wrong:
        open_client("http://127.0.0.1:1", key=f"{KEY}\nx-other: y")
    assert KEY not in str(wrong.value)


def test_an_address_that_httpx_cannot_take_is_a_wrong_setting():
    with pytest.raises(BadSetting, match="FAKTURO_AI_BASE_URL"):
        open_client("http://\u200d.example")


def test_the_name_shows_neither_credentials_nor_query():
    client = open_client("http://user:word@127.0.0.1:1/v1?key=x", key="")
    assert client.name == "http://127.0.0.1:1/v1/chat/completions any"
    assert repr(client) == "ModelClient('http://127.0.0.1:1/v1/chat/completions', 'any')"


def test_each_provider_has_its_client_in_order():
    settings = load(
        _env_file=None,
        ai={
            "base_url": "http://127.0.0.1:1",
            "model": "large",
            "timeout_s": 7,
            "fallbacks": ({"base_url": "http://127.0.0.1:2", "model": "small"},),
        },
    )
    clients = open_clients(settings)
    assert [client.name for client in clients] == [
        "http://127.0.0.1:1/v1/chat/completions large",
        "http://127.0.0.1:2/v1/chat/completions small",
    ]
    assert [client.timeout_s for client in clients] == [7, 7]


def test_no_address_means_no_client():
    assert open_clients(load(_env_file=None)) == ()

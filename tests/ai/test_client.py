"""The client against a real HTTP server on loopback: one attempt, one class for each way to fail."""

import asyncio
import json
import socket
import threading
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from fakturo.ai.client import ModelClient, completions_url, open_client
from fakturo.ai.failures import http_failure
from fakturo.ai.prompting import question
from fakturo.ai.proposal import schema
from fakturo.ai.simulator.scenarios import Scenario
from fakturo.ai.simulator.server import start_simulator
from fakturo.errors import (
    BadSetting,
    InvalidOutput,
    Permanent,
    QuotaExhausted,
    RateLimited,
    Refused,
    TimedOut,
    Transient,
    Truncated,
)
from fakturo.settings import load

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
KEY = "sk-very-secret"
ORDER = "Hi team, this is account 12765. Could we get two of the red mug (item 22551, £1.65 each)?"


async def ask_once(base_url, timeout_s=5.0, text=ORDER):
    client = ModelClient(base_url, "any", api_key=SecretStr(KEY), timeout_s=timeout_s)
    try:
        return await client.ask(question(text).messages, schema=schema(), now=NOW)
    finally:
        await client.aclose()


def ask(base_url, timeout_s=5.0, text=ORDER):
    return asyncio.run(ask_once(base_url, timeout_s, text))


def whole_request(connection):
    text = b""
    while b"\r\n\r\n" not in text:
        text += connection.recv(65536)
    head, _, body = text.partition(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length:")[1].split()[0])
    while len(body) < length:
        body += connection.recv(65536)
    return (head + body).decode()


@contextmanager
def raw_server(*answers):
    """A server that sends these bytes, one a connection, and keeps what it was sent."""
    listening = socket.create_server(("127.0.0.1", 0))
    seen = []

    def serve():
        for answer in answers:
            connection, _ = listening.accept()
            with connection:
                seen.append(whole_request(connection))
                connection.sendall(answer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", seen
    finally:
        thread.join(5)
        listening.close()


def http(status, body, *headers, length=None):
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = [f"HTTP/1.1 {status} X", f"content-length: {length or len(body)}", "connection: close", *headers]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def completion(content="{}", reason="stop", **more):
    return {"choices": [{"message": {"content": content, **more}, "finish_reason": reason}]}


def test_a_right_answer_comes_with_its_cost_and_the_limits():
    with start_simulator(Scenario("limited", rpm=600, tpm=60_000)) as simulator:
        answer = ask(simulator.base_url)
    assert json.loads(answer.text)["customer_id"] == "12765"
    assert answer.model == "simulator/any"
    assert answer.prompt_tokens > 100
    assert answer.completion_tokens > 10
    assert (answer.limits.requests, answer.limits.tokens) == (600, 60_000)
    assert answer.duration_ms >= 0


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("server_error", Transient),
        ("overloaded", Transient),
        ("reset", Transient),
        ("cut_body", Truncated),
        ("length", Truncated),
        ("html", InvalidOutput),
        ("refusal", Refused),
    ],
)
def test_each_fault_of_the_simulator_has_its_class(fault, error):
    with start_simulator(Scenario("faulty", chances={fault: 1.0})) as simulator, pytest.raises(error):
        ask(simulator.base_url)


def test_a_body_that_stalls_times_out():
    with start_simulator(Scenario("stalled", chances={"stall": 1.0})) as simulator, pytest.raises(TimedOut):
        ask(simulator.base_url, timeout_s=0.2)


def test_nobody_listening_is_transient():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(Transient, match="ConnectError"):
        ask(f"http://127.0.0.1:{port}")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (http(200, b"not json"), InvalidOutput),
        (http(200, b'"text"'), InvalidOutput),
        (http(200, {"choices": []}), InvalidOutput),
        (http(200, completion(content=None)), InvalidOutput),
        (http(200, completion(content="  ")), InvalidOutput),
        (http(200, completion(reason="content_filter")), Refused),
        (http(200, completion(reason="length")), Truncated),
        (http(200, {"error": {"code": 429, "message": "slow down"}}), RateLimited),
        (http(200, {"error": {"message": "upstream"}}), Transient),
        (http(200, b"{}", length=500), Truncated),
        (http(200, b"\x1f\x8b broken", "content-encoding: gzip"), InvalidOutput),
        (b"", Transient),
        (b"SSH-2.0-nonsense\r\n\r\n", Transient),
    ],
)
def test_a_strange_answer_has_its_class(answer, error):
    with raw_server(answer) as (base_url, _), pytest.raises(error):
        ask(base_url)


def test_a_body_without_end_is_refused():
    endless = http(200, b" " * (5 * 1024 * 1024))
    with raw_server(endless) as (base_url, _), pytest.raises((InvalidOutput, OSError)):
        ask(base_url)


@pytest.mark.parametrize(
    ("status", "headers", "body", "error", "wait_s"),
    [
        (401, {}, {}, QuotaExhausted, None),
        (403, {}, {}, QuotaExhausted, None),
        (402, {}, {}, QuotaExhausted, None),
        (429, {"retry-after": "3"}, {}, RateLimited, 3),
        (429, {}, {"error": {"code": "insufficient_quota"}}, QuotaExhausted, None),
        (429, {}, {"error": {"type": "billing_hard_limit_reached"}}, QuotaExhausted, None),
        (500, {}, {}, Transient, None),
        (503, {"retry-after": "5"}, {}, Transient, 5),
        (529, {}, {}, Transient, None),
        (409, {}, {}, Transient, None),
        (408, {}, {}, TimedOut, None),
        (400, {}, {"error": {"code": "content_filter"}}, Refused, None),
        (400, {}, {"error": {"code": "context_length_exceeded"}}, Permanent, None),
        (404, {}, {"error": "no such model"}, Permanent, None),
        (418, {"x-should-retry": "true"}, {}, Transient, None),
    ],
)
def test_each_status_has_its_class(status, headers, body, error, wait_s):
    failure = http_failure(status, headers, json.dumps(body).encode(), NOW)
    assert type(failure) is error
    assert (failure.status, failure.wait_s) == (status, wait_s)


def test_the_key_shows_nowhere_but_in_the_request():
    echo = {"error": {"message": f"Incorrect API key provided: {KEY}", "code": KEY}}
    with raw_server(http(401, echo), http(400, {"error": {"message": KEY}})) as (base_url, seen):
        client = ModelClient(base_url, "any", api_key=SecretStr(KEY), timeout_s=5)
        with pytest.raises(QuotaExhausted) as refused:
            ask(base_url)
        with pytest.raises(Permanent) as permanent:
            ask(base_url)
    assert f"authorization: bearer {KEY}" in seen[0].lower()
    assert KEY not in repr(client) + str(refused.value) + str(permanent.value)


def test_a_key_in_an_error_code_is_not_shown():
    failure = http_failure(400, {}, json.dumps({"error": {"code": f"bad {KEY}"}}).encode(), NOW)
    assert KEY not in str(failure)


def test_a_refused_output_format_is_remembered():
    async def run(base_url):
        client = ModelClient(base_url, "any", api_key=SecretStr(""), timeout_s=5)
        asked = question(ORDER)
        try:
            with pytest.raises(Permanent):
                await client.ask(asked.messages, schema=schema(), now=NOW)
            mode = client.mode
            answer = await client.ask(asked.messages, schema=schema(), now=NOW)
        finally:
            await client.aclose()
        return mode, answer

    with start_simulator("plain_json") as simulator:
        mode, answer = asyncio.run(run(simulator.base_url))
    assert mode == "json_object"
    assert json.loads(answer.text)["lines"]


def test_the_simplest_output_format_is_plain_text():
    refused = http(400, {"error": {"message": "response_format is not supported"}})

    async def run(base_url):
        client = ModelClient(base_url, "any", api_key=SecretStr(""), timeout_s=5)
        try:
            for _ in range(2):
                with pytest.raises(Permanent):
                    await client.ask(question(ORDER).messages, schema=schema(), now=NOW)
            await client.ask(question(ORDER).messages, schema=schema(), now=NOW)
        finally:
            await client.aclose()

    with raw_server(refused, refused, http(200, completion("{}"))) as (base_url, seen):
        asyncio.run(run(base_url))
    assert ["json_schema" in seen[0], "json_object" in seen[1], "response_format" in seen[2]] == [
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("base_url", "expected"),
    [
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000/v1/chat/completions"),
        ("http://127.0.0.1:8000/v1/", "http://127.0.0.1:8000/v1/chat/completions"),
        ("https://example.com/v1/chat/completions", "https://example.com/v1/chat/completions"),
        ("https://example.com/proxy", "https://example.com/proxy/v1/chat/completions"),
        (
            "https://x.example.com/openai/deployments/mine?api-version=2024-10-21",
            "https://x.example.com/openai/deployments/mine/chat/completions?api-version=2024-10-21",
        ),
    ],
)
def test_the_address_is_completed(base_url, expected):
    assert completions_url(base_url) == expected


@pytest.mark.parametrize("base_url", ["api.example.com/v1", "ftp://example.com", "http://"])
def test_a_wrong_address_is_named(base_url):
    with pytest.raises(BadSetting, match="FAKTURO_AI_BASE_URL"):
        completions_url(base_url)


def test_azure_takes_its_own_header():
    with raw_server(http(200, completion("{}"))) as (base_url, seen):
        ask(base_url + "/openai/deployments/mine?api-version=1")
    assert f"api-key: {KEY}" in seen[0].lower()
    assert "authorization" not in seen[0].lower()


def test_the_endpoint_shows_neither_credentials_nor_query():
    client = ModelClient("http://user:word@127.0.0.1:1/v1?key=x", "m", api_key=SecretStr(""), timeout_s=1)
    assert client.name == "http://127.0.0.1:1/v1/chat/completions m"
    asyncio.run(client.aclose())


def test_no_address_means_no_client():
    assert open_client(load(_env_file=None)) is None
    client = open_client(load(_env_file=None, ai={"base_url": "http://127.0.0.1:1"}))
    assert client is not None
    assert client.mode == "json_schema"
    asyncio.run(client.aclose())

"""The simulator is seeded, keeps its own counts, and says what it is."""

import contextlib
import http.client
import json
import random
from urllib.parse import urlsplit

import pytest
from typer.testing import CliRunner

from fakturo.ai.simulator.lies import lie
from fakturo.ai.simulator.provider import Bucket, Provider
from fakturo.ai.simulator.scenarios import SCENARIOS, Scenario, find_scenario
from fakturo.ai.simulator.server import start_simulator
from fakturo.ai.simulator.understanding import understand
from fakturo.errors import BadInput

ORDER = (
    "Hi team, this is account 12765. Could we get two dozen of the red mug (item 22551, £1.65 each), six of "
    "the cup (item 84279P, £2.95 each)? Our reference is PO-71033."
)


def call(base_url, method, path, body=None):
    address = urlsplit(base_url)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=10)
    with contextlib.closing(connection):
        connection.request(method, path, body)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), json.loads(answer.read())


def post(base_url, body):
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return call(base_url, "POST", "/v1/chat/completions", data)


def get(base_url, path):
    return call(base_url, "GET", path)[2]


def chat(text=ORDER):
    return {"model": "any", "messages": [{"role": "user", "content": text}]}


def test_it_reads_plain_orders():
    assert understand(ORDER) == {
        "customer_id": "12765",
        "po_number": "PO-71033",
        "currency": "GBP",
        "lines": [
            {"code": "22551", "name": "red mug", "quantity": "24", "unit_price": "1.65"},
            {"code": "84279P", "name": "cup", "quantity": "6", "unit_price": "2.95"},
        ],
        "doubts": [],
    }


def test_it_reads_german_and_pence():
    german = understand(
        "Bitte liefern Sie ein halbes Dutzend Becher (Art.-Nr. 22551) zu je 1.234,50 €. Kundennummer 9"
    )
    assert german["lines"] == [{"code": "22551", "name": "Becher", "quantity": "6", "unit_price": "1234.50"}]
    assert (german["currency"], german["customer_id"]) == ("EUR", "9")
    assert understand("12 x mug (22551) 85p")["lines"][0]["unit_price"] == "0.85"
    assert understand("nothing here")["lines"] == []
    assert understand("it costs £5")["lines"] == []


def test_it_says_that_it_is_a_simulator():
    with start_simulator("calm") as simulator:
        status, headers, body = post(simulator.base_url, chat())
        models = get(simulator.base_url, "/v1/models")
        health = get(simulator.base_url, "/health")
    assert (status, headers["x-fakturo-simulator"]) == (200, "1")
    assert body["system_fingerprint"] == "fakturo-simulator"
    assert body["model"] == "simulator/any"
    assert models["data"][0]["id"] == "simulator"
    assert health == {"simulator": "calm"}


def test_it_keeps_its_own_counts():
    with start_simulator(Scenario("poor", credit=1), seed=3) as simulator:
        for _ in range(3):
            post(simulator.base_url, chat())
        stats = get(simulator.base_url, "/admin/stats")
    assert stats == {"requests": 3, "right": 1, "ok": 1, "after_exhausted": 2, "scenario": "poor", "seed": 3}


def test_the_same_seed_gives_the_same_faults():
    def statuses(seed):
        with start_simulator(Scenario("half", chances={"server_error": 0.5}), seed=seed) as simulator:
            return [post(simulator.base_url, chat(f"{ORDER} {number // 2}"))[0] for number in range(16)]

    first = statuses(1)
    assert first == statuses(1)
    assert first != statuses(2)
    assert set(first) == {200, 500}


@pytest.mark.parametrize(
    ("form", "header", "shape"),
    [
        ("s", "retry-after", float),
        ("ms", "retry-after-ms", int),
        ("date", "retry-after", str),
        ("none", None, None),
    ],
)
def test_a_limit_is_told_in_each_form(form, header, shape):
    with start_simulator(Scenario("tight", rpm=1, retry_after=(form,))) as simulator:
        assert post(simulator.base_url, chat())[0] == 200
        status, headers, body = post(simulator.base_url, chat())
    assert status == 429
    assert body["error"]["code"] == "rate_limit_exceeded"
    assert headers["x-ratelimit-limit-requests"] == "1"
    if header:
        shape(headers[header])
    else:
        assert not [name for name in headers if name.startswith("retry")]


def test_an_outage_ends():
    provider = Provider(Scenario("out", outages_s=((1.0, 2.0),)), seed=0)
    provider.begin("request", 100.0)
    assert [provider.is_out(at) for at in (100.5, 101.5, 102.5)] == [False, True, False]


def test_a_bucket_fills_with_time_and_not_above_its_size():
    bucket = Bucket(60.0)
    assert bucket.size == bucket.level == 6.0
    bucket.level, bucket.at = 0.0, 100.0
    bucket.refill(102.0)
    assert (bucket.level, bucket.missing_s(3)) == (2.0, 1.0)
    bucket.refill(1000.0)
    assert bucket.level == 6.0


def test_knocking_at_an_empty_bucket_does_not_help():
    provider = Provider(Scenario("tight", rpm=60, tpm=6000), seed=0)
    for _ in range(6):
        assert provider.over_limit_s(100.0, 1) == 0
    assert provider.over_limit_s(100.0, 1) == 1.0
    assert provider.over_limit_s(100.0, 1) == pytest.approx(1.2)


def test_what_is_no_request_is_refused():
    with start_simulator("calm") as simulator:
        assert post(simulator.base_url, b"{")[0] == 400
        assert post(simulator.base_url, b"[]")[0] == 400


ANSWER = understand(ORDER)


@pytest.mark.parametrize(
    "kind",
    ["swapped_digits", "missing_line", "extra_line", "other_currency", "wrong_customer", "other_price"],
)
def test_every_lie_changes_something_that_matters(kind):
    for seed in range(20):
        assert lie(kind, ANSWER, random.Random(seed)) != ANSWER
    assert understand(ORDER) == ANSWER


@pytest.mark.parametrize("quantity", ["24", "11", "30"])
def test_a_lone_line_can_be_lied_about_too(quantity):
    lone = {**ANSWER, "lines": [{**ANSWER["lines"][0], "quantity": quantity, "code": None}]}
    for seed in range(5):
        assert lie("swapped_digits", lone, random.Random(seed))["lines"][0]["quantity"] != quantity
        assert len(lie("extra_line", lone, random.Random(seed))["lines"]) == 2
    assert lie("missing_line", {**ANSWER, "lines": []}, random.Random(0))["lines"] == []


def test_an_unknown_scenario_is_named_with_those_there_are():
    with pytest.raises(BadInput, match="choose one of calm, ratelimit"):
        find_scenario("stormy")
    assert find_scenario("calm", rpm=5).rpm == 5
    assert {"calm", "ratelimit", "no_headers", "outage", "malformed", "mix", "quota", "permanent"} <= set(
        SCENARIOS
    )


def test_a_taken_port_is_named():
    with start_simulator("calm") as simulator:
        port = int(simulator.base_url.split(":")[2].split("/")[0])
        with pytest.raises(BadInput, match=f"Port {port}"), start_simulator("calm", port=port):
            pass


def test_the_command_serves_until_it_is_told_to_stop(monkeypatch):
    from fakturo.ai.simulator import server
    from fakturo.cli.main import app

    served = []
    monkeypatch.setattr(server.uvicorn.Server, "run", lambda _self, sockets: served.append(sockets))
    result = CliRunner().invoke(app, ["simulate-ai", "--scenario", "quota", "--port", "0", "--rpm", "60"])
    assert result.exit_code == 0, result.output
    assert "scenario" not in result.output
    assert "AI simulator (quota, seed 0)" in result.output
    assert "FAKTURO_AI_BASE_URL=http://127.0.0.1:" in result.output
    assert len(served) == 1

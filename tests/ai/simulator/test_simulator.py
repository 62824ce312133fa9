"""The simulator is seeded, keeps its own counts, and says what it is."""

import contextlib
import http.client
import json
from urllib.parse import urlsplit

import pytest
from typer.testing import CliRunner

from fakturo.ai.simulator.scenarios import SCENARIOS, Scenario, find_scenario, sped_up
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


@pytest.mark.parametrize(
    "text",
    [
        "Please put us down for half a dozen of item LA-5, the linen apron, at £4.50 apiece.",
        "Kindly supply:\n* linen apron, SKU LA-5: 6 pieces, GBP 4.50 per piece",
        "<ul><li>6 &times; linen apron (item LA-5) at &pound;4.50 each</li></ul>",
    ],
    ids=["code before the name", "count behind the name", "web page"],
)
def test_it_reads_a_line_whichever_way_round_it_stands(text):
    assert understand(text)["lines"] == [
        {"code": "LA-5", "name": "linen apron", "quantity": "6", "unit_price": "4.50"}
    ]
    assert understand(text)["currency"] == "GBP"


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
    assert stats.pop("seconds") < 60
    assert stats == {
        "scenario": "poor",
        "seed": 3,
        "requests": 3,
        "right": 1,
        "ok": 1,
        "after_exhausted": 2,
        "tokens": stats["tokens"],
        "most_in_flight": 1,
        "most_in_outage": 0,
        "right_again": 0,
        "texts": 1,
        "texts_let_through": 1,
        "impossible_texts": 0,
        "most_per_impossible": 0,
        "needed_answers": 1,
        "needed_tokens": stats["needed_tokens"],
        "paid_twice": 0,
    }


def test_the_same_seed_gives_the_same_faults():
    def statuses(seed):
        with start_simulator(Scenario("half", chances={"server_error": 0.5}), seed=seed) as simulator:
            return [post(simulator.base_url, chat(f"{ORDER} {number // 2}"))[0] for number in range(16)]

    first = statuses(1)
    assert first == statuses(1)
    assert first != statuses(2)
    assert set(first) == {200, 500}


def test_its_books_tell_needed_answers_from_needless_ones():
    """The right answer is served three times: one was needed, two were paid for again."""
    with start_simulator("calm") as simulator:
        for _ in range(3):
            post(simulator.base_url, chat())
        post(simulator.base_url, chat("2 x cup (22551) £1"))
        stats = get(simulator.base_url, "/admin/stats")
    assert {
        name: stats[name] for name in ("texts", "needed_answers", "after_right", "right_again", "paid_twice")
    } == {
        "texts": 2,
        "needed_answers": 2,
        "after_right": 2,
        "right_again": 2,
        "paid_twice": 2,
    }


def test_a_spoiled_answer_makes_the_next_one_needed():
    with start_simulator(Scenario("ill", chances={"server_error": 1.0})) as simulator:
        for _ in range(3):
            post(simulator.base_url, chat())
        stats = get(simulator.base_url, "/admin/stats")
    assert (stats["server_error"], stats["needed_answers"], stats["seconds"]) == (3, 3, None)


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b"{}", b'{"messages": [1]}', b'{"messages": [], "tools": [1]}']
)
def test_what_is_no_chat_request_is_refused(body):
    with start_simulator("calm") as simulator:
        assert post(simulator.base_url, body)[0] == 400


def test_an_unknown_scenario_is_named_with_those_there_are():
    with pytest.raises(BadInput, match="choose one of calm, ratelimit"):
        find_scenario("stormy")
    assert find_scenario("calm", rpm=5).rpm == 5
    assert find_scenario("calm", latency_ms=(1, 2)).latency_ms == (1, 2)


def test_every_scenario_says_what_it_is_and_the_help_lists_them():
    from fakturo.cli.main import app

    said = CliRunner().invoke(app, ["simulate-ai", "--help"]).output
    for name, scenario in SCENARIOS.items():
        assert scenario.name == name
        assert scenario.about
        assert f"{name}:" in said
        assert sum(scenario.chances.values()) < 0.3


def test_a_day_sped_up_is_the_same_day():
    """Ten times as fast: ten times the limit, a tenth of latency and outages, as much per burst."""
    quick = sped_up(find_scenario("outage", latency_ms=(100, 300)), 10)
    assert (quick.rpm, quick.tpm, quick.burst_s) == (6000, None, 0.1)
    assert (quick.latency_ms, quick.outages_s) == ((10, 30), ((0.3, 0.9), (1.4, 1.7)))


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
    assert "FAKTURO_AI_BASE_URL='http://127.0.0.1:" in result.output
    assert len(served) == 1

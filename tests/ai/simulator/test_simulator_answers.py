"""What the simulator answers over HTTP: right, broken and wrong, and in each provider's shape."""

import json
import random
import time
from decimal import Decimal

import httpx
import pytest

from fakturo.ai.simulator.faults import LIES
from fakturo.ai.simulator.lies import lie
from fakturo.ai.simulator.scenarios import Scenario
from fakturo.ai.simulator.server import start_simulator
from fakturo.ai.simulator.understanding import understand

ORDER = (
    "Account 12765. Two dozen of the red mug (item 22551, £1.65 each), six of the cup (item 84279P, £2.95)."
)
ANSWER = understand(ORDER) | {"po_number": "PO-71"}
TOOL = {"type": "function", "function": {"name": "draft", "parameters": {"type": "object"}}}


def ask(simulator, text=ORDER, *, timeout=10.0, headers=None, url=None, **more):
    body = {"model": "any", "messages": [{"role": "user", "content": text}], **more}
    return httpx.post(
        url or f"{simulator.base_url}/chat/completions", json=body, timeout=timeout, headers=headers
    )


def always(fault):
    return start_simulator(Scenario("faulty", chances={fault: 1.0}))


@pytest.mark.parametrize(
    ("fault", "status"), [("server_error", 500), ("bad_gateway", 502), ("overloaded", 529), ("html", 200)]
)
def test_a_failure_has_its_status(fault, status):
    with always(fault) as simulator:
        response = ask(simulator)
    assert response.status_code == status
    assert response.headers["x-fakturo-simulator"] == "1"


@pytest.mark.parametrize("fault", ["stall", "drip", "silent"])
def test_some_answers_never_end(fault):
    with always(fault) as simulator, pytest.raises(httpx.ReadTimeout):
        ask(simulator, timeout=0.3)


@pytest.mark.parametrize("fault", ["reset", "cut_body"])
def test_some_connections_break(fault):
    with always(fault) as simulator, pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        ask(simulator)


def test_broken_answers_are_broken_in_their_own_ways():
    def choice(fault):
        with always(fault) as simulator:
            return ask(simulator).json()["choices"]

    assert choice("empty") == []
    assert choice("length")[0]["finish_reason"] == "length"
    assert choice("content_filter")[0]["finish_reason"] == "content_filter"
    assert choice("refusal")[0]["message"]["refusal"]
    assert "order" in json.loads(choice("wrong_shape")[0]["message"]["content"])
    with pytest.raises(ValueError, match="Expecting value"):
        json.loads(choice("not_json")[0]["message"]["content"])


def meaning(answer):
    lines = [
        (each["code"], Decimal(each["quantity"]), Decimal(each["unit_price"])) for each in answer["lines"]
    ]
    return answer["customer_id"], answer["po_number"], answer["currency"], lines


@pytest.mark.parametrize("kind", LIES)
def test_every_lie_changes_something_that_matters(kind):
    before = json.dumps(ANSWER)
    for seed in range(20):
        assert meaning(lie(kind, ANSWER, random.Random(seed))) != meaning(ANSWER)
    assert json.dumps(ANSWER) == before


@pytest.mark.parametrize("kind", LIES)
@pytest.mark.parametrize("quantity", ["24", "11", "30", "1"])
def test_a_bare_order_of_one_line_can_be_lied_about_too(kind, quantity):
    line = {"code": None, "name": "mug", "quantity": quantity, "unit_price": "1.00"}
    bare = {"customer_id": None, "po_number": None, "currency": "GBP", "lines": [line]}
    for seed in range(5):
        assert meaning(lie(kind, bare, random.Random(seed))) != meaning(bare)


@pytest.mark.parametrize(
    ("kind", "lines"),
    [
        ("merged_lines", {"30 2.95", "24 1.65, 6 2.95"}),
        ("missing_line", {"24 1.65", "6 2.95"}),
        ("total_as_price", {"24 39.60, 6 2.95", "24 1.65, 6 17.70"}),
        ("swapped_fields", {"1.65 24, 6 2.95", "24 1.65, 2.95 6"}),
    ],
)
def test_a_lie_is_the_mistake_that_its_name_says(kind, lines):
    """Of 24 at 1.65 and 6 at 2.95; where two lines cannot be merged, digits are swapped instead."""
    told = set()
    for seed in range(20):
        answer = lie(kind, ANSWER, random.Random(seed))
        told.add(", ".join(f"{each['quantity']} {each['unit_price']}" for each in answer["lines"]))
    assert told & lines
    assert kind == "merged_lines" or told == lines


@pytest.mark.parametrize(
    ("scenario", "refused", "taken"),
    [
        ("plain_tools", ["json_schema"], ["tools", "json_object", "text"]),
        ("plain_json", ["json_schema", "tools"], ["json_object", "text"]),
        ("plain_text", ["json_schema", "tools", "json_object"], ["text"]),
    ],
)
def test_a_simple_server_refuses_what_it_does_not_know(scenario, refused, taken):
    asked = {
        "json_schema": {"response_format": {"type": "json_schema", "json_schema": {"name": "x"}}},
        "tools": {"tools": [TOOL]},
        "json_object": {"response_format": {"type": "json_object"}},
        "text": {},
    }
    with start_simulator(scenario) as simulator:
        statuses = {mode: ask(simulator, **more).status_code for mode, more in asked.items()}
        assert simulator.stats["refused_format"] == len(refused)
    assert statuses == dict.fromkeys(refused, 400) | dict.fromkeys(taken, 200)


def test_tools_are_called_and_plain_text_is_fenced():
    with start_simulator("calm") as simulator:
        called = ask(simulator, tools=[TOOL]).json()["choices"][0]
        plain = ask(simulator).json()["choices"][0]["message"]["content"]
    assert called["finish_reason"] == "tool_calls"
    function = called["message"]["tool_calls"][0]["function"]
    assert (function["name"], json.loads(function["arguments"])["customer_id"]) == ("draft", "12765")
    assert plain.startswith("```json\n{")


def test_azure_wants_its_address_its_version_and_its_key():
    with start_simulator("azure") as simulator:
        url = simulator.base_url.replace("?", "/chat/completions?")
        key = {"api-key": "any"}
        statuses = [
            ask(simulator, url=url, headers=key).status_code,
            ask(simulator, url=url, headers={"authorization": "Bearer any"}).status_code,
            ask(simulator, url=url.partition("?")[0], headers=key).status_code,
            ask(simulator, url=f"{simulator.origin}/v1/chat/completions", headers=key).status_code,
        ]
        told = ask(simulator, url=url, headers=key).headers
    assert statuses == [200, 401, 404, 404]
    assert (told["x-ratelimit-limit-requests"], told["x-ratelimit-reset-requests"]) == ("600", "1")


def test_a_bad_key_is_counted():
    with start_simulator("bad_key") as simulator:
        response = ask(simulator, headers={"authorization": "Bearer mine"})
        assert simulator.stats == {"requests": 1, "bad_key": 1}
    assert (response.status_code, response.json()["error"]["code"]) == (401, "invalid_api_key")


def test_an_impossible_text_is_refused_each_time_and_counted():
    codes = set()
    with start_simulator(Scenario("strict", impossible=0.5, filtered=0.5)) as simulator:
        for number in range(12):
            for _ in range(2):
                response = ask(simulator, f"{ORDER} {number}")
                assert response.status_code == 400
                codes.add(response.json()["error"]["code"])
        report = simulator.provider.tally.report()
    assert codes == {"invalid_request_error", "context_length_exceeded", "content_filter"}
    assert (report["impossible_texts"], report["most_per_impossible"], report["impossible"]) == (12, 2, 24)


def test_a_known_truth_is_answered_whatever_the_text_says():
    truth = {**ANSWER, "customer_id": "77"}
    with start_simulator("calm", truths={"no pattern at all": truth}) as simulator:
        content = ask(simulator, "no pattern at all", response_format={"type": "json_object"}).json()
    assert json.loads(content["choices"][0]["message"]["content"]) == truth


@pytest.mark.parametrize("kind", ["reset", "refused"])
def test_an_outage_can_take_the_connection_with_it(kind):
    """Torn, or refused once the socket is closed, until the door has opened again."""
    out = Scenario("out", outages_s=((0.0, 0.4),), outage_kind=kind)
    seen = []
    with start_simulator(out) as simulator:
        deadline = time.monotonic() + 20
        while 200 not in seen and time.monotonic() < deadline:
            try:
                seen.append(ask(simulator).status_code)
            except (httpx.NetworkError, httpx.RemoteProtocolError) as failure:
                seen.append(type(failure).__name__)
    assert seen[-1] == 200
    assert set(seen) & {"ReadError", "RemoteProtocolError", "ConnectError"}
    assert ("ConnectError" in seen) == (kind == "refused")

"""How JSON is asked for, and what is read out of whatever comes back."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakturo.ai.proof.proposal import schema
from fakturo.ai.provider.chat import SIMPLER, error_within, read_completion, request_body
from fakturo.errors import AiError, InvalidOutput, Refused, Truncated

ASKED = [{"role": "user", "content": "two mugs"}]


def request(mode):
    return json.loads(request_body("m", ASKED, mode, schema()))


def completion(content=None, reason="stop", **more):
    return {"choices": [{"message": {"content": content, **more}, "finish_reason": reason}]}


def call(arguments, name="order_draft"):
    return {"type": "function", "function": {"name": name, "arguments": arguments}}


def test_each_way_to_ask_has_its_fields():
    assert request("json_schema")["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "order_draft", "strict": True, "schema": schema()},
    }
    tools = request("tools")
    assert tools["tool_choice"] == {"type": "function", "function": {"name": "order_draft"}}
    assert [tool["function"]["parameters"] for tool in tools["tools"]] == [schema()]
    assert request("json_object")["response_format"] == {"type": "json_object"}
    assert request("text") == {"model": "m", "messages": ASKED}


def test_the_ways_to_ask_end_with_plain_text():
    ways = ["json_schema"]
    while SIMPLER[ways[-1]]:
        ways.append(SIMPLER[ways[-1]])
    assert ways == ["json_schema", "tools", "json_object", "text"]


def test_half_a_surrogate_pair_can_be_sent():
    body = request_body("m", [{"role": "user", "content": "mug \ud83d"}], "text", {})
    assert json.loads(body)["messages"][0]["content"] == "mug \ud83d"


@pytest.mark.parametrize(
    "answer",
    [
        completion('{"lines": []}'),
        completion([{"type": "text", "text": '{"lines"'}, {"type": "text", "text": ": []}"}]),
        completion([{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": '{"lines": []}'}]),
        completion(None, "tool_calls", tool_calls=[call('{"lines": []}')]),
        completion("Here it is:", "stop", tool_calls=[call("{}", "other"), call('{"lines": []}')]),
        completion(None, "tool_calls", tool_calls=[call({"lines": []})]),
        completion(
            None, "function_call", function_call={"name": "order_draft", "arguments": '{"lines": []}'}
        ),
        completion('{"lines": []}', None, tool_calls=None, refusal=None),
        completion('{"lines": []}', "stop", tool_calls=[]),
    ],
    ids=["text", "parts", "thoughts", "call", "two-calls", "object", "old-call", "nulls", "no-call"],
)
def test_the_answer_is_read_wherever_it_stands(answer):
    assert json.loads(read_completion(answer).text) == {"lines": []}


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (completion("{}", "length"), Truncated),
        (completion(None, "length"), Truncated),
        (completion("{}", "max_tokens"), Truncated),
        (completion("{}", "content_filter"), Refused),
        (completion(None, "stop", refusal="I cannot help with that."), Refused),
        (completion(None), InvalidOutput),
        (completion("  "), InvalidOutput),
        (completion([]), InvalidOutput),
        (completion(None, "tool_calls", tool_calls=[{"type": "custom"}]), InvalidOutput),
        ({"choices": []}, InvalidOutput),
        ({"choices": None}, InvalidOutput),
        ({}, InvalidOutput),
        ([], InvalidOutput),
        ("text", InvalidOutput),
    ],
)
def test_an_answer_without_use_has_its_class(answer, error):
    with pytest.raises(error) as found:
        read_completion(answer)
    assert found.value.status == 200


@pytest.mark.parametrize(
    ("said", "expected"), [(12, 12), (0, 0), (True, None), ("12", None), (-1, None), (1.5, None)]
)
def test_a_count_of_tokens_is_believed_only_where_it_is_one(said, expected):
    answer = completion("{}") | {"usage": {"prompt_tokens": said, "completion_tokens": said}}
    read = read_completion(answer)
    assert (read.prompt_tokens, read.completion_tokens) == (expected, expected)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"error": {"code": 429}}, True),
        ({"error": "upstream"}, True),
        ({"object": "error", "message": "no"}, True),
        ({"choices": [{"error": {"code": 502}, "message": {"content": ""}}]}, True),
        ({"choices": [{"finish_reason": "error", "message": {"content": "{"}}]}, True),
        ({"error": None} | completion("{}"), False),
        ({"error": None}, False),
        ({"choices": []}, False),
        ([], False),
    ],
)
def test_an_error_within_a_200_is_seen(answer, expected):
    assert error_within(answer) is expected


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(
                ["choices", "message", "content", "tool_calls", "function", "arguments", "usage", "text"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(JSON | JSON.map(lambda message: {"choices": [{"message": message}]}))
def test_no_json_breaks_the_reading(parsed):
    error_within(parsed)
    try:
        read = read_completion(parsed)
    except AiError:
        return
    assert isinstance(read.text, str)
    assert read.text.strip()

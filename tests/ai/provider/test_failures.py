"""Each answer that is no success has one class. The bodies are those that providers send."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakturo.ai.provider.failures import http_failure, refuses_format
from fakturo.errors import AiError, Permanent, QuotaExhausted, RateLimited, Refused, TimedOut, Transient

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
KEY = "sk-very-secret"


def failure(status, body=None, headers=None, key=KEY):
    body = body if isinstance(body, bytes) else json.dumps({} if body is None else body).encode()
    return http_failure(status, headers or {}, body, NOW, key=key)


def error(message="", code=None, kind=None, **more):
    return {"error": {"message": message, "type": kind, "param": None, "code": code, **more}}


OPENAI_TPM = error(
    "Rate limit reached for gpt-4o in organization org-x on tokens per min (TPM): Limit 30000, Used 29000, "
    "Requested 1500. Please try again in 1s. You can increase your rate limit by adding a payment method to "
    "your account at https://platform.openai.com/account/billing.",
    "rate_limit_exceeded",
    "tokens",
)
OPENAI_TOO_LARGE = error(
    "Request too large for gpt-4o in organization org-x on tokens per min (TPM): Limit 30000, "
    "Requested 30601. The input or output tokens must be reduced in order to run successfully.",
    "rate_limit_exceeded",
    "tokens",
)
AZURE_TPM = error(
    "Requests to the ChatCompletions_Create Operation under Azure OpenAI API version 2024-10-01-preview have "
    "exceeded token rate limit of your current AIServices S0 pricing tier. Please retry after 37 seconds.",
    "429",
)
AZURE_RPM = error("... have exceeded call rate limit of your current OpenAI S0 pricing tier.", "429")
AZURE_FILTER = error(
    "The response was filtered due to the prompt triggering Azure OpenAI's content management policy.",
    "content_filter",
    status=400,
    innererror={
        "code": "ResponsibleAIPolicyViolation",
        "content_filter_result": {"hate": {"filtered": True}},
    },
)
AZURE_FILTER_OLD = error("", None, innererror={"code": "ResponsibleAIPolicyViolation"})
GEMINI_TPM = [
    {"error": {"code": 429, "message": "You exceeded your current quota, please check your plan and billing "
               "details. Please retry in 36.5s.", "status": "RESOURCE_EXHAUSTED"}}
]  # fmt: skip
GEMINI_KEY = [
    {"error": {"code": 400, "message": "API key not valid. Please pass a valid API key.", "status":
               "INVALID_ARGUMENT"}}
]  # fmt: skip
VLLM_TOO_LONG = {
    "object": "error",
    "message": "This model's maximum context length is 16384 tokens. However, you requested 122946 tokens.",
    "type": "BadRequestError",
    "param": None,
    "code": 400,
}
REGION = error("Country, region, or territory not supported", "unsupported_country_region_territory")
MODERATED = error("The model requires moderation and your input was flagged", 403)
CLOUDFLARE = b"<!DOCTYPE html><html><title>Attention Required! | Cloudflare</title>you have been blocked"


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (401, error("Incorrect API key provided", "invalid_api_key"), QuotaExhausted),
        (401, error("Access denied due to invalid subscription key", "401"), QuotaExhausted),
        (403, error("Project does not have access to model", "model_not_found"), QuotaExhausted),
        (403, {"statusCode": 403, "message": "Out of call volume quota."}, QuotaExhausted),
        (403, REGION, QuotaExhausted),
        (403, MODERATED, Refused),
        (403, CLOUDFLARE, Refused),
        (403, error("You have been blocked: this key was leaked"), QuotaExhausted),
        (403, b"<html><h1>403 Forbidden</h1></html>", QuotaExhausted),
        (400, GEMINI_KEY, QuotaExhausted),
        (402, error("Insufficient Balance", None), QuotaExhausted),
        (
            429,
            error("You exceeded your current quota", "insufficient_quota", "insufficient_quota"),
            QuotaExhausted,
        ),
        (429, error("Your account is not active", "billing_not_active"), QuotaExhausted),
        (400, error("Billing hard limit has been reached", "billing_hard_limit_reached"), QuotaExhausted),
        (
            400,
            error("Your credit balance is too low to access", None, "invalid_request_error"),
            QuotaExhausted,
        ),
        (429, OPENAI_TPM, RateLimited),
        (429, AZURE_TPM, RateLimited),
        (429, GEMINI_TPM, RateLimited),
        (
            429,
            {"statusCode": 429, "message": "Rate limit is exceeded. Try again in 50 seconds."},
            RateLimited,
        ),
        (429, b"", RateLimited),
        (429, OPENAI_TOO_LARGE, Permanent),
        (413, b"<html>413 Request Entity Too Large</html>", Permanent),
        (400, error("This model's maximum context length is 8192", "context_length_exceeded"), Permanent),
        (400, error("Invalid 'messages[1].content': string too long.", "string_above_max_length"), Permanent),
        (400, VLLM_TOO_LONG, Permanent),
        (400, AZURE_FILTER, Refused),
        (400, AZURE_FILTER_OLD, Refused),
        (400, error("Your request was rejected by our safety system", "content_policy_violation"), Refused),
        (400, error("Invalid prompt: limited access for safety reasons", "invalid_prompt"), Refused),
        (
            400,
            error("The credit note for our billing department, please", "invalid_request_error"),
            Permanent,
        ),
        (404, error("The model `x` does not exist", "model_not_found"), Permanent),
        (404, error("The API deployment for this resource does not exist", "DeploymentNotFound"), Permanent),
        (404, {"error": "model 'x' not found"}, Permanent),
        (405, b"", Permanent),
        (501, b"", Permanent),
        (408, b"", TimedOut),
        (409, b"", Transient),
        (425, b"", Transient),
        (498, b"", Transient),
        (500, error("The server had an error", None, "server_error"), Transient),
        (502, b"<html>502 Bad Gateway</html>", Transient),
        (503, b"", Transient),
        (504, b"", Transient),
        (520, b"error code: 520", Transient),
        (522, b"error code: 522", Transient),
        (524, b"error code: 524", Transient),
        (529, error("Overloaded", None, "overloaded_error"), Transient),
        (301, b"", Transient),
        (307, b"", Transient),
    ],
)
def test_each_answer_has_its_class(status, body, expected):
    found = failure(status, body)
    assert type(found) is expected
    assert found.status == status


@pytest.mark.parametrize(
    ("body", "headers", "wait_s", "short_of"),
    [
        (OPENAI_TPM, {}, 1, "tokens"),
        (OPENAI_TPM, {"retry-after": "3"}, 3, "tokens"),
        (AZURE_TPM, {}, 37, "tokens"),
        (AZURE_RPM, {"retry-after-ms": "500"}, 0.5, "requests"),
        (GEMINI_TPM, {}, 36.5, None),
        (error("slow down", None, "requests"), {}, None, "requests"),
        (error("Limit 3 / min on requests per min (RPM) and tokens per min"), {}, None, None),
        ({}, {"x-ratelimit-remaining-requests": "0", "x-ratelimit-remaining-tokens": "9"}, None, "requests"),
        ({}, {"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "4s"}, 4, "tokens"),
    ],
)
def test_a_rate_limit_says_how_long_and_what_ran_out(body, headers, wait_s, short_of):
    found = failure(429, body, headers)
    assert (found.wait_s, found.short_of) == (wait_s, short_of)


@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [
        (418, {"x-should-retry": "true"}, Transient),
        (400, {"x-should-retry": "true"}, Transient),
        (500, {"x-should-retry": "false"}, Permanent),
        (409, {"x-should-retry": "false"}, Permanent),
        (429, {"x-should-retry": "true"}, RateLimited),
        (429, {"x-should-retry": "false"}, QuotaExhausted),
        (429, {"x-should-retry": "false", "retry-after": "9"}, RateLimited),
    ],
)
def test_the_provider_may_say_itself_whether_to_try_again(status, headers, expected):
    assert type(failure(status, {}, headers)) is expected


def test_an_outage_may_name_its_wait():
    assert failure(503, b"", {"retry-after": "5"}).wait_s == 5


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (
            400,
            error("response_format value as json_schema is enabled only for api versions 2024-08-01-preview"),
        ),
        (400, error("Unrecognized request argument supplied: response_format")),
        (404, error("Unrecognized request argument supplied: tool_choice")),
        (400, error("Invalid parameter", param="response_format")),
        (400, {"error": "'response_format.type' must be 'json_schema' or 'text'"}),
        (400, error("registry.ollama.ai/library/gemma:latest does not support tools", None, "api_error")),
        (
            400,
            {
                "object": "error",
                "message": '"auto" tool choice requires --enable-auto-tool-choice',
                "code": 400,
            },
        ),
        (422, {"detail": [{"loc": ["body", "response_format"], "msg": "extra fields not permitted"}]}),
        (404, error("No endpoints found that support tool use.", 404)),
        (404, error("No endpoints found that can handle the requested parameters.", 404)),
        (501, error("Structured output is not implemented")),
        (400, error("This model does not support function calling")),
    ],
)
def test_a_refused_way_to_ask_is_seen(status, body):
    assert refuses_format(status, json.dumps(body).encode())


@pytest.mark.parametrize(
    ("status", "body"),
    [
        # OpenAI counts the schema among the tokens of a request that is too long
        (400, error("maximum context length is 8192 tokens: 8900 in the messages, 100 in the functions")),
        (500, error("response_format broke us")),
        (429, error("response_format")),
        (404, error("The model `x` does not exist", "model_not_found")),
        (400, error("Bad text: " + "x" * 400 + " twelve garden tools")),
    ],
)
def test_other_failures_are_no_refused_way_to_ask(status, body):
    assert not refuses_format(status, json.dumps(body).encode())


@pytest.mark.parametrize("code", [KEY, f"bad {KEY}", "lower_case_key"])
def test_a_key_that_is_echoed_is_not_shown(code):
    found = failure(400, error(f"wrong key {code}", code), key=code)
    assert code not in str(found)


def test_a_plain_code_of_the_provider_is_shown():
    assert "HTTP 400, invalid_request_error" in str(failure(400, error("no", None, "invalid_request_error")))


PLACES = ["error", "code", "type", "message", "innererror", "detail"]


@given(
    st.integers(300, 599),
    st.one_of(
        st.binary(max_size=60),
        st.recursive(
            st.none() | st.integers() | st.text(max_size=9),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(PLACES), inner),
        ),
    ),
)
def test_no_answer_is_without_a_class(status, body):
    found = failure(status, body)
    assert isinstance(found, AiError)
    assert found.status == status
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    assert not refuses_format(status, raw) or status in {400, 404, 422, 501}

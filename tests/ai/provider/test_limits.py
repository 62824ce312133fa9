"""What providers say about their limits, in every form they say it."""

import math
from dataclasses import astuple
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fakturo.ai.provider.limits import Limits, read_limits, retry_after_s
from fakturo.ai.provider.moments import LONGEST_BELIEVED_S, duration_s, reset_s, said_wait_s

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NOW_UNIX_S = 1772442000
"""`date -u -d 2026-03-02T09:00Z +%s`"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1s", 1),
        ("6m0s", 360),
        ("120ms", 0.12),
        ("2m59.56s", 179.56),
        ("1h2m3.5s", 3723.5),
        ("37 seconds", 37),
        ("12", 12),
        ("900d", LONGEST_BELIEVED_S),
        ("999999999", LONGEST_BELIEVED_S),
    ],
)
def test_a_duration_is_read(text, expected):
    assert duration_s(text) == pytest.approx(expected)


@pytest.mark.parametrize(
    "text", [None, "", "soon", "1 fortnight", "-3", "nan", "inf", "1_0", "\u0663", "1e9"]
)
def test_nonsense_is_no_duration(text):
    assert duration_s(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-02T09:00:10Z", 10),
        ("2026-03-02T10:00:10+01:00", 10),
        (str(NOW_UNIX_S + 42), 42),
        (str((NOW_UNIX_S + 42) * 1000), 42),
        (str(NOW_UNIX_S - 42), 0),
        ("33011.382867097855", 33011.382867097855),
        ("yesterday", None),
        ("-1", None),
    ],
)
def test_a_reset_may_be_a_moment(text, expected):
    assert reset_s(text, NOW) == (None if expected is None else pytest.approx(expected))


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        # OpenAI, Azure, API Management and Gemini, in this order
        ("Limit 30000, Used 29000, Requested 1500. Please try again in 1.2s. Visit https://", 1.2),
        ("exceeded token rate limit of your current S0 pricing tier. Please retry after 37 seconds.", 37),
        ("Rate limit is exceeded. Try again in 50 seconds.", 50),
        ("Please retry in 36.519s.", 36.519),
        ("Please try again in 1h12m0.5s", 4320.5),
        ("Please try again in 6 mice", None),
        ("Please try again later", None),
    ],
)
def test_a_wait_in_words_is_read(message, expected):
    assert said_wait_s(message) == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"retry-after": "7"}, 7),
        ({"retry-after": "0"}, 0),
        ({"retry-after": "0.25"}, 0.25),
        ({"retry-after-ms": "250", "retry-after": "7"}, 0.25),
        ({"retry-after-ms": "soon", "retry-after": "7"}, 7),
        ({"retry-after": "Mon, 02 Mar 2026 09:00:30 GMT"}, 30),
        ({"retry-after": "Mon, 02 Mar 2026 09:00:30 GMT", "date": "Mon, 02 Mar 2026 09:00:10 GMT"}, 20),
        ({"retry-after": "Mon, 02 Mar 2020 09:00:30 GMT"}, 0),
        ({"retry-after": "later"}, None),
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "3s"}, 3),
        ({"x-ratelimit-remaining-requests": "1", "x-ratelimit-reset-requests": "3s"}, None),
        # Azure without retry-after: openai-python issue 937
        ({"x-ratelimit-remaining-tokens": "0", "x-rate-limit-reset-tokens": "55"}, 55),
        ({}, None),
    ],
)
def test_the_wait_is_taken_from_the_most_exact_header(headers, expected):
    assert retry_after_s(headers, NOW) == expected


def test_a_wait_in_words_goes_before_the_moment_when_the_bucket_is_full():
    """OpenAI's reset is when a whole minute's bucket has refilled; the next request needs far less."""
    headers = {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "59.9s"}
    assert retry_after_s(headers, NOW, "please try again in 120ms.") == 0.12


OPENAI = {
    "x-ratelimit-limit-requests": "500",
    "x-ratelimit-remaining-requests": "499",
    "x-ratelimit-reset-requests": "120ms",
    "x-ratelimit-limit-tokens": "30000",
    "x-ratelimit-remaining-tokens": "29996",
    "x-ratelimit-reset-tokens": "8ms",
}
GITHUB_MODELS = {  # Azure's gateway
    "x-ratelimit-limit-requests": "20000",
    "x-ratelimit-remaining-requests": "19999",
    "x-ratelimit-renewalperiod-requests": "60",
    "x-ratelimit-reset-requests": "3",
    "x-ratelimit-limit-tokens": "2000000",
    "x-ratelimit-remaining-tokens": "1999962",
    "x-ratelimit-renewalperiod-tokens": "60",
    "x-ratelimit-reset-tokens": "1",
    "x-ratelimit-abusepenalty-active": "False",
}
MISTRAL = {
    "x-ratelimit-limit-tokens-minute": "5000000",
    "x-ratelimit-remaining-tokens-minute": "4999911",
    "x-ratelimit-tokens-query-cost": "52",
    "x-ratelimit-limit-req-minute": "720",
    "x-ratelimit-remaining-req-minute": "717",
}
CEREBRAS = {
    "x-ratelimit-limit-requests-day": "14400",
    "x-ratelimit-remaining-requests-day": "14399",
    "x-ratelimit-reset-requests-day": "33011.38",
    "x-ratelimit-limit-tokens-minute": "60000",
    "x-ratelimit-remaining-tokens-minute": "59000",
    "x-ratelimit-reset-tokens-minute": "11.38",
}
ANTHROPIC = {
    "anthropic-ratelimit-requests-limit": "50",
    "anthropic-ratelimit-requests-remaining": "49",
    "anthropic-ratelimit-requests-reset": "2026-03-02T09:00:02Z",
    "anthropic-ratelimit-input-tokens-limit": "30000",
    "anthropic-ratelimit-input-tokens-remaining": "28000",
    "anthropic-ratelimit-input-tokens-reset": "2026-03-02T09:00:04Z",
}
GROQ = {  # console.groq.com/docs/rate-limits: requests are always a day's, tokens a minute's
    "x-ratelimit-limit-requests": "14400",
    "x-ratelimit-remaining-requests": "14370",
    "x-ratelimit-reset-requests": "2m59.56s",
    "x-ratelimit-limit-tokens": "18000",
    "x-ratelimit-remaining-tokens": "17997",
    "x-ratelimit-reset-tokens": "7.66s",
}


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (OPENAI, (500, 499, 0.12, 30000, 29996, 0.008)),
        (GITHUB_MODELS, (20000, 19999, 3, 2000000, 1999962, 1)),
        (MISTRAL, (720, 717, None, 5000000, 4999911, None)),
        (CEREBRAS, (None, 14399, 33011.38, 60000, 59000, 11.38)),
        (ANTHROPIC, (50, 49, 2, 30000, 28000, 4)),
        (GROQ, (None, 14370, 179.56, 18000, 17997, 7.66)),
        # Azure in 2024: openai issue 11 of EvolvingPrograms/oaib
        (
            {"x-ratelimit-remaining-requests": "79", "x-ratelimit-remaining-tokens": "61353"},
            (None, 79, None, None, 61353, None),
        ),
        # Azure in 2025: openai-dotnet issue 838
        (
            {
                "x-ratelimit-limit-tokens": "-1",
                "x-ratelimit-remaining-tokens": "-1",
                "x-ratelimit-reset-tokens": "0",
            },
            (None, None, None, None, None, 0),
        ),
    ],
    ids=["openai", "github-models", "mistral", "cerebras", "anthropic", "groq", "azure-2024", "azure-2025"],
)
def test_each_provider_is_read(headers, expected):
    assert astuple(read_limits(headers, NOW)) == expected


@pytest.mark.parametrize(
    ("headers", "requests_a_minute"),
    [
        ({"x-ratelimit-limit-requests": "10", "x-ratelimit-renewalperiod-requests": "10"}, 60),
        ({"x-ratelimit-limit-requests-1h": "600"}, 10),
        ({"x-ratelimit-limit-requests": "60", "x-ratelimit-limit-requests-1h": "600"}, 10),
        # OpenAI's documented example, whose token reset fits no window: 16 of 150,000 used, full in 6 minutes
        (
            {
                "x-ratelimit-limit-requests": "150000",
                "x-ratelimit-remaining-requests": "149984",
                "x-ratelimit-reset-requests": "6m0s",
            },
            150000,
        ),
        # a free tier: one of 200 a day used is full again in 86400 / 200 = 432 s; of 30 an hour in 120 s
        (
            {
                "x-ratelimit-limit-requests": "200",
                "x-ratelimit-remaining-requests": "199",
                "x-ratelimit-reset-requests": "7m12s",
            },
            None,
        ),
        (
            {
                "x-ratelimit-limit-requests": "30",
                "x-ratelimit-remaining-requests": "29",
                "x-ratelimit-reset-requests": "2m",
            },
            0.5,
        ),
        ({"ratelimit-limit": "100, 100;w=10", "ratelimit-remaining": "50", "ratelimit-reset": "5"}, 600),
        ({"ratelimit": "limit=100, remaining=50, reset=5", "ratelimit-policy": "100;w=60"}, 100),
        ({"ratelimit": '"default";r=50;t=30', "ratelimit-policy": '"default";q=100;w=30'}, 200),
        ({"ratelimit-policy": '"burst";q=10;w=1, "daily";q=1000;w=86400'}, 600),
        ({"ratelimit": '"default";r=50;t=30'}, None),
        ({"x-ratelimit-limit": "100", "x-ratelimit-remaining": "7", "x-ratelimit-reset": "1772442030"}, None),
        ({"x-ratelimit-limit-requests": "600, 600"}, 600),
        ({"x-ratelimit-limit-requests": "0"}, None),
        ({"x-ratelimit-limit-requests": "many"}, None),
    ],
)
def test_a_limit_is_given_per_minute(headers, requests_a_minute):
    assert read_limits(headers, NOW).requests == requests_a_minute


@pytest.mark.parametrize(
    ("headers", "left", "reset"),
    [
        ({"ratelimit": '"default";r=50;t=30', "ratelimit-policy": '"default";q=100;w=60'}, 50, 30),
        ({"ratelimit": "limit=100, remaining=51, reset=5"}, 51, 5),
        ({"ratelimit-remaining": "52", "ratelimit-reset": "6"}, 52, 6),
        ({"x-ratelimit-remaining": "7", "x-ratelimit-reset": "1772442030"}, 7, 30),
        # the day is nearly used up, the minute is not
        (
            {
                "x-ratelimit-remaining-requests-day": "0",
                "x-ratelimit-reset-requests-day": "500",
                "x-ratelimit-remaining-requests-minute": "30",
                "x-ratelimit-reset-requests-minute": "2",
            },
            0,
            500,
        ),
    ],
)
def test_what_is_left_is_that_of_the_emptiest_bucket(headers, left, reset):
    limits = read_limits(headers, NOW)
    assert (limits.requests_left, limits.requests_reset_s) == (left, reset)


@pytest.mark.parametrize(
    ("requests_left", "tokens_left", "expected"),
    [
        (0, 5, "requests"),
        (5, 0, "tokens"),
        (0, 0, None),
        (5, 5, None),
        (0, None, "requests"),
        (None, None, None),
    ],
)
def test_the_empty_bucket_is_named_where_it_is_one(requests_left, tokens_left, expected):
    assert Limits(requests_left=requests_left, tokens_left=tokens_left).empty == expected


NAMES = sorted(
    {*OPENAI, *GITHUB_MODELS, *MISTRAL, *CEREBRAS, *ANTHROPIC}
    | {"retry-after", "retry-after-ms", "date", "ratelimit", "ratelimit-policy"}
    | {"ratelimit-limit", "ratelimit-remaining", "ratelimit-reset", "x-ratelimit-limit", "x-ratelimit-reset"}
)
NUMBERS = ["0", "1", "-1", "9" * 15, "9" * 40, ".5", "1e308", "nan", "inf", "s", "ms", "d"]
MARKS = [";w=", ";r=", ";t=", "q=", ",", '"a"', "=", " ", "Z", "+99:99"]
MOMENTS = ["2026-03-02T09:00:10", "Mon, 02 Mar 2026 09:00:30 GMT"]
VALUES = st.one_of(
    st.text(max_size=40), st.lists(st.sampled_from(NUMBERS + MARKS + MOMENTS), max_size=6).map("".join)
)


@given(st.dictionaries(st.sampled_from(NAMES), VALUES))
@example({"ratelimit-limit": "1;w=0"})
@example(
    {"x-ratelimit-limit-requests": "9" * 15, "x-ratelimit-renewalperiod-requests": "0." + "0" * 19 + "1"}
)
@example({"retry-after": "Mon, 02 Mar 0000 09:00:30 GMT", "date": "Fri, 31 Dec 9999 23:59:59 -2359"})
def test_no_header_text_breaks_the_reading(headers):
    numbers = [*astuple(read_limits(headers, NOW)), retry_after_s(headers, NOW)]
    assert all(each is None or (math.isfinite(each) and each >= 0) for each in numbers)


@given(VALUES)
def test_no_message_breaks_the_reading_of_a_wait(message):
    said = said_wait_s(f"try again in {message}")
    assert said is None or 0 <= said <= LONGEST_BELIEVED_S

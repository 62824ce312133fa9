"""What providers say about their limits, in every form they say it."""

from datetime import UTC, datetime

import pytest

from fakturo.ai.limits import LONGEST_BELIEVED_S, duration_s, read_limits, retry_after_s

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1s", 1),
        ("6m0s", 360),
        ("120ms", 0.12),
        ("1h2m3.5s", 3723.5),
        ("12", 12),
        ("900d", LONGEST_BELIEVED_S),
    ],
)
def test_a_duration_is_read(text, expected):
    assert duration_s(text) == pytest.approx(expected)


@pytest.mark.parametrize("text", [None, "", "soon", "1 fortnight", "-3", "nan"])
def test_nonsense_is_no_duration(text):
    assert duration_s(text) is None


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"retry-after": "7"}, 7),
        ({"retry-after": "0.25"}, 0.25),
        ({"retry-after-ms": "250", "retry-after": "7"}, 0.25),
        ({"retry-after": "Mon, 02 Mar 2026 09:00:30 GMT"}, 30),
        ({"retry-after": "Mon, 02 Mar 2026 09:00:30 GMT", "date": "Mon, 02 Mar 2026 09:00:10 GMT"}, 20),
        ({"retry-after": "Mon, 02 Mar 2020 09:00:30 GMT"}, 0),
        ({"retry-after": "later"}, None),
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "3s"}, 3),
        ({"x-ratelimit-remaining-requests": "1", "x-ratelimit-reset-requests": "3s"}, None),
        ({}, None),
    ],
)
def test_the_wait_is_taken_from_the_most_exact_header(headers, expected):
    assert retry_after_s(headers, NOW) == expected


def test_limits_are_read_and_nonsense_counts_as_not_said():
    limits = read_limits(
        {
            "x-ratelimit-limit-requests": "600",
            "x-ratelimit-remaining-requests": "599",
            "x-ratelimit-reset-requests": "100ms",
            "x-ratelimit-limit-tokens": "many",
            "x-ratelimit-remaining-tokens": "-1",
        }
    )
    assert (limits.requests, limits.requests_left, limits.requests_reset_s) == (600, 599, 0.1)
    assert (limits.tokens, limits.tokens_left, limits.tokens_reset_s) == (None, None, None)

"""Limits, their headers, outages and credit of the simulator: pure, with the time passed in."""

import random
from datetime import UTC, datetime

import pytest

from fakturo.ai.simulator.limit_headers import limit_headers, retry_after
from fakturo.ai.simulator.limiter import Bucket, Limiter, Window
from fakturo.ai.simulator.provider import Provider
from fakturo.ai.simulator.scenarios import Scenario

NOON = datetime(2026, 3, 2, 12, 0, 0, 400_000, tzinfo=UTC)


def test_a_bucket_fills_with_time_and_not_above_its_size():
    bucket = Bucket(60.0, burst_s=6.0)
    assert bucket.size == bucket.level == 6.0
    bucket.level, bucket.at = 0.0, 100.0
    bucket.refill(102.0)
    assert (bucket.level, bucket.missing_s(3), bucket.until_full_s()) == (2.0, 1.0, 4.0)
    bucket.refill(1000.0)
    assert bucket.level == 6.0


def test_a_window_gives_all_at_once_and_then_nothing_until_the_next():
    limiter = Limiter(Scenario("window", rpm=600, limiter="window", hammering=0.0))
    assert [limiter.over_limit_s(100.0, 1) for _ in range(10)] == [0.0] * 10
    assert limiter.over_limit_s(100.75, 1) == 0.25
    assert limiter.over_limit_s(101.0, 1) == 0.0
    assert limiter.requests.level == 9


def test_a_window_keeps_a_debt():
    """Ten too many in a window of ten leave nothing in the next: two windows to wait."""
    window = Window(600.0)
    window.refill(100.0)
    window.level = -10.0
    assert window.missing_s(1) == 2.0
    window.refill(101.0)
    assert (window.level, window.missing_s(1)) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("hammering", "waits"), [(0.0, [1.0, 1.0, 1.0]), (0.2, [1.0, 1.2, 1.4]), (1.0, [1.0, 2.0, 3.0])]
)
def test_each_knock_pushes_the_moment_further_out(hammering, waits):
    limiter = Limiter(Scenario("tight", rpm=60, hammering=hammering))
    assert limiter.over_limit_s(100.0, 1) == 0
    assert [limiter.over_limit_s(100.0, 1) for _ in range(3)] == pytest.approx(waits)
    assert limiter.refusals == 3


@pytest.mark.parametrize("kind", ["bucket", "window"])
def test_however_hard_one_knocks_it_opens_again(kind):
    limiter = Limiter(Scenario("tight", rpm=60, limiter=kind, hammering=1.0))
    for _ in range(100):
        limiter.over_limit_s(100.0, 1)
    assert limiter.over_limit_s(111.1, 1) == 0


def test_tokens_run_out_when_a_request_arrives():
    """6,000 a minute are 100 at once: 80 leave room for 20, and 70 more need half a second."""
    limiter = Limiter(Scenario("tokens", rpm=6000, tpm=6000))
    assert limiter.over_limit_s(100.0, 80) == 0
    assert limiter.over_limit_s(100.0, 70) == pytest.approx(0.5)
    assert limiter.requests.level == 99  # a request refused for its tokens costs none of the requests
    assert limiter.over_limit_s(200.0, 5000) == 0  # larger than can be saved up: when all is there


def test_limits_are_told_in_openai_s_words():
    scenario = Scenario("told", rpm=600, tpm=60_000)
    limiter = Limiter(scenario)
    limiter.over_limit_s(100.0, 400)
    assert limit_headers(scenario, limiter) == {
        "x-ratelimit-limit-requests": "600",
        "x-ratelimit-remaining-requests": "9",
        "x-ratelimit-reset-requests": "100ms",
        "x-ratelimit-limit-tokens": "60000",
        "x-ratelimit-remaining-tokens": "600",
        "x-ratelimit-reset-tokens": "400ms",
    }


@pytest.mark.parametrize(
    ("missing", "said"), [(0.12, "120ms"), (1.5, "1.500s"), (360.0, "6m0s"), (0.0, "0ms")]
)
def test_a_duration_is_written_as_openai_writes_it(missing, said):
    scenario = Scenario("told", rpm=60, burst_s=600.0)
    limiter = Limiter(scenario)
    limiter.requests.level = limiter.requests.size - missing
    assert limit_headers(scenario, limiter)["x-ratelimit-reset-requests"] == said


def test_azure_and_the_ietf_count_in_whole_seconds():
    azure, ietf = Scenario("a", rpm=60, headers="azure", shape="azure"), Scenario("i", rpm=60, headers="ietf")
    limiter = Limiter(azure)
    limiter.over_limit_s(100.0, 1)
    limiter.requests.level = -0.5
    told = limit_headers(azure, limiter)
    assert (told["x-ratelimit-remaining-requests"], told["x-ratelimit-reset-requests"]) == ("0", "2")
    assert limit_headers(ietf, limiter) == {
        "ratelimit-policy": "60;w=60",
        "ratelimit-limit": "60",
        "ratelimit-remaining": "0",
        "ratelimit-reset": "2",
    }
    assert limit_headers(Scenario("silent", rpm=60, headers="none"), limiter) == {}


def test_the_forms_of_retry_after_take_turns():
    scenario = Scenario("told", retry_after=("s", "ms", "date", "none"))
    assert [retry_after(scenario, turn, 1.2, NOON) for turn in range(5)] == [
        {"retry-after": "2"},
        {"retry-after-ms": "1200"},
        {"retry-after": "Mon, 02 Mar 2026 12:00:02 GMT"},
        {},
        {"retry-after": "2"},
    ]
    azure = Scenario("told", shape="azure", retry_after=("ms",))
    assert retry_after(azure, 0, 0.1, NOON) == {"retry-after": "1", "retry-after-ms": "100"}


def test_an_outage_begins_and_ends():
    provider = Provider(Scenario("out", outages_s=((1.0, 2.0),)), seed=0)
    assert not provider.is_out(101.5)
    provider.tally.arrived("text", 100.0)
    assert [provider.is_out(at) for at in (100.5, 101.5, 102.5)] == [False, True, False]


def test_the_books_know_how_many_stood_before_a_closed_door():
    tally = Provider(Scenario("out"), seed=0).tally
    with tally.held_in_outage(), tally.held_in_outage():
        pass
    with tally.held_in_outage():
        pass
    assert (tally.counts["during_outage"], tally.most_in_outage) == (3, 2)


def test_the_books_know_how_long_each_order_took():
    tally = Provider(Scenario("books"), seed=0).tally
    tally.arrived("slow", 100.0)
    tally.arrived("quick", 101.0)
    tally.arrived("slow", 104.0)
    tally.arrived("unanswered", 104.0)
    tally.answered("q", "quick", 101.5, tokens=10)
    tally.answered("s", "slow", 105.0, tokens=10)
    assert tally.spans_s() == [0.5, 5.0]
    assert tally.report()["seconds"] == 5.0


def test_a_text_meets_the_same_verdict_whenever_it_is_asked():
    provider = Provider(Scenario("strict", impossible=0.2, filtered=0.1), seed=1)
    verdicts = [provider.verdict(f"text {number}") for number in range(1000)]
    assert verdicts == [provider.verdict(f"text {number}") for number in range(1000)]
    for verdict, expected in (("invalid", 100), ("too_long", 100), ("filtered", 100), ("possible", 700)):
        assert abs(verdicts.count(verdict) - expected) < 50


def test_latency_has_the_percentiles_that_were_asked_for():
    provider = Provider(Scenario("slow", latency_ms=(120, 380)), seed=1)
    chance = random.Random(1)
    waits = sorted(provider.latency_s(chance) for _ in range(4000))
    assert waits[400] == pytest.approx(0.120, rel=0.06)
    assert waits[3600] == pytest.approx(0.380, rel=0.06)
    exact = Provider(Scenario("exact", latency_ms=(400, 400)), seed=1)
    assert exact.latency_s(chance) == pytest.approx(0.4)


def test_the_same_request_meets_the_same_luck_at_the_same_attempt():
    first, second = (Provider(Scenario("luck"), seed=5) for _ in range(2))
    draws = [first.chance("a").random() for _ in range(3)]
    second.chance("b")
    assert [second.chance("a").random() for _ in range(3)] == draws
    assert len(set(draws)) == 3

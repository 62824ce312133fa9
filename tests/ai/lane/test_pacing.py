"""The shared pace: never above the limit, and never still below it for long. Time is a number here."""

import math
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakturo.ai.lane.pacing import (
    BURST_S,
    FIRST_RATE_PER_S,
    LONGEST_UNSAID_WAIT_S,
    SHARE,
    SLOWEST_RATE_PER_S,
    Bucket,
    Pace,
    configured,
    limited,
    reserve,
    sent,
    speed,
    succeeded,
)
from fakturo.ai.provider.limits import Limits

NOTHING = Limits()


def book(pace, at, count, tokens=0):
    moments = []
    for _ in range(count):
        pace, moment = reserve(pace, at, tokens)
        moments.append(moment)
    return pace, moments


def refused(pace, at, wait_s=1.0, *, sent_at=None, short_of=None):
    return limited(pace, at, wait_s, sent_at=at if sent_at is None else sent_at, short_of=short_of)


def flowing(pace, per_s, *, tokens=0, start=1000.0, seconds=30):
    """State after so many requests a second for half a minute; the smoothed flow is theirs by then."""
    for number in range(int(per_s * seconds)):
        pace = sent(pace, start + number / per_s, tokens)
    return pace


def test_requests_are_spread_at_the_configured_rate():
    _, moments = book(configured(Pace(), rpm=60, tpm=None), 1000.0, 4)
    assert moments == pytest.approx([1000.0, *(1000.0 + n / SHARE - BURST_S for n in (1, 2, 3))])


def test_tokens_are_spread_too():
    # 6,000 a minute are 99.5 a second, and 995 of them are booked each time: ten seconds
    _, moments = book(configured(Pace(), rpm=None, tpm=6000), 1000.0, 3, tokens=995)
    assert moments == pytest.approx([1000.0, 1009.8, 1019.8])


def test_the_lower_of_setting_and_header_holds():
    pace = configured(Pace(), rpm=600, tpm=None)
    assert succeeded(pace, Limits(requests=300), waited=False).requests.rate == pytest.approx(4.975)
    assert succeeded(pace, Limits(requests=6000), waited=True).requests.rate == pytest.approx(9.95)


def test_published_limits_are_followed_down_and_up():
    pace, rates = Pace(), []
    for limit in (600, 60, 1200):
        pace = succeeded(pace, Limits(requests=limit, tokens=100 * limit), waited=False)
        rates.append((pace.requests.rate, pace.tokens.rate))
    assert rates == [pytest.approx(pair) for pair in ((9.95, 995), (0.995, 99.5), (19.9, 1990))]


def test_silence_about_limits_changes_nothing():
    pace = succeeded(Pace(), Limits(requests=600), waited=False)
    assert succeeded(pace, NOTHING, waited=False).requests.rate == pace.requests.rate


def refused_twice(pace):
    """First near the published limit, where a step aside is enough, then again at once."""
    pace = refused(flowing(pace, 9.95), 1030.0)
    return refused(pace, pace.blocked_until)


def test_a_published_limit_that_was_refused_is_not_believed_again_at_once():
    pace = refused_twice(succeeded(Pace(), Limits(requests=600), waited=False))
    risen = succeeded(pace, Limits(requests=1200), waited=False)
    assert risen.requests.rate == pace.requests.rate < 9
    assert risen.requests.ceiling == pytest.approx(19.9)
    fallen = succeeded(pace, Limits(requests=60), waited=False)
    assert fallen.requests.rate == pytest.approx(0.995)


def test_everyone_waits_after_a_429():
    pace, _ = book(Pace(), 1000.0, 3)
    pace = refused(pace, 1001.0, 30.0, sent_at=1000.0)
    _, moments = book(pace, 1001.0, 3)
    assert moments[0] == 1031.0
    assert all(later > earlier for earlier, later in pairwise(moments)), "no burst where the bucket is empty"


def test_a_wave_of_429s_lowers_the_rate_once():
    pace = refused(flowing(Pace(), 10), 1030.0)
    again = refused(pace, 1030.1, sent_at=1029.5)
    assert again.requests.rate == pace.requests.rate
    assert refused(again, 1033.0, sent_at=1032.0).requests.rate < pace.requests.rate


def test_the_true_speed_is_known_after_a_second_and_forgotten_after_a_rest():
    assert speed(Pace()) is None
    assert speed(flowing(Pace(), 4, seconds=1)) is None
    assert speed(flowing(Pace(), 4, seconds=3)) == pytest.approx(4, rel=0.15)
    pace = flowing(Pace(), 4, seconds=30)
    assert speed(pace) == pytest.approx(4, rel=0.15)
    assert speed(sent(pace, 1100.0, 0)) is None
    assert speed(flowing(pace, 20, start=1100.0, seconds=3)) == pytest.approx(20, rel=0.15)


def test_the_cut_is_relative_to_what_was_really_sent():
    # allowed are 10 a second and sent were 2: a cut from 10 to 8.5 would not have slowed anybody
    pace = refused(flowing(Pace(), 2), 1030.0)
    assert pace.requests.rate == pytest.approx(2 * 0.85, rel=0.15)


def test_a_first_refusal_near_the_published_limit_is_a_step_aside():
    known = flowing(succeeded(Pace(), Limits(requests=600), waited=False), 9.95)
    once = refused(known, 1030.0)
    assert once.requests.rate == pytest.approx(0.97 * 9.95)
    grown = succeeded(once, NOTHING, waited=True)
    assert grown.requests.rate - once.requests.rate == pytest.approx(0.001 * 9.95)
    again = refused(once, once.blocked_until)
    assert again.requests.rate == pytest.approx(0.85 * 0.97 * 9.95, rel=0.05)


def test_the_emptied_bucket_alone_is_cut():
    pace = configured(Pace(), rpm=600, tpm=60_000)
    pace = flowing(pace, 5, tokens=200)
    pace = refused(pace, 1030.0, short_of="tokens")
    assert pace.requests.rate == pytest.approx(9.95)
    assert pace.tokens.rate == pytest.approx(0.85 * 995, rel=0.15)


def test_a_token_limit_that_nobody_told_is_learned_from_its_refusal():
    pace = refused(flowing(Pace(), 5, tokens=200), 1030.0, short_of="tokens")
    assert pace.tokens.rate == pytest.approx(0.85 * 5 * 200, rel=0.15)
    assert pace.requests.rate == FIRST_RATE_PER_S


def test_the_rate_grows_by_a_twentieth_until_the_first_429_and_then_slowly():
    pace = Pace()
    for _ in range(20):
        pace = succeeded(pace, NOTHING, waited=True)
    assert pace.requests.rate == pytest.approx(26.53, abs=0.01)  # 10 * 1.05**20
    pace = refused(flowing(pace, 20), 1030.0)
    before = pace.requests.rate
    grown = succeeded(pace, NOTHING, waited=True).requests.rate
    assert grown - before == pytest.approx(0.01 * before / 0.85)


def test_a_rate_that_holds_nobody_back_does_not_grow():
    pace = Pace()
    for _ in range(1000):
        pace = succeeded(pace, NOTHING, waited=False)
    assert pace.requests.rate == FIRST_RATE_PER_S


def test_tokens_that_were_booked_too_many_are_given_back():
    pace, _ = book(configured(Pace(), rpm=None, tpm=6000), 1000.0, 1, tokens=995)
    back = succeeded(pace, NOTHING, waited=False, tokens_over=-199)
    more = succeeded(pace, NOTHING, waited=False, tokens_over=199)
    assert pace.tokens.next_at - back.tokens.next_at == pytest.approx(2)
    assert more.tokens.next_at - pace.tokens.next_at == pytest.approx(2)


def test_unsaid_waits_double_while_refusals_follow_each_other():
    pace, at, waits = Pace(), 1000.0, []
    for _ in range(8):
        pace = refused(pace, at, None)
        waits.append(pace.blocked_until - at)
        at = pace.blocked_until
    assert waits == [0.5, 1, 2, 4, 8, 16, 30, 30]
    assert max(waits) == LONGEST_UNSAID_WAIT_S
    pace = refused(succeeded(pace, NOTHING, waited=True), at, None)
    assert pace.blocked_until - at == 0.5


def test_no_number_of_429s_stops_it_for_good():
    pace = Pace()
    for at in range(1000, 1_000_000, 1000):
        pace = refused(sent(pace, float(at), 10), float(at), 0.0)
    assert pace.requests.rate == SLOWEST_RATE_PER_S


@given(
    rpm=st.integers(1, 10_000),
    gaps=st.lists(st.floats(0, 5, allow_nan=False), min_size=1, max_size=60),
)
def test_no_window_ever_holds_more_than_the_limit_and_its_burst(rpm, gaps):
    pace, at, moments = configured(Pace(), rpm=rpm, tpm=None), 1000.0, []
    for gap in gaps:
        at += gap
        pace, moment = reserve(pace, at, 0)
        assert moment >= at
        moments.append(moment)
    moments.sort()
    for index, moment in enumerate(moments):
        within = sum(1 for other in moments[index:] if other - moment < 60)
        assert within <= rpm / 60 * SHARE * (60 + BURST_S) + 1 + 1e-6


@given(tpm=st.integers(600, 1_000_000), sizes=st.lists(st.integers(1, 5000), min_size=1, max_size=40))
def test_no_window_ever_holds_more_tokens_than_the_limit_its_burst_and_one_request(tpm, sizes):
    pace, taken = configured(Pace(), rpm=100_000, tpm=tpm), []
    for size in sizes:
        pace, moment = reserve(pace, 1000.0, size)
        taken.append((moment, size))
    for start, _ in taken:
        within = sum(size for moment, size in taken if start <= moment < start + 60)
        assert within <= tpm / 60 * SHARE * (60 + BURST_S) + max(sizes) + 1e-3


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["book", "ok", "waited", "limited", "tokens", "told", "set"]),
        st.floats(0, 3),
        st.floats(0, 60) | st.none(),
        st.integers(1, 5000),
    ),
    max_size=60,
)


@given(EVENTS)
def test_whatever_happens_it_is_neither_stuck_nor_above_what_is_known(events):
    pace, at = Pace(), 1_700_000_000.0
    for what, gap, number, tokens in events:
        at += gap
        if what == "book":
            pace, _ = reserve(pace, at, tokens)
            pace = sent(pace, at, tokens)
        elif what in {"ok", "waited"}:
            pace = succeeded(pace, NOTHING, waited=what == "waited", tokens_over=tokens - 2500)
        elif what == "told":
            limits = Limits(requests=number, requests_left=gap, tokens=tokens, tokens_left=number)
            pace = succeeded(pace, limits, waited=True)
        elif what == "set":
            pace = configured(pace, rpm=tokens, tpm=tokens)
        else:
            short_of = "tokens" if what == "tokens" else None
            pace = limited(pace, at, number, sent_at=at - gap, short_of=short_of)
        for bucket in (pace.requests, pace.tokens):
            assert bucket.rate is None or 0 < bucket.rate <= max(
                bucket.ceiling or math.inf, SLOWEST_RATE_PER_S
            )
    _, moment = reserve(pace, at, 100)
    assert at <= moment < math.inf
    later = max(at, pace.blocked_until, pace.requests.next_at, pace.tokens.next_at)
    assert reserve(pace, later, 100)[1] == later, "when all that was booked has passed, one may go at once"


class Provider:
    """Lets `per_s` requests through, a second's worth at once at most; knocking costs a fifth."""

    def __init__(self, per_s, at):
        self.per_s, self.level, self.at = per_s, float(per_s), at

    def lets_through(self, at):
        self.level = min(self.per_s, self.level + (at - self.at) * self.per_s)
        self.at, has_room = at, self.level >= 1
        self.level -= 1 if has_room else 0.2
        return has_room


@pytest.mark.parametrize("per_s", [1, 10, 100])
def test_without_a_word_about_limits_it_finds_them(per_s):
    """One request after the other for five minutes, each sent at its booked moment."""
    pace, at, counts, provider = Pace(), 1000.0, {True: 0, False: 0}, Provider(per_s, 1000.0)
    while at < 1300:
        pace, moment = reserve(pace, at, 0)
        waited, at = moment > at, moment
        pace = sent(pace, at, 0)
        went = provider.lets_through(at)
        counts[went] += 1
        if went:
            pace = succeeded(pace, NOTHING, waited=waited)
        else:
            pace = limited(pace, at, None, sent_at=at, short_of=None)
    assert counts[True] >= 0.85 * 300 * per_s
    assert counts[False] <= 0.15 * counts[True]


def test_a_state_is_never_changed_in_place():
    pace = Pace()
    reserve(pace, 1.0, 1)
    sent(pace, 1.0, 1)
    assert pace == replace(pace) == Pace(requests=Bucket(rate=FIRST_RATE_PER_S))


def test_tokens_go_faster_while_the_provider_counts_fewer_than_we_do():
    published = Limits(tokens=60_000, tokens_left=900)  # 0.9 s worth is left of 1,000 a second
    pace = succeeded(Pace(), published, waited=True)
    assert pace.tokens.boost == pytest.approx(1.02)
    for _ in range(50):
        pace = succeeded(pace, published, waited=True)
    assert pace.tokens.boost == 1.2
    little = succeeded(pace, Limits(tokens=60_000, tokens_left=100), waited=True)
    assert little.tokens.boost == pytest.approx(1.2 * 0.99)
    refused = limited(pace, 1000.0, 1.0, sent_at=999.0, short_of="tokens")
    assert refused.tokens.boost == pytest.approx(1.2 * 0.97)
    assert refused.tokens.boost >= 1.0


def test_silence_about_what_is_left_speeds_nothing_up():
    assert succeeded(Pace(), Limits(tokens=60_000), waited=True).tokens.boost == 1.0
    assert succeeded(Pace(), Limits(tokens_left=900), waited=True).tokens.boost == 1.0

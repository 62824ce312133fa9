"""Two Poisson counts: worked out by hand, beside published examples, and by the definition."""

from math import comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakturo.alerting.chance import binomial_cdf, fall_p


def by_definition(most, trials, share):
    return sum(comb(trials, k) * share**k * (1 - share) ** (trials - k) for k in range(most + 1))


def test_ten_then_two_on_as_many_days():
    """(1 + 12 + 66) / 2 ** 12."""
    assert fall_p(10, 20, 2, 20) == pytest.approx(79 / 4096, rel=1e-12)


def test_three_then_none():
    """All three fell into the first half: (1 / 2) ** 3."""
    assert fall_p(3, 100, 0, 100) == pytest.approx(0.125, rel=1e-12)


def test_one_head_of_eight_or_none():
    """(1 + 8) / 2 ** 8."""
    assert binomial_cdf(1, 8, 0.5) == pytest.approx(9 / 256, rel=1e-12)


def test_the_example_of_r():
    """R's manual of poisson.test: c(11, 6 + 8 + 7) in c(800, 1083 + 1050 + 878) has p = 0.07967.

    Two-sided: both tails whose terms are no larger than that of 11 of 32 in 800 of 3811.
    """
    share = 800 / 3811
    terms = [comb(32, k) * share**k * (1 - share) ** (32 - k) for k in range(33)]
    lower = max(k for k in range(7) if terms[k] <= terms[11])
    upper = 1 - binomial_cdf(10, 32, share)
    assert binomial_cdf(lower, 32, share) + upper == pytest.approx(0.07967, abs=5e-6)


def test_open_days_are_taken_into_account():
    """15 invoices in 15 days after 20 in 20 is no fall; 15 in 20 is one, of P(Bin(35, 1/2) <= 15)."""
    assert fall_p(20, 20, 15, 15) > 0.5
    assert fall_p(20, 20, 15, 20) == pytest.approx(by_definition(15, 35, 0.5), rel=1e-12)


@given(st.integers(0, 150), st.integers(1, 150), st.floats(0.01, 0.99))
def test_it_is_the_sum_of_its_terms(most, trials, share):
    assert binomial_cdf(most, trials, share) == pytest.approx(
        min(by_definition(most, trials, share), 1.0), rel=1e-9, abs=1e-12
    )


@settings(deadline=None)
@given(st.integers(1, 10**6), st.integers(0, 10**6), st.integers(1, 23), st.integers(1, 23))
def test_fewer_are_never_more_likely(before, now, days_before, days):
    p = fall_p(before, days_before, now, days)
    assert 0 <= p <= 1
    assert fall_p(before, days_before, now + 1, days) >= p - 1e-9

"""A challenger takes the champion's place only when it is surely, clearly and calibratedly better."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.champion import choose, decide


def losses(mean, cases=1000, seed=1, spread=0.1):
    return np.abs(np.random.default_rng(seed).normal(mean, spread, cases))


def test_a_clearly_better_one_replaces():
    found = decide(losses(0.25), losses(0.2, seed=2))
    assert found.is_replaced
    assert found.p_better == 1.0
    assert found.gain == pytest.approx(0.2, abs=0.03)


def test_too_few_cases_decide_nothing():
    found = decide(losses(0.25, 499), losses(0.1, 499))
    assert not found.is_replaced
    assert found.sentence == "499 cases are known, 500 are needed to compare."


def test_chance_alone_does_not_replace():
    assert not decide(losses(0.2, seed=1), losses(0.2, seed=2)).is_replaced


def test_a_sure_gain_below_two_percent_is_not_worth_it():
    champion = losses(0.2)
    found = decide(champion, champion * 0.99)
    assert (found.is_replaced, found.p_better) == (False, 1.0)
    assert found.sentence.startswith("Better by too little: 1.0 % less loss")


def test_worse_calibration_keeps_the_champion():
    found = decide(losses(0.25), losses(0.2), champion_calibration=0.02, challenger_calibration=0.05)
    assert not found.is_replaced
    assert "worse calibrated (0.050 instead of 0.020)" in found.sentence


def test_the_best_is_taken_where_nobody_is_in_use():
    tried = {"rate": losses(0.25), "logistic": losses(0.24)}
    assert choose(tried, None, dict.fromkeys(tried, 0.0)) == ("logistic", "")
    assert choose(tried, "unknown", dict.fromkeys(tried, 0.0)) == ("logistic", "")


def test_the_one_in_use_stays_unless_it_is_beaten():
    tried = {"rate": losses(0.25), "logistic": losses(0.2495)}
    method, why = choose(tried, "rate", dict.fromkeys(tried, 0.0))
    assert method == "rate"
    assert why.startswith("rate stays, challenged by logistic.")
    method, why = choose(tried | {"logistic": losses(0.1)}, "rate", dict.fromkeys(tried, 0.0))
    assert method == "logistic"
    assert why.startswith("logistic takes the place of rate. Better:")


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1000), share=st.floats(1.0, 3.0))
def test_a_worse_challenger_never_replaces(seed, share):
    champion = losses(0.2, 600, seed)
    assert not decide(champion, champion * share).is_replaced

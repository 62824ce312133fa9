"""How the bench judges: by hand-made books and truths, so that its figures mean what they say."""

import asyncio

import pytest

from bench.ai import peers
from bench.ai.judging import judge
from bench.ai.orders import letters
from bench.ai.peers import Target
from bench.ai.prompt import messages, seen, truths
from bench.ai.work import Result
from fakturo.ai.simulator.provider import Provider
from fakturo.ai.simulator.scenarios import Scenario

MADE = letters(4, seed=7)


def test_letters_are_seeded_and_say_what_they_are_judged_by():
    assert letters(4, seed=7) == MADE
    assert letters(4, seed=8) != MADE
    for letter in MADE:
        assert {letter.customer, letter.po_number} <= set(
            letter.text.replace(".", " ").replace(",", " ").replace(":", " ").split()
        )
        for line in letter.lines:
            assert line.code in letter.text
    assert list(truths(MADE)) == [seen(letter.text) for letter in MADE]


def judged(answers, *, scenario=None, in_review=()):
    """Four orders at 60 a minute; the first is spoiled once, and all answers take six seconds."""
    provider = Provider(scenario or Scenario("limited", rpm=60), seed=0)
    tally, at = provider.tally, 100.0
    for letter in MADE:
        text = seen(letter.text)
        tally.arrived(text, at)
        if letter.id == 1:
            tally.let_through("q1", text, 10, "not_json")
            tally.arrived(text, at + 1)
        tally.let_through(f"q{letter.id}", text, 10, None)
        tally.answered(f"q{letter.id}", text, at + 1.5, 10)
        at += 1.5
    return judge(MADE, provider, Result(answers=answers, in_review=list(in_review)))


def right():
    return {str(letter.id): letter.answer() for letter in MADE}


def test_all_right_is_as_efficient_as_the_limit_allows():
    """Five answers were needed, one a second; six seconds were taken. Four would be the stricter count."""
    figures = judged(right())
    assert (figures.right, figures.wrong, figures.seconds) == (1.0, 0, 6.0)
    assert figures.pace == pytest.approx(5 / 6)
    assert figures.efficiency == pytest.approx(5 / 6)
    assert figures.strict_efficiency == pytest.approx(4 / 6)


def test_what_was_believed_and_is_not_right_is_silently_wrong():
    answers = right()
    answers["2"]["po_number"] = "PO-1"
    answers["3"]["lines"][0]["quantity"] = "7"
    del answers["4"]
    figures = judged(answers, in_review=["4"])
    assert (figures.right, figures.wrong, figures.in_review) == (0.25, 2, 1)
    assert figures.efficiency == pytest.approx(5 / 6 / 4)


def test_an_equal_number_written_otherwise_is_right():
    answers = right()
    for line in answers["1"]["lines"]:
        line["quantity"] += ".0"
        line["unit_price"] += "00"
    assert judged(answers).right == 1.0


def test_an_outage_inside_the_run_is_nobody_s_fault():
    """Of the outage from second 2 to 30 only four seconds lie inside the six of the run."""
    figures = judged(right(), scenario=Scenario("out", rpm=60, outages_s=((2.0, 30.0),)))
    assert figures.pace == pytest.approx((5 + 4) / 6)


def test_the_credit_bounds_what_can_be_completed():
    answers = {"1": right()["1"], "2": right()["2"]}
    assert judged(answers, scenario=Scenario("poor", rpm=60, credit=2)).right == 1.0


def test_a_naive_client_tries_twice_and_no_more(monkeypatch):
    tried = []

    async def always_fails(question):
        tried.append(question)
        raise OSError("down")

    monkeypatch.setattr(peers, "NAIVE_PAUSE_S", 0.0)
    monkeypatch.setattr(peers, "_plain", lambda _target: always_fails)
    with pytest.raises(OSError, match="down"):
        asyncio.run(peers.naive(Target("", is_azure=False, timeout_s=1.0))(messages(MADE[0].text)))
    assert len(tried) == 2

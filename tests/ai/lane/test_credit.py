"""No credit or a bad key: nobody asks for a while, then one finds out."""

import pytest

from fakturo.ai.lane.credit import Credit, admit, refused


def test_a_good_one_lets_everybody_through():
    assert admit(Credit(), 1000.0, 65.0) == (Credit(), 0.0)


def test_after_a_refusal_all_stay_away_and_then_one_finds_out_alone():
    credit = refused(Credit(), 1000.0, sent_at=999.0)
    assert admit(credit, 1004.0, 65.0) == (credit, 6.0)
    finding, wait_s = admit(credit, 1010.0, 65.0)
    assert wait_s == 0
    assert admit(finding, 1010.0, 65.0)[1] == 65.0
    assert admit(finding, 1075.0, 65.0)[1] == 0.0, "whoever was to find out has died"


def test_the_rest_doubles_up_to_a_quarter_of_an_hour():
    credit, at, rests = Credit(), 1000.0, []
    for _ in range(9):
        credit = refused(credit, at, sent_at=at)
        rests.append(credit.rest_until - at)
        at = credit.rest_until
    assert rests == [10, 20, 40, 80, 160, 320, 640, 900, 900]


@pytest.mark.parametrize(("sent_at", "refusals"), [(999.0, 1), (1000.0, 2), (1011.0, 2)])
def test_requests_that_left_before_the_refusal_tell_nothing_new(sent_at, refusals):
    credit = refused(Credit(), 1000.0, sent_at=998.0)
    assert refused(credit, 1012.0, sent_at=sent_at).refusals == refusals

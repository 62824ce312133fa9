"""Which letter leaves on which day, what it claims, and why none does."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakturo.dunning.facts import Promise, Stop, promise_state
from fakturo.dunning.rules import decide
from fakturo.setting_groups.dunning import Dunning, Level
from tests.dunning.made_accounts import DUE, account, after_due, claim, terms


def held(decision):
    return [(each.number, each.code) for each in decision.held]


@pytest.mark.parametrize(
    ("days", "level", "expected"),
    [
        (0, 0, None),
        (9, 0, None),
        (10, 0, (1, "reminder")),
        (200, 0, (1, "reminder")),
        (23, 1, None),
        (24, 1, (2, "notice")),
        (38, 2, (3, "final")),
        (400, 3, None),
    ],
)
def test_levels_follow_each_other_on_their_days(days, level, expected):
    """Grace 3, levels on 7, 21 and 35 days; what was never dunned begins with a reminder."""
    notice = decide(account(claim(level=level)), terms(), after_due(days)).notice
    assert (notice and (notice.level, notice.tone)) == expected


def test_a_reminder_asks_for_nothing_but_the_invoice():
    notice = decide(account(), terms(), after_due(10)).notice
    assert (notice.total_minor, notice.claimed_minor, notice.remarks) == (1000_00, 0, ())
    assert notice.pay_by == after_due(17)


def test_a_notice_claims_interest_and_the_lump_sum_and_no_fee_beside_it():
    """1,000.00 at 1.27 + 9 = 10.27 % for 24 days: 1,000 x .1027 x 24 / 365 = 6.7529."""
    notice = decide(account(claim(level=1)), terms(), after_due(24)).notice
    (line,) = notice.lines
    assert (line.interest_minor, line.lump_sum_minor, line.fee_minor) == (6_75, 40_00, 0)
    assert notice.total_minor == 1000_00 + 6_75 + 40_00
    assert notice.remarks == ("No fee of 2.50 EUR: the lump sum counts against it.",)


def test_the_lump_sum_is_claimed_once_and_asked_for_again():
    """The final notice: 38 days of interest, 1,000 x .1027 x 38 / 365 = 10.6921; the 40.00 came before."""
    before = claim(level=2, claimed_minor=40_00, has_lump_sum=True)
    notice = decide(account(before), terms(), after_due(38)).notice
    (line,) = notice.lines
    assert (line.interest_minor, line.lump_sum_minor, line.earlier_minor) == (10_69, 0, 40_00)
    assert notice.total_minor == 1000_00 + 10_69 + 40_00


def test_the_lump_sum_is_lowered_by_fees_claimed_before():
    before = claim(level=1, claimed_minor=5_00, fees_minor=5_00)
    (line,) = decide(account(before), terms(), after_due(24)).notice.lines
    assert (line.lump_sum_minor, line.earlier_minor) == (35_00, 5_00)


def test_without_a_lump_sum_the_fee_stands_once_a_letter():
    levels = (Level(tone="notice", days=5, fee_minor=2_50),)
    notice = decide(account(claim("R-1"), claim("R-2")), terms(levels=levels), after_due(10)).notice
    assert [each.fee_minor for each in notice.lines] == [2_50, 0]
    assert notice.total_minor == 2002_50


@pytest.mark.parametrize(("currency", "total"), [("JPY", 100_000), ("BHD", 1_000_000)])
def test_other_currencies_pay_interest_but_neither_fee_nor_lump_sum(currency, total):
    """100,000 JPY and 1,000.000 BHD at 10.27 % for 24 days: 675.29 yen -> 675, 6.7529 dinars -> 6.753."""
    notice = decide(account(claim(level=1, total=total), currency=currency), terms(), after_due(24)).notice
    assert notice.claimed_minor == {"JPY": 675, "BHD": 6_753}[currency]
    assert notice.remarks == (
        f"No lump sum: it is set in EUR, the invoices are in {currency}.",
        f"No fee: it is set in EUR, the invoices are in {currency}.",
    )


def test_what_the_law_of_a_country_says_is_not_made_up():
    notice = decide(account(claim(level=1)), terms("GB"), after_due(24)).notice
    assert notice.claimed_minor == 2_50
    assert notice.remarks == (
        "No interest: the law of GB is not known here; set dunning.interest to fixed.",
        "No lump sum: the law of GB is not known here.",
    )


def test_a_day_without_a_known_base_rate_bears_no_interest_and_the_letter_says_so():
    """1 February to 30 June 2026 are 150 days: 1,000 x .1027 x 150 / 365 = 42.2055."""
    notice = decide(account(claim(level=1)), terms(), after_due(200)).notice
    assert notice.lines[0].interest_minor == 42_21
    assert any("up to 2026-06-30 only" in each for each in notice.remarks)


def test_one_letter_lists_all_that_is_overdue_at_its_highest_level():
    claims = (
        claim("R-1", level=1),
        claim("R-2", 50_00, due_date=after_due(14)),
        claim("R-3", 70_00, due_date=after_due(23)),
        claim("R-4", 90_00, due_date=after_due(24)),
    )
    decision = decide(account(*claims), terms(), after_due(24))
    assert [(each.number, each.level) for each in decision.notice.lines] == [
        ("R-1", 2),
        ("R-2", 1),
        ("R-3", None),
    ]
    assert decision.notice.level == 2
    assert [each.interest_minor for each in decision.notice.lines] == [6_75, 0, 0]
    assert held(decision) == [("R-3", "not_yet")]


def test_no_two_letters_within_the_days_between():
    sent = account(claim(level=1), last_letter_on=after_due(20))
    assert decide(sent, terms(), after_due(29)).notice is None
    assert decide(sent, terms(), after_due(30)).notice.level == 2


PROMISED = Promise(after_due(40), 1000_00, 1000_00)


def test_an_open_promise_holds_its_invoice_back_and_no_other():
    decision = decide(account(claim("R-1", promise=PROMISED), claim("R-2")), terms(), after_due(20))
    assert [each.number for each in decision.notice.lines] == ["R-2"]
    assert held(decision) == [("R-1", "promised")]


@pytest.mark.parametrize(
    ("changes", "days", "state"),
    [
        ((), 40, "open"),
        ((), 43, "open"),
        ((), 44, "broken"),
        (((after_due(40), 1000_00),), 44, "kept"),
        (((after_due(41), 1000_00),), 44, "broken"),
        (((after_due(30), 999_99),), 44, "broken"),
    ],
)
def test_a_promise_is_kept_by_money_of_its_day_at_the_latest(changes, days, state):
    """Three days of grace: money of day 40 may show on day 43."""
    assert promise_state(PROMISED, 1000_00, changes, after_due(days), 3) == state


def test_a_broken_promise_brings_the_next_level_at_once():
    """Day 12 would be too early for level 2, which comes on day 24."""
    promise = Promise(after_due(8), 1000_00, 1000_00)
    broken = account(claim(level=1, promise=promise), last_letter_on=after_due(1))
    assert decide(broken, terms(), after_due(11)).notice is None
    assert decide(broken, terms(), after_due(12)).notice.level == 2


def test_the_level_after_that_has_its_own_day_again():
    """Level 2 left on day 12 for the broken promise; level 3 comes on day 38, not ten days later."""
    promise = Promise(after_due(8), 1000_00, 1000_00)
    sent = claim(level=2, sent_on=after_due(12), promise=promise)
    followed = account(sent, last_letter_on=after_due(12))
    assert decide(followed, terms(), after_due(37)).notice is None
    assert decide(followed, terms(), after_due(38)).notice.level == 3


@pytest.mark.parametrize(
    ("changes", "of_claim", "code"),
    [
        ({"stop": Stop("in dispute")}, {}, "stopped"),
        ({"waiting_minor": 1}, {}, "payment_waiting"),
        ({"credit_minor": 1000_00}, {}, "credit_covers"),
        ({"has_address": False}, {}, "no_address"),
        ({"credit_minor": 995_01}, {}, "below_minimum"),
        ({}, {"is_charged_back": True}, "charged_back"),
        ({}, {"due_date": DUE - timedelta(days=1200)}, "too_old"),
        ({}, {"level": 3}, "all_levels_sent"),
    ],
)
def test_says_why_no_letter_leaves(changes, of_claim, code):
    decision = decide(account(claim(**of_claim), **changes), terms(), after_due(30))
    assert decision.notice is None
    assert [each.code for each in decision.held] == [code]


def test_credit_notes_are_taken_off():
    notice = decide(account(credit_minor=300_00), terms(), after_due(10)).notice
    assert notice.total_minor == 700_00


@pytest.mark.parametrize("levels", [[], [{"tone": "notice", "days": 9}, {"tone": "final", "days": 9}]])
def test_levels_rise_and_there_is_one(levels):
    with pytest.raises(ValueError, match="level"):
        Dunning(levels=levels)


CLAIMS = st.builds(
    lambda no, total, paid, days, level, back, promised: claim(
        f"R-{no}",
        total,
        changes=((after_due(-days), total * paid // 4),) if paid else (),
        due_date=after_due(-days),
        level=level,
        is_charged_back=back,
        promise=Promise(after_due(promised), total, total) if promised else None,
    ),
    st.integers(1, 10**6),
    st.integers(4, 10**7),
    st.integers(0, 4),
    st.integers(-5, 2000),
    st.integers(0, 4),
    st.booleans(),
    st.sampled_from([0, -30, 30]),
)


@settings(deadline=None)  # a busy machine
@given(
    claims=st.lists(CLAIMS, min_size=1, max_size=6, unique_by=lambda each: each.number),
    waiting=st.sampled_from([0, 0, 5]),
    credit=st.sampled_from([0, 0, 10**4]),
    days=st.integers(-10, 60),
)
def test_never_duns_what_is_paid_held_or_has_had_its_level(claims, waiting, credit, days):
    decision = decide(account(*claims, waiting_minor=waiting, credit_minor=credit), terms(), after_due(days))
    notice = decision.notice
    if notice is None:
        return
    by_number = {each.number: each for each in claims}
    assert not waiting
    assert notice.total_minor == notice.open_minor + notice.claimed_minor - credit > 0
    assert notice.level == max(each.level or 0 for each in notice.lines)
    for line in notice.lines:
        known = by_number[line.number]
        assert line.open_minor == known.open_minor > 0
        assert known.due_date < after_due(days)
        assert not known.is_charged_back
        assert line.level in {None, known.level + 1}
        assert (line.level or 0) <= 3
        assert line.fee_minor >= 0
        assert line.lump_sum_minor <= 40_00


@settings(deadline=None)  # a busy machine
@given(total=st.integers(500, 10**8), paid_on=st.none() | st.integers(1, 60))
def test_sixty_days_of_rounds_send_each_level_once_and_stop_with_the_money(total, paid_on):
    """Every day a round; what is sent is a fact of the next."""
    seen = []
    known, last = claim(total=total), None
    for day in range(1, 61):
        if day == paid_on:
            known = known._replace(open_minor=0, changes=((after_due(day), total),))
        notice = decide(account(known, last_letter_on=last), terms(), after_due(day)).notice
        if notice is not None:
            seen.append((day, notice.level))
            known, last = known._replace(level=notice.level), after_due(day)
    assert seen == [
        (day, level) for day, level in ((10, 1), (24, 2), (38, 3)) if paid_on is None or day < paid_on
    ]

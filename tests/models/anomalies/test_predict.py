"""Alerts as of a day: which, in what order, why; and what they are when there is little past."""

from datetime import date

import pandas as pd
import pytest

from fakturo.policy import KINDS
from models.anomalies.features import features
from models.anomalies.injecting import inject
from models.anomalies.predict import find_anomalies
from models.anomalies.scoring import learn_score
from models.anomalies.verdicts import Verdict, learn
from tests.models.anomalies.made_documents import made

LIMITS = (150.0,)
AS_OF = date(2026, 9, 4)


@pytest.fixture(scope="module")
def odd():
    documents, lines = made(700)
    late = documents["created_at"] >= pd.Timestamp("2026-08-08")
    return inject(documents, lines, 3, 0.3, eligible=late, limits=LIMITS)


@pytest.fixture(scope="module")
def run(odd):
    return find_anomalies(odd.documents, odd.lines, AS_OF, limits=LIMITS)


@pytest.mark.parametrize("count", [1, 20])
def test_with_few_documents_the_rules_that_need_no_past_still_speak(count):
    documents, lines = made(count)
    documents.loc[count - 1, "tax"] += 5
    run = find_anomalies(documents, lines, date(2026, 1, 20))
    assert [each.subject_id for each in run.predictions] == [f"i{count - 1:05d}"]
    assert run.predictions[0].reasons[0].startswith("high, tax does not fit: The tax is ")
    assert (run.state, run.confidence) == ("ok", "low")
    assert "by the policy rules alone: a learned score needs 500 earlier documents" in run.message


def test_with_no_document_it_says_so():
    documents, lines = made(5)
    run = find_anomalies(documents, lines, date(2025, 12, 31))
    assert (run.state, run.predictions) == ("not_enough_data", ())
    assert run.message == "There is no document up to 2025-12-31."


def test_alerts_are_ranked_and_name_the_likeliest_kind_first(odd, run):
    words = {
        "duplicate": "repeated",
        "new_bank_account": "new bank account",
        "unusual_hour": "unusual hour",
    }
    assert [each.rank for each in run.predictions] == list(range(1, len(run.predictions) + 1))
    middles = [each.middle for each in run.predictions]
    assert middles == sorted(middles, reverse=True)
    assert all(0 < each <= 1 for each in middles)
    made_odd = odd.kinds.dropna()
    alerted = {each.subject_id: each.reasons for each in run.predictions}
    assert made_odd.index.isin(alerted.keys()).mean() >= 0.9
    for document_id, kind in made_odd.items():
        if kind in words and document_id in alerted:
            assert f", {words[kind]}: " in " ".join(alerted[document_id])


def test_the_run_says_what_it_was_worth(run):
    assert run.trained_rows > 500
    assert run.confidence == "usual"
    assert 0 < run.scores["average_precision"] <= 1
    assert "the score was learned from" in run.message


def test_what_comes_after_the_day_does_not_matter(odd, run):
    later = odd.documents.assign(
        document_id="later-" + odd.documents["document_id"],
        created_at=odd.documents["created_at"] + pd.Timedelta(days=365),
    )
    lines = odd.lines.assign(document_id="later-" + odd.lines["document_id"])
    again = find_anomalies(
        pd.concat([odd.documents, later]), pd.concat([odd.lines, lines]), AS_OF, limits=LIMITS
    )
    assert again == run


def test_a_dismissed_rule_counts_for_less_at_once(odd, run):
    nights = [
        each for each in run.predictions if len(each.reasons) == 1 and "unusual hour" in each.reasons[0]
    ]
    verdicts = [Verdict(f"elsewhere-{place}", confirmed=False, kind="unusual_hour") for place in range(20)]
    again = find_anomalies(odd.documents, odd.lines, AS_OF, limits=LIMITS, verdicts=verdicts)
    scores = {each.subject_id: each.middle for each in again.predictions}
    assert nights
    assert all(scores[each.subject_id] < each.middle for each in nights)


def test_documents_like_the_dismissed_ones_get_a_lower_score():
    documents, lines = made(1500)
    odd = inject(documents, lines, 9, 0.25, limits=LIMITS)
    found = features(odd.documents, odd.lines, LIMITS)
    ids = found.documents["document_id"]
    nights = odd.kinds.reindex(ids).eq("unusual_hour").to_numpy()
    judged = ids[nights].iloc[:40]
    lesson = learn([Verdict(each, confirmed=False, kind="unusual_hour") for each in judged], ids)
    untaught = learn_score(documents, lines, LIMITS, 1)
    taught = learn_score(documents, lines, LIMITS, 1, (found, lesson))
    others = nights & ~ids.isin(judged).to_numpy()
    assert others.any()
    assert taught.score(found.columns)[others].mean() < untaught.score(found.columns)[others].mean() / 2


def test_a_rule_is_trusted_by_its_verdicts():
    """Five confirmed are assumed: one of five dismissed makes 9 of 10, ten dismissed 5 of 15."""
    verdicts = [Verdict(f"a{place}", confirmed=place > 0, kind="duplicate") for place in range(5)]
    verdicts += [Verdict(f"b{place}", confirmed=False, kind="ten_times") for place in range(10)]
    lesson = learn(verdicts, pd.Series(["a0", "a1", "c"]))
    assert lesson.trust["duplicate"] == pytest.approx(0.9)
    assert lesson.trust["ten_times"] == pytest.approx(1 / 3)
    assert lesson.trust["swapped"] == 1
    assert not len(lesson.rows)
    assert set(lesson.trust) == set(KINDS)


def test_enough_verdicts_become_labels_and_the_last_one_on_a_document_counts():
    verdicts = [Verdict(f"a{place}", confirmed=True, kind="swapped") for place in range(30)]
    verdicts.append(Verdict("a3", confirmed=False, kind="swapped"))
    lesson = learn(verdicts, pd.Series([f"a{place}" for place in range(40)]))
    assert list(lesson.rows) == list(range(30))
    assert lesson.kinds.iloc[3] is None
    assert lesson.kinds.drop(3).eq("swapped").all()

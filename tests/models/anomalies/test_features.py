"""What a document is compared with happened before it, and the rules agree with those of the core."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakturo.policy import KINDS
from models.anomalies.before import Before
from models.anomalies.features import features
from models.anomalies.injecting import inject
from models.anomalies.records import suspicions_of
from tests.models.anomalies.made_documents import made

LIMITS = (150.0,)


def values_by_id(documents, lines):
    found = features(documents, lines, LIMITS)
    return found.columns.set_index(found.documents["document_id"])


def test_a_median_of_earlier_documents_leaves_out_the_own_one():
    before = Before(np.array([0, 0, 1, 0, 0]), np.array([0, 1, 1, 2, 2]))
    values = np.array([2.0, 6.0, 50.0, 100.0, 4.0])
    np.testing.assert_array_equal(before.median(values, 10), [np.nan, 2, np.nan, 4, 4])
    np.testing.assert_array_equal(before.highest(values), [np.nan, 2, np.nan, 6, 6])
    np.testing.assert_array_equal(before.count(), [0, 1, 0, 2, 2])
    np.testing.assert_array_equal(before.documents(), [0, 1, 0, 2, 2])
    np.testing.assert_array_equal(before.total(values), [0, 2, 0, 8, 8])
    np.testing.assert_array_equal(before.last(values), [np.nan, 2, np.nan, 6, 6])


def test_rows_without_a_group_have_no_past():
    before = Before(np.array([-1, -1]), np.array([0, 1]))
    assert np.isnan(before.median(np.array([1.0, 2.0]), 5)).all()
    np.testing.assert_array_equal(before.count(), [0, 0])


@settings(max_examples=10, deadline=None)
@given(st.integers(20, 300), st.integers(0, 1000))
def test_later_documents_change_no_feature(cut, seed):
    documents, lines = made(320)
    odd = inject(documents, lines, seed, 0.2, limits=LIMITS)
    day = odd.documents["created_at"].iloc[cut]
    earlier = odd.documents[odd.documents["created_at"] < day]
    few = values_by_id(earlier, odd.lines[odd.lines["document_id"].isin(earlier["document_id"])])
    whole = values_by_id(odd.documents, odd.lines)
    pd.testing.assert_frame_equal(whole.loc[few.index], few)


def test_the_order_of_the_rows_does_not_matter():
    documents, lines = made(120)
    mixed = values_by_id(documents.sample(frac=1, random_state=3), lines.sample(frac=1, random_state=4))
    pd.testing.assert_frame_equal(mixed, values_by_id(documents, lines))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_many_at_once_the_rules_say_what_they_say_of_each(seed):
    documents, lines = made(500, seed)
    odd = inject(documents, lines, seed, 0.3, limits=LIMITS)
    found = features(odd.documents, odd.lines, LIMITS)
    at_once = [
        {kind for kind in KINDS if found.rules[kind].iloc[row] >= 1} for row in range(len(found.documents))
    ]
    one_by_one = [
        {each.code for each in suspicions_of(found, row, LIMITS)} for row in range(len(found.documents))
    ]
    assert at_once == one_by_one
    assert len(set().union(*at_once)) >= 6


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_that_is_put_in_is_found_by_its_rule(kind):
    documents, lines = made(1500)
    late = documents["created_at"] >= documents["created_at"].iloc[400]
    odd = inject(documents, lines, 5, 0.03, eligible=late, limits=LIMITS)
    found = features(odd.documents, odd.lines, LIMITS)
    kinds = odd.kinds.reindex(found.documents["document_id"]).to_numpy(dtype=object)
    held = found.rules[kind].to_numpy() >= 1
    assert held[kinds == kind].mean() >= 0.5
    assert held[pd.isna(kinds)].mean() <= 0.02


def test_without_lines_and_customers_nothing_breaks():
    documents, lines = made(30)
    documents["customer_id"] = None
    found = features(documents, lines.iloc[:0], LIMITS)
    assert len(found.columns) == 30
    assert (found.rules.to_numpy() < 1).all()

"""A stored model is read back only if it is what was stored and holds nothing that could run."""

import json
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
import skops.io
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from fakturo.prediction import ModelRun
from models.registry import KEPT, NotTrusted, list_stored, load, store

NOON = datetime(2026, 5, 10, 12, tzinfo=UTC)
RUN = ModelRun("churn", "test.1", date(2026, 5, 9), "ok", "Done.", scores={"auc": 0.75}, trained_rows=200)


@pytest.fixture(scope="module")
def estimators():
    chance = np.random.default_rng(1)
    features = chance.normal(size=(200, 3))
    outcome = (features[:, 0] + chance.normal(size=200) > 0).astype(float)
    made = {"logistic": LogisticRegression(), "boosting": HistGradientBoostingClassifier(max_iter=5)}
    return {name: each.fit(features, outcome) for name, each in made.items()} | {"mbg": {"r": 0.5}}


def test_what_is_stored_predicts_the_same_when_read_back(tmp_path, estimators):
    digest = store(tmp_path, estimators, RUN, made_at=NOON)
    read = load(tmp_path, "churn", digest)
    sample = np.random.default_rng(2).normal(size=(20, 3))
    for name in ("logistic", "boosting"):
        assert (read[name].predict_proba(sample) == estimators[name].predict_proba(sample)).all()
    assert read["mbg"] == {"r": 0.5}
    (kept,) = list_stored(tmp_path, "churn")
    assert (kept.sha256, kept.metadata["scores"], kept.metadata["as_of"]) == (
        digest,
        {"auc": 0.75},
        "2026-05-09",
    )


@pytest.mark.parametrize("change", ["a byte", "cut off"])
def test_a_changed_file_is_refused(tmp_path, estimators, change):
    digest = store(tmp_path, estimators, RUN, made_at=NOON)
    file = tmp_path / "churn" / f"{digest}.skops"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content if change == "a byte" else content[:1000])
    with pytest.raises(NotTrusted, match="was changed since it was written"):
        load(tmp_path, "churn", digest)


class Foreign:
    """A type that nobody has said may be read."""


def test_a_type_that_is_not_on_the_list_is_refused(tmp_path):
    digest = store(tmp_path, {"odd": Foreign()}, RUN, made_at=NOON)
    with pytest.raises(NotTrusted, match="which is not trusted"):
        load(tmp_path, "churn", digest)


def test_another_version_of_the_library_is_refused(tmp_path, estimators):
    digest = store(tmp_path, estimators, RUN, made_at=NOON)
    file = tmp_path / "churn" / f"{digest}.json"
    metadata = json.loads(file.read_text())
    metadata["libraries"]["scikit-learn"] = "1.2.3"
    file.write_text(json.dumps(metadata))
    with pytest.raises(NotTrusted, match=r"written by scikit-learn 1\.2\.3, here is"):
        load(tmp_path, "churn", digest)


def test_what_was_killed_half_way_is_no_model(tmp_path, estimators):
    digest = store(tmp_path, estimators, RUN, made_at=NOON)
    (tmp_path / "churn" / f"{digest}.json").unlink()  # killed between the two files
    (tmp_path / "churn" / f"{'0' * 64}.skops.99.unfinished").write_bytes(b"half")
    assert list_stored(tmp_path, "churn") == []
    with pytest.raises(NotTrusted, match="There is no stored model churn"):
        load(tmp_path, "churn", digest)
    assert load(tmp_path, "churn", store(tmp_path, estimators, RUN, made_at=NOON))


def test_the_latest_models_stay(tmp_path):
    for number in range(KEPT + 2):
        store(tmp_path, {"r": float(number)}, RUN, made_at=NOON + timedelta(days=number))
    kept = [load(tmp_path, "churn", each.sha256)["r"] for each in list_stored(tmp_path, "churn")]
    assert kept == [2.0, 3.0, 4.0, 5.0, 6.0]
    assert len(list((tmp_path / "churn").iterdir())) == 2 * KEPT


def test_nothing_is_pickled(tmp_path):
    assert skops.io.get_untrusted_types(data=skops.io.dumps({"r": 1.0})) == []

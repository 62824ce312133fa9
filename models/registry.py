"""Keep fitted models: skops files, the list of types that may be read, hashes, and what they were worth.

    folder/<model>/<sha256>.skops    the estimators; the name is the hash of the bytes
    folder/<model>/<sha256>.json     when, of which data, versions, scores; written last: else there is none

Never pickle or joblib: a file that is read must not be a program.
"""

import hashlib
import json
import os
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from fakturo.errors import FakturoError
from fakturo.prediction import ModelRun

TRUSTED = ("sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",)
"""Types beside those that skops knows as harmless; a file with any other is refused."""
KEPT = 5
"""Latest models of a kind that stay; the newest is the one in use."""


class NotTrusted(FakturoError):
    """A stored model is not what was stored, or holds what must not be read."""


class Stored(NamedTuple):
    """A model in the folder."""

    sha256: str
    metadata: dict[str, Any]


def store(folder: Path, estimators: dict[str, Any], run: ModelRun, *, made_at: datetime) -> str:
    """Write a model; its SHA-256.

    Args:
        estimators: name -> scikit-learn estimator, or numbers that a formula needs.
    """
    import skops.io

    content = skops.io.dumps(estimators)
    digest = hashlib.sha256(content).hexdigest()
    place = folder / run.model
    place.mkdir(parents=True, exist_ok=True)
    metadata = {
        "model": run.model,
        "version": run.version,
        "as_of": run.as_of.isoformat(),
        "window_first": run.window_first.isoformat() if run.window_first else None,
        "trained_rows": run.trained_rows,
        "features_sha256": run.features_sha256,
        "scores": dict(run.scores),
        "libraries": {name: version(name) for name in ("scikit-learn", "numpy", "skops")},
        "made_at": made_at.isoformat(),
    }
    _write(place / f"{digest}.skops", content)
    _write(place / f"{digest}.json", json.dumps(metadata, indent=2).encode())
    for old in list_stored(folder, run.model)[:-KEPT]:
        (place / f"{old.sha256}.json").unlink(missing_ok=True)  # first: a file without it is no model
        (place / f"{old.sha256}.skops").unlink(missing_ok=True)
    return digest


def list_stored(folder: Path, model: str) -> list[Stored]:
    """Models of a kind, oldest first; what a killed process left half is none."""
    found = [
        Stored(path.stem, json.loads(path.read_text()))
        for path in (folder / model).glob("*.json")
        if path.with_suffix(".skops").exists()
    ]
    return sorted(found, key=lambda each: (each.metadata["made_at"], each.sha256))


def load(folder: Path, model: str, sha256: str) -> dict[str, Any]:
    """Read a model back.

    Raises:
        NotTrusted: it is missing, its bytes are not those that were stored, it holds another type than the
            trusted ones, or another minor version of scikit-learn wrote it.
    """
    import skops.io

    path = folder / model / f"{sha256}.skops"
    again = "Run `fakturo predict` to train anew."
    if not path.exists() or not path.with_suffix(".json").exists():
        raise NotTrusted(f"There is no stored model {model} {sha256[:12]} in {folder}. {again}")
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise NotTrusted(f"The stored model {path} was changed since it was written. {again}")
    wrote = json.loads(path.with_suffix(".json").read_text())["libraries"]["scikit-learn"]
    if wrote.split(".")[:2] != version("scikit-learn").split(".")[:2]:
        raise NotTrusted(
            f"The stored model {path} was written by scikit-learn {wrote}, "
            f"here is {version('scikit-learn')}. {again}"
        )
    unknown = sorted(set(skops.io.get_untrusted_types(data=content)) - set(TRUSTED))
    if unknown:
        raise NotTrusted(f"The stored model {path} holds {unknown[0]}, which is not trusted. {again}")
    found: dict[str, Any] = skops.io.loads(content, trusted=list(TRUSTED))
    return found


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all, whatever is killed meanwhile; two writers of one name write the same."""
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.unfinished")
    with unfinished.open("wb") as target:
        target.write(content)
        target.flush()
        os.fsync(target.fileno())
    unfinished.replace(path)

"""`python -m bench.models.anomalies [--data FOLDER] [--seed N]`: oddities in real documents, real frauds.

Documents are those of Online Retail with tax, bank accounts and limits made up (bench/models/injected.py).
"""

import argparse
import resource
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

from bench.models.injected import LIMITS, retail
from fakturo.policy import KIND_WORDS, KINDS
from models.anomalies.backtest import Backtest, average_precision, backtest
from models.anomalies.features import Features
from models.anomalies.outliers import learn_outliers, outlier_measures
from models.anomalies.scoring import learn_score

DATA = Path(__file__).parents[3] / "shared" / "data"
SEEDS = 3
MEASURED_DAYS = 120
"""The newest of the data; what is older is learned from."""
REPORT_COLUMNS = {"group": "Prod", "quantity": "Quant", "amount": "Val"}


def measure(data: Path, seed: int) -> Iterable[Table]:
    """Every table; what is not there is left out."""
    documents = next(iter(sorted((data / "online_retail").glob("*.parquet"))), None)
    if documents is not None:
        yield from _documents(documents, seed)
    reports = next(iter(sorted((data / "anomalies").glob("dmwr*.parquet"))), None)
    if reports is not None:
        yield _reports(reports, seed)


def _documents(file: Path, seed: int) -> Iterable[Table]:
    documents, lines = retail(file)
    cut = documents["created_at"].max().normalize() - pd.Timedelta(days=MEASURED_DAYS)
    past = documents[documents["created_at"] < cut]
    found: list[Backtest] = []
    isolated, seconds = [], []
    for each in range(SEEDS):
        began = time.process_time()
        own = 1_000 * seed + 2 * each
        learned = learn_score(past, lines[lines["document_id"].isin(set(past["document_id"]))], LIMITS, own)
        if learned is None:
            return
        figures, features, odd = backtest(documents, lines, cut, learned, own + 1, LIMITS)
        seconds.append(time.process_time() - began)
        found.append(figures)
        isolated.append(_isolation(features, odd, own))
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    title = (
        f"{found[0].odd} odd among the documents of {MEASURED_DAYS} days, learned from {len(past):,} before; "
        f"{np.mean(seconds):.0f} CPU s, {peak_mb:,.0f} MB"
    )
    table = _table(title, "figure", "mean", "worst", "wanted")
    for name, values, wanted in (
        ("average precision", [each.average_precision for each in found], ""),
        ("... beside IsolationForest on raw fields", _ratios(found, isolated), "12x"),
        (
            "... beside the rules alone, the strongest counts",
            _ratios(found, [each.average_precision_rules for each in found]),
            "1.3x",
        ),
        ("precision of the first 50", [each.precision_at_50 for each in found], ".75"),
        ("recall in the first 5 %", [each.recall_at_5_pct for each in found], ".80"),
        ("first reason right", [each.first_reason_right for each in found], ".88"),
    ):
        table.add_row(name, f"{np.mean(values):.3f}", f"{min(values):.3f}", wanted)
    shares = [each.alerts for each in found]
    table.add_row("documents that alert", f"{np.mean(shares):.3f}", f"{max(shares):.3f}", "")
    yield table
    kinds = _table("Recall of each kind, by an alert", "kind", "mean", "worst", "wanted")
    for kind in KINDS:
        recalls = [each.recalls[kind] for each in found]
        kinds.add_row(KIND_WORDS[kind], f"{np.mean(recalls):.3f}", f"{min(recalls):.3f}", ".95")
    yield kinds


def _ratios(found: Sequence[Backtest], beside: Sequence[float]) -> list[float]:
    return [each.average_precision / other for each, other in zip(found, beside, strict=True)]


def _isolation(features: Features, odd: np.ndarray, seed: int) -> float:
    """Average precision of an IsolationForest on the fields of a document as they are."""
    from sklearn.ensemble import IsolationForest

    after = np.isfinite(odd)
    heads, lines = features.documents, features.lines.groupby("moment")
    raw = pd.DataFrame(
        {
            "net": heads["net"],
            "tax": heads["tax"],
            "total": heads["total"],
            "hour": heads["created_at"].dt.hour,
            "weekday": heads["created_at"].dt.dayofweek,
            "lines": lines.size(),
            "quantity": lines["quantity"].sum(),
            "price": lines["unit_price"].mean(),
        }
    )
    forest = IsolationForest(n_estimators=200, random_state=seed).fit(raw[~after])
    return average_precision(odd[after].astype(bool), -forest.score_samples(raw[after]))


def _reports(file: Path, seed: int) -> Table:
    reports = pd.read_parquet(file)
    began = time.process_time()
    measures = outlier_measures(reports, **REPORT_COLUMNS)
    known = (reports["Insp"] != "unkn").to_numpy()
    odd = (reports["Insp"] == "fraud").to_numpy()
    rows = np.flatnonzero(known)
    unaided = average_precision(odd[known], measures["score"].to_numpy()[known])
    halves = []
    for each in range(SEEDS):
        chosen = np.random.default_rng(1_000 * seed + each).random(len(rows)) < 0.5
        halves += [
            _held_out(measures, odd, rows[chosen], rows[~chosen], seed),
            _held_out(measures, odd, rows[~chosen], rows[chosen], seed),
        ]
    middle = len(rows) // 2
    later = _held_out(measures, odd, rows[:middle], rows[middle:], seed)
    seconds = time.process_time() - began
    title = (
        f"{len(reports):,} sales reports (DMwR), average precision on {len(rows):,} labelled; "
        f"{seconds:.0f} CPU s"
    )
    table = _table(title, "score", "mean", "worst", "wanted")
    table.add_row("without labels", f"{unaided:.3f}", f"{unaided:.3f}", ".76")
    table.add_row(
        "with feedback on the other random half", f"{np.mean(halves):.3f}", f"{min(halves):.3f}", ".90"
    )
    table.add_row("with feedback on the earlier half", f"{later:.3f}", f"{later:.3f}", ".90")
    return table


def _held_out(
    measures: pd.DataFrame, odd: np.ndarray, learned: np.ndarray, tested: np.ndarray, seed: int
) -> float:
    labels = pd.Series(np.nan, index=measures.index)
    labels.iloc[learned] = odd[learned].astype(float)
    scores = learn_outliers(measures, labels, seed)
    return average_precision(odd[tested], scores[tested])


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column, justify="left" if column == columns[0] else "right")
    return table


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    console = Console(width=120)
    for table in measure(asked.data, asked.seed):
        console.print(table)


if __name__ == "__main__":
    main()

"""Series of the M3 and M4 competitions, beside the published methods.

OWA is the M4 competition's: the mean of sMAPE and MASE, each beside Naive2's. The data holds half of the
tests, the published rows are about all of them.
Source: Makridakis, Spiliotis and Assimakopoulos, "The M4 Competition", International Journal of Forecasting
36, 2020; sMAPE, MASE and the seasonality test as in the competition's benchmark code.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from rich.table import Table

from models.revenue.series import forecast_series

SEASONALITY_90 = 1.645
"""Standard errors that the autocorrelation at the season must be away from 0."""


@dataclass(frozen=True)
class Series:
    """A kind of series, and what a forecast of it should reach."""

    file: str
    season: int
    """Values in a season, for the forecast."""
    scaled_by: int
    """Season of Naive2 and of MASE in the competition's rules: weeks have none."""
    horizon: int
    owa_target: float


KINDS = {
    "M3 monthly": Series("m3_monthly_train_halftest.parquet", 12, 12, 18, 0.84),
    "M4 weekly": Series("m4_weekly_train_halftest.parquet", 52, 1, 13, 0.80),
}


def measure(data: Path, sample: int | None = None, seed: int = 1) -> Iterator[Table]:
    """One table a kind of series."""
    for name, kind in KINDS.items():
        file = data / "forecast" / kind.file
        if file.exists():
            yield _table(name, kind, _scores(file, kind, sample, seed), file.parent)


def smape_pct(came: np.ndarray, made: np.ndarray) -> float:
    """Symmetric error, 0..200 %."""
    return float(np.mean(200 * np.abs(came - made) / (np.abs(came) + np.abs(made))))


def mase(past: np.ndarray, came: np.ndarray, made: np.ndarray, season: int) -> float:
    """Error beside the past's step from one season to the next."""
    return float(np.mean(np.abs(came - made)) / np.mean(np.abs(past[season:] - past[:-season])))


def naive2(past: np.ndarray, season: int, horizon: int) -> np.ndarray:
    """The last value; of a series that is seasonal at 90 %, adjusted and put back."""
    if not _is_seasonal(past, season):
        return np.full(horizon, past[-1])
    weights = np.r_[0.5, np.ones(season - 1), 0.5] / season
    level = np.convolve(past, weights, "valid")
    places = (np.arange(len(level)) + season // 2) % season
    ratios = past[season // 2 : season // 2 + len(level)] / level
    indices = np.array([ratios[places == place].mean() for place in range(season)])
    indices /= indices.mean()
    to_come = (len(past) + np.arange(horizon)) % season
    return past[-1] / indices[(len(past) - 1) % season] * indices[to_come]


def _is_seasonal(past: np.ndarray, season: int) -> bool:
    if season == 1 or len(past) < 3 * season or np.ptp(past) == 0:
        return False
    apart = past - past.mean()
    lags = [float(apart[lag:] @ apart[:-lag]) for lag in range(1, season + 1)]
    correlations = np.array(lags) / float(apart @ apart)
    before = 1 + 2 * float(np.sum(correlations[:-1] ** 2))
    return abs(correlations[-1]) > SEASONALITY_90 / np.sqrt(len(past)) * np.sqrt(before)


def _scores(file: Path, kind: Series, sample: int | None, seed: int) -> pd.DataFrame:
    """One row a series with a test: sMAPE and MASE, own and Naive2's, and CPU seconds."""
    rows = pd.read_parquet(file, columns=["series_id", "t", "y", "split"]).sort_values(["series_id", "t"])
    tests = {key: part["y"].to_numpy() for key, part in rows[rows["split"] == "test"].groupby("series_id")}
    names = sorted(tests)
    if sample is not None and sample < len(names):
        names = sorted(np.random.default_rng(seed).choice(names, sample, replace=False))
    pasts = rows[(rows["split"] == "train") & rows["series_id"].isin(names)].groupby("series_id")["y"]
    found = []
    for name, values in pasts:
        past, came = values.to_numpy(dtype=float), tests[name]
        started = time.process_time()
        made = forecast_series(past, kind.season, kind.horizon)
        took_s = time.process_time() - started
        plain = naive2(past, kind.scaled_by, kind.horizon)
        errors = [
            each
            for guess in (made, plain)
            for each in (smape_pct(came, guess), mase(past, came, guess, kind.scaled_by))
        ]
        found.append([*errors, took_s])
    return pd.DataFrame(found, columns=["smape", "mase", "smape_naive2", "mase_naive2", "took_s"])


def _table(name: str, kind: Series, scores: pd.DataFrame, folder: Path) -> Table:
    means = scores.mean()
    owa = (means["smape"] / means["smape_naive2"] + means["mase"] / means["mase_naive2"]) / 2
    took_s = scores["took_s"].sum()
    table = Table(
        title=f"{name}: {len(scores)} series, {kind.horizon} ahead", title_justify="left", min_width=60
    )
    for column in ("method", "sMAPE %", "MASE", "OWA"):
        table.add_column(column, justify="left" if column == "method" else "right")
    met = "met" if owa <= kind.owa_target else "NOT met"
    table.caption = f"OWA target <= {kind.owa_target:.2f}: {met}; {took_s:.0f} CPU-s"
    table.add_row("Fakturo, these tests", f"{means['smape']:.3f}", f"{means['mase']:.3f}", f"{owa:.3f}")
    table.add_row(
        "Naive2, these tests", f"{means['smape_naive2']:.3f}", f"{means['mase_naive2']:.3f}", "1.000"
    )
    for row in _published_m3(folder) if name.startswith("M3") else _published_m4(folder):
        table.add_row(*row)
    return table


def _published_m3(folder: Path) -> Iterator[tuple[str, ...]]:
    """The five best of M3 and Naive2; only their sMAPE is published there."""
    rows = pd.read_csv(folder / "m3_published_methods_smape.csv").set_index("method")["MONTHLY"].dropna()
    for method, smape in pd.concat([rows.nsmallest(5), rows[["NAIVE2"]]]).items():
        yield f"{method}, published", f"{smape:.3f}", "", f"sMAPE {smape / rows['NAIVE2']:.3f}x"


def _published_m4(folder: Path) -> Iterator[tuple[str, ...]]:
    """The five best of M4's weeks, its winner over all kinds of series, and its benchmarks."""
    rows = pd.read_csv(folder / "m4_published_point_results.csv").dropna(subset=["OWA_Weekly"])
    shown = pd.concat(
        [rows.nsmallest(5, "OWA_Weekly"), rows[rows["method"].isin(["118", "Theta", "Naive2"])]]
    )
    for row in shown.itertuples():
        who = row.who if str(row.method).isdigit() else row.method
        yield (
            f"{who}, published",
            f"{row.sMAPE_Weekly:.3f}",
            f"{row.MASE_Weekly:.3f}",
            f"{row.OWA_Weekly:.3f}",
        )

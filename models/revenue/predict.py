"""Predict revenue of the days to come, the whole and its segments, each currency for itself, as one run."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from fakturo.prediction import ModelRun, Prediction
from fakturo.warehouse.reading import Connection
from models.revenue.backtest import Backtest
from models.revenue.chosen import OWN, PLAIN, Chosen, choose
from models.revenue.features import By, currencies, daily
from models.revenue.forecast import FOLD_EVERY_DAYS, FOLDS, Forecast
from models.revenue.middle import ENOUGH_DAYS, NotEnoughData, from_first_sale
from models.revenue.open_days import open_past, public_holidays
from models.revenue.segments import forecast_segments, told_apart

VERSION = "open_days+members+years.2"
BASELINE = "Last week's same weekday, and the mean of the last eight same weekdays."


@dataclass(frozen=True)
class _Told:
    """One currency's forecast, and what it is worth."""

    chosen: Chosen
    total: Forecast
    segments: Mapping[str, Forecast]
    past: pd.Series


def forecast_revenue(
    connection: Connection,
    as_of: date,
    horizon: int = 30,
    country: str | None = None,
    *,
    by: By = "country",
    scheduled: pd.DataFrame | None = None,
) -> ModelRun:
    """Predict daily revenue out of the published marts.

    Args:
        connection: to published marts.
        as_of: the last day that is known.
        horizon: days ahead, 1..90.
        country: ISO 3166-1 alpha-2 of the seller, for its public holidays.
        by: what segments are.
        scheduled: invoices agreed for days to come: `currency`, `known_date`, `issue_date`, `amount` (major
            units without tax).

    Returns:
        One run over all currencies. Ratios in its scores are means over them where there are several.
    """
    frames = {currency: daily(connection, as_of, currency, by) for currency in currencies(connection, as_of)}
    return forecast_frames(frames, as_of, horizon, country, by=by, scheduled=scheduled)


def forecast_frames(
    frames: Mapping[str, pd.DataFrame],
    as_of: date,
    horizon: int = 30,
    country: str | None = None,
    *,
    by: str = "country",
    scheduled: pd.DataFrame | None = None,
) -> ModelRun:
    """Predict daily revenue of frames that are already read.

    Args:
        frames: currency -> revenue, one row a calendar day up to `as_of`, one column a segment.
    """
    told: dict[str, _Told] = {}
    missing: list[str] = []
    for currency, frame in frames.items():
        agreed = None if scheduled is None else scheduled[scheduled["currency"] == currency]
        try:
            told[currency] = _told(frame, horizon, country, agreed)
        except NotEnoughData as error:
            missing.append(f"{currency}: {error}")
    if not told:
        nothing = f"Nothing was issued by {as_of:%Y-%m-%d}, so that there is no revenue to go by."
        message = " ".join(missing) or nothing
        return ModelRun("revenue", VERSION, as_of, "not_enough_data", message, "low", BASELINE)
    named = sorted(f"{currency}/{by}:{name}" for currency, each in told.items() for name in each.segments)
    is_low = any(each.total.confidence == "low" or each.chosen.worth is None for each in told.values())
    return ModelRun(
        model="revenue",
        version=VERSION,
        as_of=as_of,
        state="ok",
        message=" ".join([_sentence(told, horizon), *missing]),
        confidence="low" if is_low else "usual",
        baseline=BASELINE,
        scores=_scores(told),
        window_first=min(each.past.index[0].date() for each in told.values()),
        trained_rows=sum(len(each.past) for each in told.values()),
        features_sha256=hashlib.sha256(f"float64 a day of {', '.join(named)}".encode()).hexdigest(),
        predictions=tuple(each for currency, made in told.items() for each in _rows(currency, made, by)),
    )


def _told(frame: pd.DataFrame, horizon: int, country: str | None, agreed: pd.DataFrame | None) -> _Told:
    past = from_first_sale(frame.sum(axis=1).round(6))
    if past.empty:
        raise NotEnoughData("There was no revenue yet.")
    until = past.index[-1] + pd.Timedelta(days=horizon)
    free = public_holidays(country, past.index[0].date(), until.date())
    chosen = choose(past, horizon, free, agreed)
    total = chosen.method(past)
    before: list[tuple[pd.Timestamp, np.ndarray]] = []
    for fold in range(1, FOLDS + 1):
        known = past.iloc[: -FOLD_EVERY_DAYS * fold]
        if len(known) >= ENOUGH_DAYS and not open_past(known).empty:
            before.append((known.index[-1], chosen.method(known).middle))
    segments = told_apart(frame.loc[past.index[0] :])
    return _Told(chosen, total, forecast_segments(segments, total, before), past)


def _sentence(told: Mapping[str, _Told], horizon: int) -> str:
    days = f"Revenue of the next {horizon} days in {', '.join(told)}."
    for currency, each in told.items():
        if each.chosen.worth is None:
            days += f" {currency}: the past is too short to test the forecast on it."
        elif each.chosen.name == PLAIN:
            days += f" {currency}: the mean of the last eight same weekdays did better than the forecast in"
            days += f" {each.chosen.worth.origins} tests, so that it is shown."
        elif each.chosen.name != OWN:
            days += f" {currency}: {each.chosen.name}."
    return days


def _scores(told: Mapping[str, _Told]) -> dict[str, float]:
    """Means over the currencies; with several of them each one's own too."""
    found = {
        currency: _of(each.chosen.worth) for currency, each in told.items() if each.chosen.worth is not None
    }
    if not found:
        return {}
    names = list(next(iter(found.values())))
    scores = {name: float(np.mean([each[name] for each in found.values()])) for name in names}
    if len(found) > 1:
        scores |= {f"{name}_{key.lower()}": each[name] for key, each in found.items() for name in names}
    return scores


def _of(worth: Backtest) -> dict[str, float]:
    return {
        "error_to_last_week_ratio": worth.to_seasonal_naive,
        "error_to_weekday_mean_ratio": worth.to_weekday_mean,
        "pinball_to_last_week_ratio": worth.pinball_to_seasonal_naive,
        "cover_80_share": worth.cover_80,
        "cover_95_share": worth.cover_95,
        "total_error_share": worth.total_error,
        "origins_count": float(worth.origins),
    }


def _rows(currency: str, told: _Told, by: str) -> Iterator[Prediction]:
    yield from _days(currency, "all", told.total)
    for name, made in told.segments.items():
        yield from _days(currency, f"{by}:{name}", made)


def _days(currency: str, subject: str, made: Forecast) -> Iterator[Prediction]:
    for place, day in enumerate(made.days):
        yield Prediction(
            measure="revenue",
            subject_kind="total" if subject == "all" else "segment",
            subject_id=subject,
            middle=float(made.middle[place]),
            currency=currency,
            target_date=day.date(),
            low_80=float(made.low_80[place]),
            high_80=float(made.high_80[place]),
            low_95=float(made.low_95[place]),
            high_95=float(made.high_95[place]),
            reasons=() if made.is_open[place] else ("Closed on this day.",),
        )

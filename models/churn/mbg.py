"""MBG/NBD: purchases at a rate of the customer's own; after each, the first too, some leave for good.

Source: Batislam, Denizel and Filiztekin, "Empirical Validation and Comparison of Models for Customer Base
Analysis", IJRM, 2007; Wagner and Hoppe, "Erratum on the MBG/NBD Model", IJRM, 2008.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd

RIDGE = 0.001
"""Of the logarithms, beside a mean likelihood: holds back what little data would send to infinity."""
STARTS = ((0.5, 5.0, 1.0, 3.0), (1.0, 10.0, 0.5, 5.0))
MOST = 20_000
"""Customers that it is fitted on; with more the parameters do not change."""


class Parameters(NamedTuple):
    """Gamma(r, alpha) of the rates, Beta(a, b) of leaving; weeks."""

    r: float
    alpha: float
    a: float
    b: float


def fit(found: pd.DataFrame) -> Parameters:
    """Maximum likelihood.

    Args:
        found: of `features.customers`: repeats, recency_weeks, age_weeks.
    """
    from scipy.optimize import minimize

    sample = found if len(found) <= MOST else found.sample(MOST, random_state=7)
    arrays = (_column(sample, name) for name in ("repeats", "recency_weeks", "age_weeks"))
    repeats, recency, age = arrays

    def loss(logs: np.ndarray) -> float:
        likelihood = _log_likelihood(Parameters(*np.exp(logs)), repeats, recency, age)
        return float(-likelihood.mean() + RIDGE * (logs**2).sum())

    fits = [minimize(loss, np.log(start), method="L-BFGS-B") for start in STARTS]
    return Parameters(*(float(each) for each in np.exp(min(fits, key=lambda each: each.fun).x)))


def _log_likelihood(of: Parameters, repeats: np.ndarray, recency: np.ndarray, age: np.ndarray) -> np.ndarray:
    from scipy.special import betaln, gammaln

    rate = gammaln(of.r + repeats) - gammaln(of.r) + of.r * np.log(of.alpha) - betaln(of.a, of.b)
    alive = betaln(of.a, of.b + repeats + 1) - (of.r + repeats) * np.log(of.alpha + age)
    gone = betaln(of.a + 1, of.b + repeats) - (of.r + repeats) * np.log(of.alpha + recency)
    return np.asarray(rate + np.logaddexp(alive, gone))


def none_within(of: Parameters, found: pd.DataFrame, days: int) -> np.ndarray:
    """Probability of no purchase within so many days, shape (customers,).

    Not 1 - P(alive): who is alive may still not buy in time.
    """
    repeats, recency, age = (_column(found, name) for name in ("repeats", "recency_weeks", "age_weeks"))
    shape = of.r + repeats
    gone_to_alive = of.a / (of.b + repeats) * ((of.alpha + age) / (of.alpha + recency)) ** shape
    nothing: np.ndarray = ((of.alpha + age) / (of.alpha + age + days / 7)) ** shape
    alive = 1 / (1 + gone_to_alive)
    return np.asarray(1 - alive * (1 - nothing))


def _column(found: pd.DataFrame, name: str) -> np.ndarray:
    return np.asarray(found[name], dtype=float)

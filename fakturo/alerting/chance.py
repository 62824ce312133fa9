"""Whether fewer invoices are more than chance: two Poisson counts, compared exactly.

Given both counts' sum, the later one is binomial if the rates are equal; the exposures say with which share.
Source: Przyborowski and Wilenski, "Homogeneity of results in testing samples from Poisson series",
Biometrika 31, 1940; the one-sided test that R calls poisson.test(..., alternative = "less").
"""

from math import exp, lgamma, log


def fall_p(before: int, before_days: float, now: int, now_days: float) -> float:
    """Probability that equal rates bring so few now, or fewer.

    Args:
        before: counted in `before_days`, above 0.
        now: counted in `now_days`, above 0.

    Returns:
        0..1; falls with `now`, so a deeper drop is never less certain.
    """
    return binomial_cdf(now, before + now, now_days / (before_days + now_days))


def binomial_cdf(most: int, trials: int, share: float) -> float:
    """Probability of at most `most` successes in `trials`, each of probability `share`, 0 < share < 1."""
    if most >= trials:
        return 1.0
    if most + 1 > trials * share:  # the far tail is summed, which is the short one
        return 1.0 - _tail(trials - most - 1, trials, 1 - share)
    return _tail(most, trials, share)


def _tail(most: int, trials: int, share: float) -> float:
    """The sum from `most`, at or below the mean, down to 0; each term is smaller than the one before."""
    chosen = lgamma(trials + 1) - lgamma(most + 1) - lgamma(trials - most + 1)
    term = total = exp(chosen + most * log(share) + (trials - most) * log(1 - share))
    for successes in range(most, 0, -1):
        term *= successes * (1 - share) / ((trials - successes + 1) * share)
        total += term
        if term <= total * 1e-17:  # below the last digit of a double, or nothing from the start
            break
    return min(total, 1.0)

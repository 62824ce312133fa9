"""Whether a challenger takes the champion's place: only when it is surely better on the same cases.

Source: Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13 (percentiles); paired,
since both predict the same cases.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

SURE = 0.95
LEAST_GAIN = 0.02
"""Of the champion's loss: less than that is not worth a change that everybody sees."""
FEWEST_CASES = 500
DRAWS = 1_000
SEED = 20
WORSE_CALIBRATION = 0.01
"""Expected calibration error, or coverage error of a band, that may be lost."""


class Decision(NamedTuple):
    """What was decided, and why."""

    is_replaced: bool
    sentence: str
    p_better: float
    gain: float
    """Of the champion's loss, as a share."""


def decide(
    champion: np.ndarray,
    challenger: np.ndarray,
    *,
    champion_calibration: float = 0.0,
    challenger_calibration: float = 0.0,
    seed: int = SEED,
) -> Decision:
    """Compare losses case by case.

    Args:
        champion: loss of each case, e.g. squared error; the same cases in the same order as `challenger`.
        champion_calibration: its expected calibration error, or how far its bands miss their coverage.
    """
    cases = len(champion)
    if cases < FEWEST_CASES:
        return Decision(False, f"{cases} cases are known, {FEWEST_CASES} are needed to compare.", 0.0, 0.0)
    difference = champion - challenger
    chance = np.random.default_rng(seed)
    means = np.array([difference[chance.integers(0, cases, cases)].mean() for _ in range(DRAWS)])
    p_better = float((means > 0).mean())
    gain = float(difference.mean() / champion.mean()) if champion.mean() else 0.0
    told = f"{100 * gain:.1f} % less loss on {cases} cases, better in {100 * p_better:.0f} % of draws"
    if p_better < SURE:
        return Decision(False, f"Not surely better: {told}; {100 * SURE:.0f} % are wanted.", p_better, gain)
    if gain < LEAST_GAIN:
        little = f"Better by too little: {told}; {100 * LEAST_GAIN:.0f} % are wanted."
        return Decision(False, little, p_better, gain)
    if challenger_calibration > champion_calibration + WORSE_CALIBRATION:
        worse = f"{challenger_calibration:.3f} instead of {champion_calibration:.3f}"
        return Decision(False, f"Better, but worse calibrated ({worse}): {told}.", p_better, gain)
    return Decision(True, f"Better: {told}.", p_better, gain)


def choose(
    losses: Mapping[str, np.ndarray], champion: str | None, calibrations: Mapping[str, float]
) -> tuple[str, str]:
    """(method to use, why): the best one, unless another is in use that it does not surely beat.

    Args:
        losses: of each method, case by case; the baseline is one of them.
        champion: the method in use; None, or one that is not tried: there is none.
        calibrations: of each method, as in `decide`.
    """
    best = min(losses, key=lambda name: losses[name].mean())
    if champion is None or champion not in losses or champion == best:
        return best, ""
    found = decide(
        losses[champion],
        losses[best],
        champion_calibration=calibrations[champion],
        challenger_calibration=calibrations[best],
    )
    if found.is_replaced:
        return best, f"{best} takes the place of {champion}. {found.sentence}"
    return champion, f"{champion} stays, challenged by {best}. {found.sentence}"

"""Rows of any table whose price stands out in its group; with labels of earlier rows, learned from them too.

Without labels: the distance to the fifth nearest price of the group, on a log scale, plus a little of the
distance to the middle of the group, whose spread is drawn to that of all groups where rows are few. The whole
table as it landed is looked at, later rows too.
"""

import numpy as np
import pandas as pd

NEIGHBOURS = 5
"""On the labelled rows of DMwR average precision is .81 with 3, .82 with 5, .80 with 10; with the distance to
the middle instead .70."""
MIDDLE_SHARE = 0.25
"""Of the distance to the middle; .82 without, .83 with .1 and .25, .82 with half."""
NORMAL_QUARTILES = 1.349
"""Distance of the quartiles of a normal distribution, in standard deviations."""
SHRINK_ROWS = 30
"""Rows of a group by which its spread weighs as much as that of all groups."""
SPREAD_POWER = 0.25
"""A wide group excuses a distance, but only partly."""
UNKNOWN_AT = 0.99
"""Quantile that a row without quantity or amount gets: it cannot be checked, which is odd by itself."""
UNLABELLED_ROWS, UNLABELLED_WEIGHT = 5_000, 0.1
"""Rows that nobody looked at count a little as fine: average precision .91 to .92."""
MODELS = 3
FEWEST_LABELS = 50
FEWEST_ODD = 5


def outlier_measures(table: pd.DataFrame, group: str, quantity: str, amount: str) -> pd.DataFrame:
    """What is odd about each row's price, quantity and amount in its group.

    Args:
        group: column of the product or the like.
        quantity: column of a number, may be missing.
        amount: column of the amount for all of the quantity, may be missing.

    Returns:
        One row a row of the table; `score` is 0 and up, never missing.
    """
    names = table[group].to_numpy()
    quantities, amounts = _log(table[quantity]), _log(table[amount])
    price = amounts - quantities
    of_group = price.groupby(names)
    rows = of_group.transform("count")
    middle = of_group.transform("median")
    spread = (of_group.quantile(0.75) - of_group.quantile(0.25)) / NORMAL_QUARTILES
    usual = float(spread.median())
    own = table[group].map(spread).fillna(usual)
    spreads = np.sqrt((rows * own**2 + SHRINK_ROWS * usual**2) / (rows + SHRINK_ROWS)).clip(lower=1e-6)
    off = price - middle
    nearest = {count: _nearest(price.to_numpy(), names, count) for count in (3, NEIGHBOURS, 10)}
    alone = pd.Series(nearest[NEIGHBOURS], index=table.index).fillna(off.abs())
    score = alone + MIDDLE_SHARE * off.abs() / spreads**SPREAD_POWER
    return pd.DataFrame(
        {
            "score": score.fillna(score.quantile(UNKNOWN_AT)).fillna(0.0),
            "off": off,
            "steps": off / spreads,
            **{f"nearest_{count}": found for count, found in nearest.items()},
            "place": of_group.rank(pct=True),
            "price": price,
            "quantity": quantities,
            "amount": amounts,
            "quantity_off": quantities - quantities.groupby(names).transform("median"),
            "amount_off": amounts - amounts.groupby(names).transform("median"),
            "rows": rows,
            "spread": own,
        },
        index=table.index,
    )


def learn_outliers(measures: pd.DataFrame, labels: pd.Series, seed: int) -> np.ndarray:
    """Score every row by what was confirmed and dismissed among some.

    Args:
        measures: out of `outlier_measures`.
        labels: 1 odd, 0 fine, NaN not looked at; of the rows that may be learned from.

    Returns:
        Probability, shape (rows,); without enough labels, the rank of the unsupervised score, 0..1.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier

    known = labels.notna().to_numpy()
    odd = (labels == 1).to_numpy()
    if known.sum() < FEWEST_LABELS or odd.sum() < FEWEST_ODD or (known & ~odd).sum() < FEWEST_ODD:
        return np.asarray(measures["score"].rank(pct=True))
    random = np.random.default_rng(seed)
    others = np.flatnonzero(~known)
    others = random.choice(others, min(UNLABELLED_ROWS, len(others)), replace=False)
    rows = np.r_[np.flatnonzero(known), others]
    weights = np.r_[np.ones(int(known.sum())), np.full(len(others), UNLABELLED_WEIGHT)]
    usable = measures.loc[:, measures.iloc[rows].notna().sum() >= FEWEST_LABELS]
    found = np.zeros(len(measures))
    for model in range(MODELS):
        boosted = HistGradientBoostingClassifier(
            max_iter=120,
            learning_rate=0.06,
            max_leaf_nodes=12,
            min_samples_leaf=15,
            l2_regularization=2.0,
            early_stopping=False,
            random_state=seed + model,
        )
        boosted.fit(usable.iloc[rows], odd[rows], sample_weight=weights)
        found += boosted.predict_proba(usable)[:, 1] / MODELS
    return found


def _log(values: pd.Series) -> pd.Series:
    numbers = pd.to_numeric(values).astype(float)
    return np.log(numbers.where(numbers > 0))


def _nearest(values: np.ndarray, names: np.ndarray, count: int) -> np.ndarray:
    """Distance to the count-th nearest value of the group; NaN with fewer."""
    group = pd.factorize(names)[0]
    order = np.lexsort((values, group))
    sorted_values, sorted_group = values[order], group[order]
    steps = np.full((2 * count, len(values)), np.inf)
    for step in range(1, count + 1):
        same = sorted_group[step:] == sorted_group[:-step]
        gaps = np.where(same, sorted_values[step:] - sorted_values[:-step], np.inf)
        steps[2 * step - 2, step:] = gaps
        steps[2 * step - 1, :-step] = gaps
    reached = np.partition(np.nan_to_num(steps, nan=np.inf, posinf=np.inf), count - 1, axis=0)[count - 1]
    found = np.full(len(values), np.nan)
    found[order] = np.where(np.isfinite(reached), reached, np.nan)
    return found

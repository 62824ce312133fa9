"""Whether what comes in is still like what models were fitted on. The door to Evidently.

Its defaults call any two real months "drifted", because with enough rows every difference is significant. So
effect sizes are used (Wasserstein distance in standard deviations, Jensen-Shannon distance), with a fewest
number of rows; columns that only ever grow (ids, counters, sums so far) are left out.
"""

import os
import warnings
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from fakturo.warehouse.reading import Connection

NUMERIC, CATEGORICAL = "wasserstein", "jensenshannon"
LARGE = 0.2
"""Of both distances; a normal distribution moved by a fifth of its standard deviation has that much."""
FEWEST_ROWS = 200
DRIFTED_SHARE = 0.5
"""Of columns, from which the whole is called drifted."""
FEWEST_DISTINCT = 3
"""Values of a numeric column, below which it is a category."""


_INVOICES = """
select line_count, cast(net_amount as double) as net_amount, due_date - issue_date as terms_days,
    coalesce(cast(tax_amount / nullif(net_amount, 0) as double), 0) as tax_share,
    coalesce(customer_country, 'none') as country, currency, isodow(issue_date) as weekday
from fct_invoices
where kind = 'invoice' and issue_date > $first and issue_date <= $last
order by issued_at, invoice_id
"""


@dataclass(frozen=True)
class Drift:
    """Distances by column, and the whole in a sentence."""

    is_drifted: bool
    share: float
    """Of the columns that were compared."""
    distances: dict[str, float]
    sentence: str
    rows: tuple[int, int]
    """Of reference and current."""


def invoices(connection: Connection, first: date, last: date) -> pd.DataFrame:
    """What models see of the invoices issued after `first` and up to `last`."""
    return connection.execute(_INVOICES, {"first": first, "last": last}).df()


def watch(reference: pd.DataFrame, current: pd.DataFrame, page: Path | None = None) -> Drift:
    """Compare two frames of the same columns.

    Args:
        page: where a page with all distributions is written, self-contained; None: nowhere.
    """
    counts = (len(reference), len(current))
    if min(counts) < FEWEST_ROWS:
        said = f"{counts[0]} rows before and {counts[1]} now; {FEWEST_ROWS} of each are needed to compare."
        return Drift(False, 0.0, {}, said, counts)
    columns = [
        name for name in reference.columns if not _only_grows(pd.concat([reference[name], current[name]]))
    ]
    found = _compare(reference[columns], current[columns], page)
    drifted = sorted((name for name, value in found.items() if value >= LARGE), key=lambda name: -found[name])
    share = len(drifted) / len(found) if found else 0.0
    named = ", ".join(f"{name} ({found[name]:.2f})" for name in drifted)
    said = f"{len(drifted)} of {len(found)} columns are unlike before" + (f": {named}." if drifted else ".")
    return Drift(share >= DRIFTED_SHARE, share, found, said, counts)


def _only_grows(values: "pd.Series[Any]") -> bool:
    """Ids, counters and sums so far: each value at least the one before, and nearly all of them new."""
    return bool(
        pd.api.types.is_numeric_dtype(values)
        and values.is_monotonic_increasing
        and values.nunique() > len(values) / 2
    )


def _compare(reference: pd.DataFrame, current: pd.DataFrame, page: Path | None) -> dict[str, float]:
    os.environ.setdefault("DO_NOT_TRACK", "1")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it uses names that numpy moved, and divides by columns of one value
        return _compare_quietly(reference, current, page)


def _compare_quietly(reference: pd.DataFrame, current: pd.DataFrame, page: Path | None) -> dict[str, float]:
    from evidently import DataDefinition, Dataset, Report
    from evidently.presets import DataDriftPreset

    numeric = [
        name
        for name in reference.columns
        if pd.api.types.is_numeric_dtype(reference[name]) and reference[name].nunique() >= FEWEST_DISTINCT
    ]
    categorical = [name for name in reference.columns if name not in numeric]
    definition = DataDefinition(numerical_columns=numeric, categorical_columns=categorical)
    frames = [
        Dataset.from_pandas(frame.astype(dict.fromkeys(categorical, str)), data_definition=definition)
        for frame in (current, reference)
    ]
    preset = DataDriftPreset(
        num_method=NUMERIC,
        cat_method=CATEGORICAL,
        num_threshold=LARGE,
        cat_threshold=LARGE,
        drift_share=DRIFTED_SHARE,
    )
    snapshot = Report([preset]).run(*frames)
    if page is not None:
        page.parent.mkdir(parents=True, exist_ok=True)
        unfinished = page.with_suffix(".unfinished")
        snapshot.save_html(str(unfinished))
        unfinished.replace(page)
    return {
        each["config"]["column"]: float(each["value"])
        for each in snapshot.dict()["metrics"]
        if "column" in each.get("config", {}) and isinstance(each["value"], int | float)
    }

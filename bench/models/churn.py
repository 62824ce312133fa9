"""Churn on Online Retail and CDNOW: rolling origins, beside days since the last purchase, calibrated."""

from collections.abc import Iterable
from pathlib import Path

import duckdb
import pandas as pd
from rich.table import Table

from models.churn.backtest import backtest, rolling_origins

COLUMNS = (
    *("data", "customers", "origins", "method", "AUC", "above recency", "Brier / recency"),
    *("ECE", "lift", "/ recency"),
)
WANTED = "wanted: AUC >= recency + .05, Brier <= .88x, ECE <= .05 with 15 months of past, lift >= 1.2x"
RETAIL = """
select CustomerID::bigint::varchar as customer_id, InvoiceDate::date::timestamp as day,
    sum(Quantity * UnitPrice)::double as amount
from read_parquet($files)
where Quantity > 0 and UnitPrice > 0 and CustomerID is not null and not starts_with(InvoiceNo, 'C')
group by all
"""


def measure(data: Path) -> Iterable[Table]:
    """One row a data set, group of customers, number of origins and method."""
    table = Table(title="Churn, 90 days ahead", title_justify="left", caption=WANTED)
    for column in COLUMNS:
        table.add_column(column, justify="left" if column in {"data", "customers", "method"} else "right")
    for name, bought in _series(data):
        for count, label in ((1, "the last"), (8, "eight")):
            origins = rolling_origins(bought, bought.day.max(), count)
            for active_only in (False, True):
                scores = backtest(bought, origins, active_only=active_only)
                recency = scores.pop("recency")
                for score in scores.values():
                    table.add_row(
                        *(name, "active" if active_only else "all repeat", label, score.method),
                        *(f"{score.auc:.3f}", f"{score.auc - recency.auc:+.3f}"),
                        *(f"{score.brier / recency.brier:.3f}x", f"{score.ece:.3f}"),
                        *(f"{score.lift:.2f}", f"{score.lift / recency.lift:.2f}x"),
                    )
    yield table


def _series(data: Path) -> Iterable[tuple[str, pd.DataFrame]]:
    files = sorted(map(str, (data / "online_retail").glob("*.parquet")))
    if files:
        yield "Online Retail", duckdb.execute(RETAIL, {"files": files}).df()
    cdnow = next(iter(sorted((data / "churn").glob("cdnow*.parquet"))), None)
    if cdnow is not None:
        read = pd.read_parquet(cdnow).rename(columns={"date": "day"})
        yield "CDNOW", read.astype({"customer_id": str})[["customer_id", "day", "amount"]]

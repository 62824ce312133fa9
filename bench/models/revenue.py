"""Daily revenue of Online Retail from many earlier days, beside last week and the weekday mean.

Three meanings of revenue, because what is found on one must hold on the others; origins each week, and each
30 days from the last possible one, because eight origins alone say little.
"""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pandas as pd
from rich.table import Table

from models.revenue.backtest import Backtest, backtest, rolling_origins
from models.revenue.open_days import public_holidays

HORIZON = 30
FEWEST_DAYS = 60
COLUMNS = ("series, origins", "/ last week", "/ weekday mean", "pinball", "in 80 %", "in 95 %", "sum")
SERIES = {
    "invoiced": "Quantity > 0 and UnitPrice > 0 and not starts_with(InvoiceNo, 'C')",
    "less cancellations": "UnitPrice > 0",
    "customers known": "Quantity > 0 and UnitPrice > 0 and CustomerID is not null",
}
TARGETS = ((0.0, 0.75), (0.0, 0.95), (0.0, 0.79), (0.75, 0.92), (0.91, 0.98), (0.0, 0.12))
"""From and to, a column each."""


def measure(data: Path) -> Iterator[Table]:
    """One table: a row a meaning of revenue and way to choose origins."""
    file = next(iter(sorted((data / "online_retail").glob("*.parquet"))), None)
    if file is None:
        return
    table = Table(title=f"Revenue of Online Retail, {HORIZON} days ahead", title_justify="left")
    for column in COLUMNS:
        table.add_column(column, justify="left" if column == COLUMNS[0] else "right")
    for name, where in SERIES.items():
        series = daily(file, where)
        free = public_holidays("GB", series.index[0].date(), series.index[-1].date())
        weekly = series.index[FEWEST_DAYS - 1 : -HORIZON : 7]
        table.add_row(f"{name}, {len(weekly)} weekly", *_told(backtest(series, weekly, HORIZON, free)))
        monthly = rolling_origins(series, HORIZON, 8, HORIZON)
        table.add_row(f"{name}, 8 each 30 days", *_told(backtest(series, monthly, HORIZON, free)))
    table.add_section()
    table.add_row("target", *(f"{low:.2f}-{high:.2f}" if low else f"<= {high:.2f}" for low, high in TARGETS))
    table.caption = (
        "mean absolute error beside last week's same weekday and the mean of the last eight; pinball loss\n"
        "beside last week's; open days in the bands; median error of the 30 days' sum. ! misses its target"
    )
    yield table


def daily(file: Path, where: str) -> pd.Series:
    """Revenue a calendar day."""
    lines = duckdb.read_parquet(str(file)).filter(where)
    columns = "InvoiceDate::date as day, sum(Quantity * UnitPrice)::double as revenue"
    frame = lines.aggregate(columns, "InvoiceDate::date").order("day").df().set_index("day")["revenue"]
    frame.index = pd.to_datetime(frame.index)
    return frame.asfreq("D", fill_value=0.0)


def _told(found: Backtest) -> list[str]:
    values = (
        *(found.to_seasonal_naive, found.to_weekday_mean, found.pinball_to_seasonal_naive),
        *(found.cover_80, found.cover_95, found.total_error),
    )
    return [
        f"{value:.3f}{'' if low <= value <= high else ' !'}"
        for value, (low, high) in zip(values, TARGETS, strict=True)
    ]

"""`python -m bench.models [--data FOLDER] [--origins N]`: rolling-origin backtests on real data.

Prints one row a model and series, beside its baselines. Reads the data in place; what is not there is
left out.
"""

import argparse
import resource
import time
from pathlib import Path

import duckdb
import pandas as pd
from rich.console import Console
from rich.table import Table

from models.revenue.backtest import Backtest, backtest, rolling_origins
from models.revenue.open_days import public_holidays

DATA = Path(__file__).parents[3] / "shared" / "data"
HORIZON = 30
COLUMNS = (
    *("series", "MAE / naive", "MAE / weekday mean", "pinball / naive"),
    *("in 80 %", "in 95 %", "total", "CPU s"),
)
SERIES = {
    "invoiced": "Quantity > 0 and UnitPrice > 0 and not starts_with(InvoiceNo, 'C')",
    "less cancellations": "UnitPrice > 0",
    "customers known": "Quantity > 0 and UnitPrice > 0 and CustomerID is not null",
}
"""Three meanings of revenue on Online Retail: what is found on one must hold on the others."""


def daily(file: Path, where: str) -> pd.Series:
    """Revenue a calendar day."""
    lines = duckdb.read_parquet(str(file)).filter(where)
    columns = "InvoiceDate::date as day, sum(Quantity * UnitPrice)::double as revenue"
    frame = lines.aggregate(columns, "InvoiceDate::date").order("day").df().set_index("day")["revenue"]
    frame.index = pd.to_datetime(frame.index)
    return frame.asfreq("D", fill_value=0.0)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--origins", type=int, default=10)
    parser.add_argument("--every", type=int, default=30, help="days from one origin to the next")
    asked = parser.parse_args()
    file = next(iter(sorted((asked.data / "online_retail").glob("*.parquet"))), None)
    table = Table(title=f"Revenue, {HORIZON} days ahead, {asked.origins} origins", title_justify="left")
    for column in COLUMNS:
        table.add_column(column, justify="left" if column == "series" else "right")
    for name, where in SERIES.items() if file is not None else ():
        series = daily(file, where)
        free = public_holidays("GB", series.index[0].date(), series.index[-1].date())
        started = time.process_time()
        found = backtest(series, rolling_origins(series, HORIZON, asked.origins, asked.every), HORIZON, free)
        table.add_row(f"Online Retail, {name}", *_told(found), f"{time.process_time() - started:.0f}")
    console = Console(width=120)
    console.print(table)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    console.print(f"naive: last week's same weekday; total: median error of the sum; peak {peak_mb:,.0f} MB")


def _told(found: Backtest) -> list[str]:
    ratios = (found.to_seasonal_naive, found.to_weekday_mean, found.pinball_to_seasonal_naive)
    shares = (found.cover_80, found.cover_95, found.total_error)
    return [f"{each:.2f}x" for each in ratios] + [f"{each:.3f}" for each in shares]


if __name__ == "__main__":
    main()

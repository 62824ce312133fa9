"""All four models as a user runs them: Online Retail in the ledger, published, predicted.

The real lines, moved by whole weeks so that the last day is a day of last week; customers that are not
named buy on an account of their country. Payments are made up (the data has none): two weeks to eight,
by customer and invoice.
"""

import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

import duckdb
from rich.table import Table

from bench.processes import run

LIMIT_S, LIMIT_MB = 180, 2048
MODELS = ("revenue", "churn", "payments", "anomalies")
LINES = """
copy (
    with lines as (
        select * from read_parquet($files)
        where Quantity > 0 and UnitPrice > 0 and not starts_with(InvoiceNo, 'C')
    ),
    moved as (select (current_date - max(InvoiceDate)::date) // 7 * 7 as days from lines)
    select InvoiceNo as invoice_no, coalesce('C' || CustomerID::bigint, 'cash ' || Country) as customer_id,
        InvoiceDate::date + days::int as invoice_date, InvoiceDate::date + days::int + 30 as due_date,
        StockCode as sku, coalesce(Description, StockCode) as name, Quantity as quantity,
        UnitPrice as price, 'GBP' as currency
    from lines, moved order by InvoiceDate, InvoiceNo
) to '{target}' (header)
"""
MONEY = """
copy (
    with invoices as (
        select invoice_no, customer_id, min(invoice_date) as day,
            round(sum(round(quantity * price, 2)), 2) as amount
        from read_csv('{source}', types = {{'invoice_no': 'varchar', 'sku': 'varchar'}}) group by all
    ),
    paid as (
        select *, day + 14 + (hash(customer_id) % 25)::int + (hash(invoice_no) % 17)::int as value_date
        from invoices
    )
    select value_date as date, amount, 'GBP' as currency, invoice_no as text, 'Payer ' || customer_id as payer
    from paid where value_date < current_date
) to '{target}' (header)
"""


def measure(data: Path) -> Iterable[Table]:
    """One row a model: seconds, CPU-seconds and peak memory of its process."""
    files = sorted(map(str, (data / "online_retail").glob("*.parquet")))
    if not files:
        return
    folder = Path(tempfile.mkdtemp(prefix="fakturo-models-"))
    try:
        yield _measured(files, folder)
    finally:
        shutil.rmtree(folder)


def _measured(files: list[str], folder: Path) -> Table:
    lines, money, home = folder / "invoices.csv", folder / "bank.csv", folder / "home"
    duckdb.execute(LINES.format(target=lines), {"files": files})
    duckdb.execute(MONEY.format(source=lines, target=money))
    fakturo = shutil.which("fakturo") or "fakturo"
    run(fakturo, "import", "invoices", str(lines), home=home)
    run(fakturo, "import", "payments", str(money), "--source", "bench", home=home)
    run(fakturo, "build", home=home)
    (count,) = duckdb.execute(f"select count(*) from read_csv('{lines}', all_varchar = true)").fetchall()[0]  # noqa: S608  our own path
    table = Table(title=f"Train and predict, {count:,} lines", title_justify="left")
    for column in ("model", "s", "CPU s", "peak MB"):
        table.add_column(column, justify="left" if column == "model" else "right")
    runs = [(model, run(fakturo, "predict", model, home=home)) for model in MODELS]
    for model, each in runs:
        table.add_row(model, f"{each.seconds:.1f}", f"{each.cpu_s:.1f}", f"{each.peak_mb:,.0f}")
    seconds, peak = sum(each.seconds for _, each in runs), max(each.peak_mb for _, each in runs)
    met = "met" if seconds <= LIMIT_S and peak <= LIMIT_MB else "not met"
    table.add_row("all", f"{seconds:.1f}", f"{sum(each.cpu_s for _, each in runs):.1f}", f"{peak:,.0f}")
    table.caption = f"wanted: {LIMIT_S} s and {LIMIT_MB:,} MB at most: {met}"
    return table

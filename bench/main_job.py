"""The main job at scale, beside the same SQL run plainly in DuckDB: ratios and peak memory, one table.

    .venv/bin/python -m bench.main_job [FILE.parquet] [--seed N]

FILE has the columns of UCI Online Retail (InvoiceNo, StockCode, Description, Quantity, InvoiceDate,
UnitPrice, CustomerID, Country); without it, and without the data folder, rows of that shape are made.
Every step is a process of its own, as a user runs it; nothing is kept between them but the files.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

import duckdb
from rich.console import Console
from rich.table import Table
from sqlalchemy import func, select

from bench.processes import Ran, run
from fakturo.ledger import audit_check
from fakturo.ledger.open import open_ledger, reading
from fakturo.ledger.tables import files, invoices, orders
from fakturo.settings import load

REAL = Path(os.environ.get("FAKTURO_BENCH_DATA", "../shared/data")) / "online_retail"
MADE_LINES = 750_000
MADE = """
COPY (
    SELECT CASE WHEN o % 17 = 0 THEN 'C' ELSE '' END || (400000 + o) AS "InvoiceNo",
           (20000 + hash(i, {seed}) % 4000)::VARCHAR AS "StockCode",
           'ARTICLE ' || (hash(i, {seed}) % 4000) AS "Description",
           CASE WHEN o % 17 = 0 THEN -1 ELSE 1 END * (1 + hash(i, {seed}, 1) % 48)::INT AS "Quantity",
           TIMESTAMP '2025-01-02 09:00:00' + INTERVAL (o * 13) MINUTE AS "InvoiceDate",
           CASE WHEN hash(i, {seed}, 2) % 150 = 0 THEN 0
                ELSE (hash(i, {seed}, 3) % 2000 + 1) / 100 END AS "UnitPrice",
           CASE WHEN o % 6 = 0 THEN NULL ELSE 12000 + o % 4300 END AS "CustomerID",
           'United Kingdom' AS "Country"
    FROM (SELECT i, i // 18 AS o FROM range({lines}) t(i))
) TO '{path}' (FORMAT parquet)
"""
PLAIN_INGEST = """
CREATE TABLE lines AS SELECT * FROM read_csv('{csv}', all_varchar = true);
CREATE TABLE good AS
SELECT "InvoiceNo" AS invoice, "StockCode" AS code, "Description" AS name, "CustomerID" AS customer,
       TRY_CAST("InvoiceDate" AS TIMESTAMP) AS at, TRY_CAST("Quantity" AS INT) AS quantity,
       TRY_CAST("UnitPrice" AS DECIMAL(12, 3)) AS price
FROM (SELECT DISTINCT * FROM lines)
WHERE "CustomerID" IS NOT NULL AND TRY_CAST("UnitPrice" AS DECIMAL(12, 3)) > 0;
"""
PLAIN_ISSUE = """
CREATE TABLE invoice AS
SELECT row_number() OVER (ORDER BY invoice) AS seq, invoice, customer,
       sum(round(quantity * price, 2)) AS net, round(sum(round(quantity * price, 2)) * 0.2, 2) AS tax,
       list({{'code': code, 'name': name, 'quantity': quantity, 'price': price}}) AS lines
FROM good WHERE quantity > 0 AND invoice NOT LIKE 'C%' GROUP BY invoice, customer;
"""
PLAIN_MARTS = """
CREATE TABLE fct_invoices AS SELECT seq, invoice, customer, net, tax, net + tax AS total FROM invoice;
CREATE TABLE fct_invoice_lines AS SELECT seq, unnest(lines, recursive := true) FROM invoice;
CREATE TABLE dim_customers AS
SELECT customer, count(*) AS invoices, sum(net) AS net FROM invoice GROUP BY customer;
"""


def plain(script: str, database: Path, home: Path) -> Ran:
    """The same work as one SQL script in a DuckDB process of its own."""
    code = f"import duckdb; duckdb.connect({str(database)!r}).execute({script!r})"
    return run(sys.executable, "-c", code, home=home)


def check(home: Path) -> list[tuple[str, str]]:
    """Hold the ledger and the published warehouse against each other, exactly."""
    settings = load(home=home, _env_file=None)
    with reading(open_ledger(settings)) as connection:
        landed = connection.execute(
            select(files.c.rows_in, files.c.rows_accepted, files.c.rows_duplicate, files.c.rows_quarantined)
        ).one()
        states = dict(
            connection.execute(select(orders.c.status, func.count()).group_by(orders.c.status)).all()
        )
        issued = connection.execute(
            select(
                invoices.c.series,
                func.count(),
                func.min(invoices.c.seq),
                func.max(invoices.c.seq),
                func.sum(invoices.c.total_minor),
            )
            .group_by(invoices.c.series)
            .order_by(invoices.c.series)
        ).all()
        entries, problems = audit_check.examine(connection)
    with duckdb.connect(str(settings.warehouse_file), read_only=True) as warehouse:
        mart = warehouse.execute("SELECT count(*), sum(total_amount) FROM fct_invoices").fetchone()
        lines = warehouse.execute("SELECT count(*), sum(net_amount) FROM fct_invoice_lines").fetchone()
    assert landed[0] == sum(landed[1:]), landed
    assert all((first, last) == (1, count) for _, count, first, last, _ in issued), "a gap in the numbers"
    total = sum(row[4] for row in issued)
    assert mart[0] == sum(row[1] for row in issued)
    assert int(mart[1] * 100) == total, "marts differ from the ledger"
    assert problems == []
    return [
        ("lines in = accepted + duplicate + quarantined", " ".join(f"{n:,}" for n in landed)),
        ("orders by state", ", ".join(f"{name} {count:,}" for name, count in sorted(states.items()))),
        *(
            (f"documents of {series}", f"{count:,}, {first}..{last:,}: no gap, no duplicate")
            for series, count, first, last, _ in issued
        ),
        ("total in ledger and marts", f"{total / 100:,.2f} = {mart[1]:,.2f} (lines {lines[0]:,})"),
        ("audit entries", f"{entries:,}, unbroken"),
    ]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", nargs="?", type=Path, default=next(REAL.glob("*.parquet"), None))
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fakturo-bench-") as name:
        folder = Path(name)
        source = arguments.file
        if source is None:
            source = folder / "made.parquet"
            duckdb.sql(MADE.format(seed=arguments.seed, lines=MADE_LINES, path=source))
        csv = folder / "orders.csv"
        duckdb.sql(f"COPY (FROM '{source}') TO '{csv}' (HEADER true)")
        home, other, database = folder / "home", folder / "parquet", folder / "plain.duckdb"
        fakturo = str(Path(sys.executable).parent / "fakturo")
        ingest = run(fakturo, "ingest", str(csv), "--mapping", "online_retail", home=home)
        parquet = run(fakturo, "ingest", str(source), "--mapping", "online_retail", home=other)
        issue = run(fakturo, "issue", home=home)
        build = run(fakturo, "build", home=home)
        peers = [
            plain(script.format(csv=csv), database, home)
            for script in (PLAIN_INGEST, PLAIN_ISSUE, PLAIN_MARTS)
        ]
        facts = check(home)
        with reading(open_ledger(load(home=home, _env_file=None))) as connection:
            count = connection.execute(select(func.count()).select_from(invoices)).scalar_one()
    sheet = Table(title=f"The main job on {Path(source).name}", title_justify="left", box=None)
    for column in ("step", "wall s", "CPU s", "peak MB", "plain SQL s", "ratio", ""):
        sheet.add_column(column, justify="left" if column in {"step", ""} else "right")
    steps = (("ingest CSV", ingest, peers[0], ""), ("ingest Parquet", parquet, None, ""))
    steps += (
        ("issue", issue, peers[1], f"{count / issue.seconds:,.0f} invoices/s"),
        ("build, publish", build, peers[2], ""),
    )
    for step, ours, peer, note in steps:
        ratio = ("", "") if peer is None else (f"{peer.seconds:.1f}", f"{ours.seconds / peer.seconds:.1f}x")
        sheet.add_row(step, f"{ours.seconds:.1f}", f"{ours.cpu_s:.1f}", f"{ours.peak_mb:,.0f}", *ratio, note)
    console = Console()
    console.print(sheet)
    for what, value in facts:
        console.print(f"{what}: {value}")


if __name__ == "__main__":
    main()

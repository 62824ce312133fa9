"""The same import as one would write it with polars: `python with_polars.py INVOICES.csv LEDGER.sqlite`."""

import sqlite3
import sys

import polars as pl

HEAD = ["invoice_no", "kind", "corrects", "customer_id", "invoice_date", "due_date", "currency"]
LINE = ["sku", "name", "quantity", "price", "tax_rate", "minor"]


def main(source: str, target: str) -> None:
    """Read, judge, write."""
    rows = pl.read_csv(source, infer_schema=False).with_columns(
        units=pl.col("quantity").cast(pl.Int64, strict=False),
        amount=pl.col("price").cast(pl.Float64, strict=False),
        day=pl.col("invoice_date").str.to_date("%Y-%m-%d", strict=False),
    )
    bad = (
        pl.col("units").is_null()
        | pl.col("amount").is_null()
        | pl.col("day").is_null()
        | pl.col("customer_id").is_null()
    )
    rows = rows.with_columns(is_bad=bad, is_held=bad.any().over("invoice_no"))
    refused = rows.filter("is_held").select(*rows.columns[:12], reason=pl.when("is_bad").then(
        pl.lit("cannot be read")).otherwise(pl.lit("its invoice waits")))  # fmt: skip
    scale = pl.when(pl.col("currency") == "JPY").then(1).otherwise(100)
    good = rows.filter(~pl.col("is_held")).with_columns(
        minor=pl.col("units") * (pl.col("amount") * scale).round().cast(pl.Int64)
    )
    net = good.group_by([*HEAD, "tax_rate"], maintain_order=True).agg(pl.col("minor").sum())
    net = net.with_columns(tax=(pl.col("minor") * pl.col("tax_rate").cast(pl.Int64) + 50) // 100)
    invoices = net.group_by(HEAD, maintain_order=True).agg(pl.col("minor").sum(), pl.col("tax").sum())
    texts = good.with_columns(line=pl.struct(LINE).struct.json_encode()).group_by("invoice_no").agg(
        content=pl.lit("[") + pl.col("line").str.join(",") + pl.lit("]")
    )  # fmt: skip
    invoices = invoices.join(texts, on="invoice_no", how="left")
    with sqlite3.connect(target) as ledger:
        for name, frame in (("invoices", invoices), ("quarantine", refused)):
            marks = ", ".join("?" * frame.width)
            ledger.execute(f"create table {name} ({', '.join(frame.columns)})")
            ledger.executemany(f"insert into {name} values ({marks})", frame.iter_rows())  # noqa: S608


if __name__ == "__main__":
    main(*sys.argv[1:])

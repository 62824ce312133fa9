"""The import as one would write it with pandas: `python with_pandas.py INVOICES.csv LEDGER.sqlite`.

Every cell is read as text; rows that cannot be read and the invoices they belong to are put aside with a
reason; the rest becomes one row and one JSON an invoice, tax per rate on the sum, in minor units.
"""

import json
import sqlite3
import sys

import pandas as pd

DECIMALS = {"JPY": 0}


def main(source: str, target: str) -> None:
    """Read, judge, write."""
    rows = pd.read_csv(source, dtype=str, keep_default_na=False)
    quantity = pd.to_numeric(rows["quantity"], errors="coerce")
    price = pd.to_numeric(rows["price"], errors="coerce")
    day = pd.to_datetime(rows["invoice_date"], errors="coerce", format="%Y-%m-%d")
    bad = quantity.isna() | price.isna() | day.isna() | (rows["customer_id"] == "")
    held = rows["invoice_no"].isin(rows.loc[bad, "invoice_no"])
    refused = rows[held].copy()
    refused["reason"] = bad[held].map({True: "cannot be read", False: "its invoice waits"})
    good = rows[~held].copy()
    scale = 10 ** good["currency"].map(DECIMALS).fillna(2).astype(int)
    good["minor"] = (quantity[~held] * (price[~held] * scale).round()).astype("int64")
    head = ["invoice_no", "kind", "corrects", "customer_id", "invoice_date", "due_date", "currency"]
    net = good.groupby([*head, "tax_rate"], sort=False)["minor"].sum().reset_index()
    net["tax"] = (net["minor"] * net["tax_rate"].astype(int) + 50) // 100
    invoices = net.groupby(head, sort=False)[["minor", "tax"]].sum().reset_index()
    lines = good[["invoice_no", "sku", "name", "quantity", "price", "tax_rate", "minor"]]
    contents = {
        number: json.dumps(group.drop(columns="invoice_no").to_dict("records"))
        for number, group in lines.groupby("invoice_no", sort=False)
    }
    invoices["content"] = invoices["invoice_no"].map(contents)
    with sqlite3.connect(target) as ledger:
        invoices.to_sql("invoices", ledger, index=False)
        refused.to_sql("quarantine", ledger, index=False)


if __name__ == "__main__":
    main(*sys.argv[1:])

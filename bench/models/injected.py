"""Online Retail as documents and lines, with what it lacks made up plainly: tax, bank accounts, limits.

Tax is the rate of the country. A customer has one bank account; three in a hundred change it once, rightly.
Documents without a customer, cancellations and lines without price or quantity are left out.
"""

from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

LIMITS = (1000.0, 2000.0)
"""GBP; made up. One document in ten is above the lower one."""
RATES_PCT = {"United Kingdom": 20.0, "EIRE": 23.0, "Germany": 19.0, "France": 20.0, "Netherlands": 21.0}
OTHER_RATE_PCT = 0.0
"""An export."""
CHANGE_ACCOUNT = 0.03


def retail(file: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """All documents and lines.

    Returns:
        `documents` and `lines` as models/anomalies/frames.py describes them.
    """
    lines = (
        duckdb.read_parquet(str(file))
        .filter(
            "Quantity > 0 and UnitPrice > 0 and CustomerID is not null and not starts_with(InvoiceNo, 'C')"
        )
        .select(
            "InvoiceNo as document_id, CustomerID::bigint::varchar as customer_id, Country as country, "
            "InvoiceDate as created_at, StockCode as product, Quantity::double as quantity, "
            "UnitPrice::double as unit_price, round(Quantity * UnitPrice, 2)::double as net"
        )
        .df()
    )
    lines["line_number"] = lines.groupby("document_id").cumcount() + 1
    by_document = lines.groupby("document_id")
    documents = by_document[["customer_id", "country", "created_at"]].first()
    documents["net"] = by_document["net"].sum().round(2)
    documents = documents.sort_values("created_at", kind="stable").reset_index()
    documents["currency"] = "GBP"
    documents["tax_rate_pct"] = documents["country"].map(RATES_PCT).fillna(OTHER_RATE_PCT)
    documents["tax"] = (documents["net"] * documents["tax_rate_pct"] / 100).round(2)
    documents["total"] = (documents["net"] + documents["tax"]).round(2)
    documents["bank_account"] = _accounts(documents)
    columns = ["document_id", "line_number", "product", "quantity", "unit_price", "net"]
    return documents, lines[columns]


def _accounts(documents: pd.DataFrame) -> pd.Series:
    random = np.random.default_rng(5)
    customers = documents["customer_id"].drop_duplicates()
    changes = customers[random.random(len(customers)) < CHANGE_ACCOUNT]
    nth, count = documents.groupby("customer_id").cumcount(), documents.groupby("customer_id").size()
    half = documents["customer_id"].map(count) // 2
    changed = documents["customer_id"].isin(changes) & (nth >= half)
    return "account-" + documents["customer_id"] + np.where(changed, "-b", "")

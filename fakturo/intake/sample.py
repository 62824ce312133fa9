"""A realistic, seeded sample of orders in six formats, some dirty, some free text: what `make demo` takes in.

Nothing here is real: names, codes and prices are made up. The same seed and day give the same files.
"""

import json
import random
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from fakturo.duckdb_extensions import load
from fakturo.intake.sample_documents import write_documents

PRODUCTS = (
    ("LN-104", "Brass lantern, small", "14.50"),
    ("LN-108", "Brass lantern, large", "27.90"),
    ("TX-210", "Linen tea towel, striped", "4.25"),
    ("TX-233", "Wool blanket, moss green", "48.00"),
    ("CR-012", "Stoneware mug, 300 ml", "6.80"),
    ("CR-045", "Serving bowl, cobalt glaze", "22.40"),
    ("PP-301", "Letterpress card, set of 6", "9.95"),
    ("PP-377", "Notebook, dotted, A5", "7.15"),
    ("WD-090", "Oak chopping board", "31.00"),
    ("WD-091", "Olive wood spoon", "5.60"),
    ("CN-500", "Beeswax candle, pair", "8.35"),
    ("GL-021", "Glass storage jar, 1 litre", "11.20"),
)
CLIENTS = (
    ("10231", "Blue Door Interiors Ltd", "GB"),
    ("10244", "Harbour & Hearth", "GB"),
    ("10307", "The Corner Pantry", "GB"),
    ("10412", "Ashdown Gifts Ltd", "GB"),
    ("20018", "Kontor Nordlicht GmbH", "DE"),
    ("20077", "Papier & Feder OHG", "DE"),
    ("30105", "Maison Lavande SARL", "FR"),
    ("40009", "Kanda Shokai K.K.", "JP"),
    ("50002", "Gulf Pearl Trading W.L.L.", "BH"),
)
SCALES = {"JPY": (Decimal(190), "1"), "BHD": (Decimal("0.48"), "0.001")}
"""Currency -> how prices are scaled, and their smallest step."""
DAYS_BACK = 150


def write_sample(folder: Path, *, seed: int, today: date) -> list[Path]:
    """Write about 120 orders as CSV, JSON Lines, XLSX, Parquet, UBL and e-mail texts.

    Args:
        folder: made if missing; usually the inbox.
        today: orders are dated over the 150 days before.

    Returns:
        The files, in the order in which they were written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    chance = random.Random(seed)  # noqa: S311  a sample, no secret
    made = [
        _csv(folder / "web_shop.csv", chance, today),
        _json_lines(folder / "marketplace.jsonl", chance, today),
        _with_duckdb(folder / "field_sales.xlsx", "FORMAT xlsx, HEADER true", "FS", 20, chance, today),
        _with_duckdb(folder / "erp_export.parquet", "FORMAT parquet", "ERP", 22, chance, today),
    ]
    return made + write_documents(folder, _rows("PO", 24, chance, today, CLIENTS[:4]))


def _rows(
    prefix: str, count: int, chance: random.Random, today: date, clients: Any = CLIENTS
) -> list[dict[str, Any]]:
    """One dict a line: order, date, client, code, name, quantity, price, currency."""
    rows = []
    for n in range(1, count + 1):
        client, name, country = chance.choice(clients)
        day = today - timedelta(days=chance.randrange(1, DAYS_BACK))
        currency = {"DE": "EUR", "FR": "EUR", "JP": "JPY", "BH": "BHD"}.get(country, "GBP")
        for code, product, price in chance.sample(PRODUCTS, chance.choice((1, 2, 2, 3, 4, 6))):
            worth, digits = SCALES.get(currency, (Decimal(1), "0.01"))
            amount = Decimal(price) * worth
            rows.append(
                {
                    "order_id": f"{prefix}-{n:04}",
                    "order_date": day.isoformat(),
                    "customer_id": client,
                    "customer_name": name,
                    "country": country,
                    "sku": code,
                    "name": product,
                    "quantity": chance.choice((1, 2, 3, 4, 6, 10, 12, 24, 48)),
                    "unit_price": amount.quantize(Decimal(digits)),
                    "currency": currency,
                }
            )
    return rows


def _csv(path: Path, chance: random.Random, today: date) -> Path:
    """Semicolons, decimal commas, Windows encoding; five rows are not as they should be."""
    german = [client for client in CLIENTS if client[2] == "DE"]
    rows = [{key: str(value) for key, value in row.items()} for row in _rows("WS", 34, chance, today, german)]
    rows.append(dict(rows[3], order_id="WS-9001", quantity="0"))
    rows.append(dict(rows[5], order_id="WS-9002", unit_price="gratis"))
    rows.append(dict(rows[7], order_id="WS-9003", customer_id=""))
    rows.append(dict(rows[9], order_id="WS-9004", order_date="31.02.2026"))
    rows.append(dict(rows[11], order_id="WS-9005", quantity="-3", unit_price="-1"))
    for row in rows:
        row["unit_price"] = row["unit_price"].replace(".", ",")
        row["name"] = row["name"].replace("Serving bowl", "Schüssel").replace("Wool blanket", "Wolldecke")
    lines = [";".join(rows[0]), *(";".join(row.values()) for row in rows)]
    path.write_bytes(("\r\n".join(lines) + "\r\n").encode("cp1252"))
    return path


def _json_lines(path: Path, chance: random.Random, today: date) -> Path:
    """Nested orders; one with a discount, one that states a total its lines do not give."""
    orders: dict[str, dict[str, Any]] = {}
    for row in _rows("MP", 22, chance, today):
        party = {"id": row["customer_id"], "name": row["customer_name"], "country": row["country"]}
        order = orders.setdefault(
            row["order_id"],
            {
                "external_id": row["order_id"],
                "customer": party,
                "currency": row["currency"],
                "ordered_on": row["order_date"],
                "lines": [],
            },
        )
        order["lines"].append(
            {
                "no": len(order["lines"]) + 1,
                "code": row["sku"],
                "name": row["name"],
                "quantity": str(row["quantity"]),
                "unit_price": str(row["unit_price"]),
            }
        )
    listed = list(orders.values())
    discount = {"kind": "allowance", "amount": "1", "reason": "Introductory discount"}
    listed[4]["lines"][0] |= {"adjustments": [discount], "quantity": "24"}
    listed[7]["stated_total"] = "1.23"
    listed.append(listed[0] | {"currency": "EUR"})  # the same order id with other content
    path.write_text(
        "".join(json.dumps(order, ensure_ascii=False) + "\n" for order in listed), encoding="utf-8"
    )
    return path


def _with_duckdb(
    path: Path, options: str, prefix: str, count: int, chance: random.Random, today: date
) -> Path:
    rows = _rows(prefix, count, chance, today)
    with duckdb.connect() as connection:
        load(connection, "excel")
        connection.execute(
            "CREATE TABLE t (order_id VARCHAR, order_date DATE, customer_id VARCHAR, customer_name VARCHAR, "
            "country VARCHAR, sku VARCHAR, name VARCHAR, quantity INTEGER, "
            "unit_price DECIMAL(12,3), currency VARCHAR)"
        )
        connection.executemany(
            "INSERT INTO t VALUES (?,?,?,?,?,?,?,?,?,?)", [list(row.values()) for row in rows]
        )
        connection.execute(f"COPY t TO '{path}' ({options})")
    return path

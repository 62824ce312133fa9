"""Documents of a made seller: a few customers that take the same few products, at the same hours.

The first one alone takes an oven now and then, which is dear.
"""

import numpy as np
import pandas as pd

PRODUCTS = {"cup": (2.5, 24), "plate": (4.0, 12), "bowl": (3.0, 18), "tray": (9.0, 4), "lamp": (10.0, 2)}
"""Price, usual quantity."""


def made(count: int, seed: int = 1, customers: int = 8) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Ordinary documents, one every two hours of a working day from 5 January 2026."""
    random = np.random.default_rng(seed)
    days = pd.bdate_range("2026-01-05", periods=count // 4 + 1)
    moments = [day + pd.Timedelta(hours=9 + 2 * step) for day in days for step in range(4)][:count]
    heads, bodies = [], []
    for place, moment in enumerate(moments):
        name = f"i{place:05d}"
        customer = int(random.integers(customers))
        own = list(PRODUCTS) if customer else [*PRODUCTS, *(["oven"] if random.random() < 0.1 else [])]
        taken = random.choice(own, size=int(random.integers(2, 5)), replace=False)
        usual = {**PRODUCTS, "oven": (60.0, 1)}
        lines = [
            (name, number, product, float(round(usual[product][1] * random.uniform(0.6, 1.5))))
            for number, product in enumerate(taken, start=1)
        ]
        bodies += [(*line, usual[line[2]][0], round(line[3] * usual[line[2]][0], 2)) for line in lines]
        net = round(sum(body[-1] for body in bodies[-len(lines) :]), 2)
        country, rate = ("GB", 20.0) if customer % 2 else ("DE", 19.0)
        tax = round(net * rate / 100, 2)
        heads.append(
            (name, f"c{customer}", "EUR", country, moment, net, tax, net + tax, rate, f"account-{customer}")
        )
    documents = pd.DataFrame(
        heads,
        columns=[
            *("document_id", "customer_id", "currency", "country", "created_at"),
            *("net", "tax", "total", "tax_rate_pct", "bank_account"),
        ],
    )
    columns = ["document_id", "line_number", "product", "quantity", "unit_price", "net"]
    return documents, pd.DataFrame(bodies, columns=columns)

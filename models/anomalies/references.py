"""What each line and each document is held against: statistics of earlier documents only."""

import numpy as np
import pandas as pd

from fakturo.policy import ALIKE, DUPLICATE_WITHIN, SPLIT_SHARE, SPLIT_WITHIN
from models.anomalies.before import Before, codes

PRODUCT_ROWS = 50
TAKEN_ROWS = 20
CUSTOMER_ROWS = 100
RATE_ROWS = 50
"""How many earlier rows a median is of: recent enough to follow a change of price."""
ODD_SHARE = 0.02
"""Of a product's last prices at either end: they do not count as prices that it has. One of up to 50."""
SECONDS_A_DAY = 86_400.0


def in_order(documents: pd.DataFrame, lines: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Sort both by time; lines get `moment`, the place of their document, and lose those without one."""
    documents = documents.sort_values(["created_at", "document_id"], ignore_index=True)
    places = pd.Series(np.arange(len(documents)), index=documents["document_id"])
    moment = lines["document_id"].map(places)
    lines = lines[moment.notna().to_numpy()].assign(moment=moment.dropna().astype(np.int64))
    return documents, lines.sort_values(["moment", "line_number"], kind="stable", ignore_index=True)


def of_lines(documents: pd.DataFrame, lines: pd.DataFrame) -> pd.DataFrame:
    """One row a line, as `lines` out of `in_order`; NaN where nothing is known."""
    moment = lines["moment"].to_numpy()
    customer = documents["customer_id"].to_numpy()[moment]
    currency = documents["currency"].to_numpy()[moment]
    product = lines["product"].to_numpy()
    quantity = _positive(lines["quantity"])
    price = _positive(lines["unit_price"])
    of_product = Before(codes(product, currency), moment)
    of_both = Before(codes(customer, product, currency), moment)
    of_customer = Before(codes(customer, currency), moment)
    usual = of_product.median(quantity, PRODUCT_ROWS)
    scale = np.log(quantity / usual)
    first_taken = (of_both.count() == 0).astype(float)
    return pd.DataFrame(
        {
            "product_lines": of_product.count(),
            "product_documents": of_product.documents(),
            "product_customers": of_product.total(first_taken),
            "product_quantity": usual,
            "product_top_quantity": of_product.highest(quantity),
            "product_price": of_product.median(price, PRODUCT_ROWS),
            "product_top_price": of_product.quantile(price, PRODUCT_ROWS, 1 - ODD_SHARE),
            "product_low_price": of_product.quantile(price, PRODUCT_ROWS, ODD_SHARE),
            "price_spread": of_product.spread(np.log(price), PRODUCT_ROWS),
            "quantity_spread": of_product.spread(np.log(quantity), PRODUCT_ROWS),
            "taken": of_both.count(),
            "taken_quantity": of_both.median(quantity, TAKEN_ROWS),
            "taken_top": of_both.highest(quantity),
            "taken_price": of_both.last(price),
            "customer_lines": of_customer.count(),
            "customer_scale": np.exp(of_customer.median(scale, CUSTOMER_ROWS)),
            "customer_scale_spread": of_customer.spread(scale, CUSTOMER_ROWS),
            "customer_top": np.exp(of_customer.highest(scale)),
            "customer_price": of_customer.median(price, CUSTOMER_ROWS),
            "customer_top_price": of_customer.highest(price),
            "customer_new_share": of_customer.mean(first_taken, CUSTOMER_ROWS),
            "documents_before": moment.astype(float),
        }
    )


def of_documents(documents: pd.DataFrame, lines: pd.DataFrame, limits: tuple[float, ...]) -> pd.DataFrame:
    """One row a document, as `documents` out of `in_order`."""
    moment = np.arange(len(documents))
    customer, currency = documents["customer_id"], documents["currency"]
    of_customer = Before(codes(customer, currency), moment)
    of_any = Before(codes(customer), moment)
    net = _positive(documents["net"])
    rate = documents["tax_rate_pct"].to_numpy(dtype=float)
    of_country = Before(codes(documents["country"]), moment)
    seconds = _seconds(documents)
    found = {
        "customer_documents": of_any.count(),
        "customer_net": of_customer.median(net, TAKEN_ROWS),
        "customer_top_net": of_customer.highest(net),
        "days_since": (seconds - of_any.last(seconds)) / SECONDS_A_DAY,
        "country_documents": of_country.total(np.isfinite(rate)),
        "country_rate": of_country.median(rate, RATE_ROWS),
        "customer_rate": of_any.median(rate, TAKEN_ROWS),
    }
    return pd.DataFrame(
        found
        | _hours(documents)
        | _accounts(documents, of_any, moment)
        | _alike(documents, lines, seconds)
        | _just_under(documents, seconds, limits)
    )


def _positive(values: pd.Series) -> np.ndarray:
    numbers = np.asarray(values, dtype=float)
    return np.where(numbers > 0, numbers, np.nan)


def _seconds(documents: pd.DataFrame) -> np.ndarray:
    moments = pd.to_datetime(documents["created_at"], utc=True)
    return np.asarray(moments.dt.tz_localize(None), dtype="datetime64[s]").astype(float)


def _hours(documents: pd.DataFrame) -> dict[str, np.ndarray]:
    """Share of the earlier documents of all customers within one hour of this one's, and on its weekday."""
    rows = np.arange(len(documents))
    hours = documents["created_at"].dt.hour.to_numpy()
    weekdays = documents["created_at"].dt.dayofweek.to_numpy()
    by_hour = _earlier_counts(hours, 24)
    near = sum(by_hour[rows, (hours + step) % 24] for step in (-1, 0, 1))
    by_weekday = _earlier_counts(weekdays, 7)[rows, weekdays]
    before = np.maximum(rows, 1)
    return {"documents_before": rows.astype(float), "hour_share": near / before} | {
        "weekday_share": by_weekday / before
    }


def _earlier_counts(values: np.ndarray, size: int) -> np.ndarray:
    seen = np.zeros((len(values), size), dtype=np.float32)
    seen[np.arange(len(values)), values] = 1
    return np.cumsum(seen, axis=0, dtype=np.float64) - seen


def _accounts(documents: pd.DataFrame, of_any: Before, moment: np.ndarray) -> dict[str, np.ndarray]:
    """Whether the bank account is new to a customer of whom one is known, and whether it is another's."""
    account = documents["bank_account"]
    known = of_any.total(account.notna().to_numpy())
    of_pair = Before(codes(documents["customer_id"], account), moment).count()
    of_account = Before(codes(account), moment).count()
    is_new = account.notna().to_numpy() & (known > 0) & (of_pair == 0)
    return {
        "accounts_known": known,
        "account_new": is_new.astype(float),
        "account_foreign": (is_new & (of_account > 0)).astype(float),
    }


def _alike(documents: pd.DataFrame, lines: pd.DataFrame, seconds: np.ndarray) -> dict[str, np.ndarray]:
    """The share of lines that the most alike earlier document of the customer, within days, has too."""
    moment = lines["moment"].to_numpy()
    customer = documents["customer_id"].to_numpy()[moment]
    currency = documents["currency"].to_numpy()[moment]
    nth = lines.groupby(["moment", "product", "quantity"]).cumcount()
    same = codes(customer, currency, lines["product"].to_numpy(), lines["quantity"].to_numpy(), nth)
    rows, earlier = Before(same, moment).pairs(seconds, DUPLICATE_WITHIN.total_seconds())
    sizes = np.bincount(moment, minlength=len(documents)).astype(float)
    share, at = np.zeros(len(documents)), np.full(len(documents), -1, dtype=np.int64)
    days = np.full(len(documents), np.nan)
    pairs = pd.DataFrame({"moment": rows, "earlier": earlier})
    pairs = pairs.groupby(["moment", "earlier"]).size().rename("common").reset_index()
    longer = np.maximum(sizes[pairs["moment"]], sizes[pairs["earlier"]])
    pairs = pairs.assign(share=pairs["common"] / longer).sort_values(["moment", "share", "earlier"])
    best = pairs.drop_duplicates("moment", keep="last")
    share[best["moment"]], at[best["moment"]] = best["share"], best["earlier"]
    hit = share >= ALIKE
    days[hit] = (seconds[hit] - seconds[at[hit]]) / SECONDS_A_DAY
    return {"alike_share": share, "alike_at": at.astype(float), "alike_days": days, "line_count": sizes}


def _just_under(
    documents: pd.DataFrame, seconds: np.ndarray, limits: tuple[float, ...]
) -> dict[str, np.ndarray]:
    """Earlier documents of the customer within hours that are just under the same limit as this one."""
    net = documents["net"].to_numpy(dtype=float)
    found, at_limit = np.zeros(len(documents)), np.full(len(documents), np.nan)
    group = codes(documents["customer_id"], documents["currency"])
    for limit in limits:
        near = np.flatnonzero((net >= SPLIT_SHARE * limit) & (net < limit) & (group >= 0))
        order = near[np.argsort(group[near], kind="stable")]
        for place, row in enumerate(order):
            step = place - 1
            while step >= 0 and group[order[step]] == group[row]:
                if seconds[row] - seconds[order[step]] > SPLIT_WITHIN.total_seconds():
                    break
                found[row] += 1
                step -= 1
            at_limit[row] = limit
    return {"just_under_before": found, "just_under_limit": at_limit}

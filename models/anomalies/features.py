"""What the learned score sees of a document: its shape, what is usual, how strongly the rules speak."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from fakturo.policy import KINDS, PRODUCT_KNOWN, TAKEN_KNOWN
from models.anomalies import references, strengths

SPREAD_FLOOR = 0.1
"""Of a logarithm; a product of one price moves by that before it counts as a step."""


@dataclass(frozen=True)
class Features:
    """All of shape (documents,), rows alike, in order of time."""

    documents: pd.DataFrame
    lines: pd.DataFrame
    usual: pd.DataFrame
    line_usual: pd.DataFrame
    rules: pd.DataFrame
    """Strengths, one column a kind."""
    columns: pd.DataFrame
    """What the model is fitted on; NaN where nothing is known."""


def features(documents: pd.DataFrame, lines: pd.DataFrame, limits: tuple[float, ...] = ()) -> Features:
    """Compare every document with the earlier ones.

    Args:
        documents: document_id, customer_id, currency, country, created_at, net, tax, total, tax_rate_pct,
            bank_account.
        lines: document_id, line_number, product, quantity, unit_price, net.
        limits: amounts from which a document needs approval, major units.
    """
    documents, lines = references.in_order(documents, lines)
    usual = references.of_documents(documents, lines, limits)
    line_usual = references.of_lines(documents, lines)
    of_lines = strengths.of_lines(lines, line_usual)
    moment, size = lines["moment"].to_numpy(), len(documents)
    highest = pd.DataFrame({name: _highest(of_lines[name], moment, size) for name in of_lines})
    rules = strengths.of_documents(documents, usual, highest)
    shape = _shape(documents, usual)
    extremes = _extremes(lines, line_usual, moment, size)
    by_rule = highest.add_prefix("line_rule_").join(rules.add_prefix("rule_"))
    with np.errstate(divide="ignore"):
        by_rule = np.log(by_rule.clip(1e-3, 1e3))
    values = pd.concat([shape, extremes, by_rule], axis=1).astype(np.float32)
    return Features(documents, lines, usual, line_usual, rules[list(KINDS)], values)


def _shape(documents: pd.DataFrame, usual: pd.DataFrame) -> pd.DataFrame:
    net = documents["net"].astype(float).where(documents["net"] > 0)
    rate = documents["tax_rate_pct"].astype(float)
    return pd.DataFrame(
        {
            "net": np.log(net),
            "net_to_usual": np.log(net / usual["customer_net"]),
            "net_to_top": np.log(net / usual["customer_top_net"]),
            "line_count": np.log1p(usual["line_count"]),
            "customer_documents": np.log1p(usual["customer_documents"]),
            "days_since": np.log1p(usual["days_since"]),
            "tax_off": np.log1p(strengths.tax_off(documents)),
            "rate_to_country": (rate - usual["country_rate"]).abs(),
            "rate_to_customer": (rate - usual["customer_rate"]).abs(),
            "hour_share": np.log(usual["hour_share"] + 1e-5),
            "weekday_share": np.log(usual["weekday_share"] + 1e-5),
            "account_new": usual["account_new"],
            "account_foreign": usual["account_foreign"],
            "accounts_known": np.log1p(usual["accounts_known"]),
            "alike_share": usual["alike_share"],
            "alike_days": usual["alike_days"],
            "just_under_before": usual["just_under_before"],
            "near_limit": documents["net"] / usual["just_under_limit"],
        }
    )


def _extremes(lines: pd.DataFrame, usual: pd.DataFrame, moment: np.ndarray, size: int) -> pd.DataFrame:
    """Of each measure of lines the document's highest, and what else is known of the line that has it."""
    quantity, price = lines["quantity"].astype(float), lines["unit_price"].astype(float)
    with np.errstate(all="ignore"):
        known = np.where(usual["product_lines"] >= PRODUCT_KNOWN, 1.0, np.nan)
        taken = np.where(usual["taken"] >= TAKEN_KNOWN, 1.0, np.nan)
        scale = np.log(quantity / usual["product_quantity"]) * known
        own_scale = np.log(usual["customer_scale"])
        to_price = np.log(price / usual["product_price"]) * known
        spread = np.fmax(usual["price_spread"].to_numpy(), SPREAD_FLOOR)
        swap_now = np.abs(to_price) / spread + np.abs(scale)
        as_price = np.abs(np.log(quantity / usual["product_price"])) / spread
        swap_then = as_price + np.abs(np.log(price / usual["product_quantity"]))
        measures = {
            "taken": np.log(quantity / usual["taken_quantity"]) * taken,
            "taken_top": np.log(quantity / usual["taken_top"]) * taken,
            "scale": scale - np.nan_to_num(own_scale),
            "top_scale": np.log(quantity / usual["product_top_quantity"]) * known,
            "customer_top": scale - np.log(usual["customer_top"]),
            "dearer": to_price,
            "cheaper": -to_price,
            "price_steps": np.abs(to_price) / spread,
            "swap": (swap_now - swap_then) * known,
            "dear": np.where(usual["taken"] == 0, np.log(price / usual["customer_top_price"]), np.nan),
            "rare": np.where(usual["taken"] == 0, -np.log1p(usual["product_documents"]), np.nan),
        }
    beside = {
        "price": to_price.to_numpy(),
        "taken_price": np.log(price / usual["taken_price"]).to_numpy(),
        "above_rest": (scale - scale.groupby(moment).transform("median")).to_numpy(),
        "known": np.log1p(usual["product_lines"]).to_numpy(),
        "customers": np.log1p(usual["product_customers"]).to_numpy(),
        "quantity_spread": usual["quantity_spread"].to_numpy(),
    }
    wanted = {
        "taken": ("taken_price", "above_rest", "quantity_spread"),
        "scale": ("price", "above_rest", "quantity_spread", "known"),
        "swap": ("price", "known"),
        "dear": ("known", "customers"),
        "dearer": ("known",),
    }
    found = {}
    for name, measure in measures.items():
        values = np.asarray(measure, dtype=float)
        at = _at_highest(values, moment, size)
        found[name] = _taken_at(values, at)
        for other in wanted.get(name, ()):
            found[f"{name}_{other}"] = _taken_at(beside[other], at)
    whole = (quantity % 1 != 0).to_numpy(dtype=float)
    found["broken_quantity"] = _highest(whole, moment, size)
    found["new_share"] = _mean((usual["taken"] == 0).to_numpy(dtype=float), moment, size)
    found["new_share_usual"] = _highest(usual["customer_new_share"], moment, size)
    return pd.DataFrame(found)


def _at_highest(values: np.ndarray, moment: np.ndarray, size: int) -> np.ndarray:
    """Row of the line with a document's highest value, shape (documents,); -1 where none has one."""
    rows = np.flatnonzero(np.isfinite(values))
    rows = rows[np.lexsort((values[rows], moment[rows]))]
    at = np.full(size, -1, dtype=np.int64)
    at[moment[rows]] = rows
    return at


def _highest(values: pd.Series | np.ndarray, moment: np.ndarray, size: int) -> np.ndarray:
    found = np.asarray(values, dtype=float)
    return _taken_at(found, _at_highest(found, moment, size))


def _taken_at(values: np.ndarray, at: np.ndarray) -> np.ndarray:
    """The values at some rows; NaN at row -1."""
    found: np.ndarray = np.append(values, np.nan)[at]
    return found


def _mean(values: np.ndarray, moment: np.ndarray, size: int) -> np.ndarray:
    return np.bincount(moment, values, size) / np.maximum(np.bincount(moment, minlength=size), 1)

"""How strongly each policy rule speaks: 1 and more alerts. The rules of fakturo/policy.py, many at once."""

import numpy as np
import pandas as pd

from fakturo.money import exponent
from fakturo.policy import (
    ALIKE,
    BULK_PRICE,
    CUSTOMER_KNOWN,
    DEAR,
    HOUR_SHARE,
    HOURS_KNOWN,
    KINDS,
    PRODUCT_KNOWN,
    RARE,
    RATE_OFF_PCT,
    RATES_KNOWN,
    SWAP_NEAR,
    SWAP_OFF,
    SWAP_QUANTITY,
    TAKEN_KNOWN,
    TAX_OFF_MINOR,
    TIMES,
    TIMES_ANY_PRICE,
    TIMES_PRODUCT,
    TIMES_TOP,
)

STRONGEST = 1e6
"""Ratios are cut there."""


def of_lines(lines: pd.DataFrame, usual: pd.DataFrame) -> pd.DataFrame:
    """One row a line: the least of what each rule asks for, as a share of what it asks.

    Args:
        lines: out of `references.in_order`.
        usual: `references.of_lines` of the same.
    """
    quantity, price = lines["quantity"].to_numpy(dtype=float), lines["unit_price"].to_numpy(dtype=float)
    known = _if(usual["product_lines"] >= PRODUCT_KNOWN)
    with np.errstate(all="ignore"):
        more = _least(
            quantity / usual["taken_quantity"] / TIMES,
            quantity / usual["taken_top"] / TIMES_TOP,
            quantity / usual["product_quantity"] / TIMES_PRODUCT,
            np.maximum(
                price / np.minimum(usual["taken_price"], usual["product_price"]) / BULK_PRICE,
                quantity / usual["taken_quantity"] / TIMES_ANY_PRICE,
            ),
            _if(usual["taken"] >= TAKEN_KNOWN),
            known,
        )
        dearer = _least(
            price / usual["product_price"] / TIMES, price / usual["product_top_price"] / TIMES_TOP, known
        )
        cheaper = _least(
            usual["product_price"] / price / TIMES, usual["product_low_price"] / price / TIMES_TOP, known
        )
        off = np.fmax(price / usual["product_top_price"], usual["product_low_price"] / price)
        swapped = _least(
            off / SWAP_OFF,
            usual["product_top_price"] / quantity * SWAP_NEAR,
            quantity / usual["product_low_price"] * SWAP_NEAR,
            SWAP_QUANTITY * usual["product_quantity"] * np.fmax(usual["customer_scale"], 1.0) / price,
            SWAP_QUANTITY * price / usual["product_quantity"],
            known,
        )
        unusual = _least(
            price / usual["customer_top_price"] / DEAR,
            _if(usual["taken"] == 0),
            _if(usual["customer_lines"] >= CUSTOMER_KNOWN),
            _if(usual["product_documents"] <= RARE * usual["documents_before"]),
        )
    return pd.DataFrame(
        {
            "ten_times_quantity": more,
            "ten_times_dearer": dearer,
            "ten_times_cheaper": cheaper,
            "swapped": swapped,
            "unusual_product": unusual,
        }
    )


def of_documents(documents: pd.DataFrame, usual: pd.DataFrame, lines: pd.DataFrame) -> pd.DataFrame:
    """One row a document, one column a kind, in the order of `KINDS`.

    Args:
        documents: out of `references.in_order`.
        usual: `references.of_documents` of the same.
        lines: strengths of the lines, one row a document: the highest.
    """
    off, foreign_rate = tax_off(documents), _rate_off(documents, usual)
    hours_known = usual["documents_before"] >= HOURS_KNOWN
    with np.errstate(all="ignore"):
        hour = np.where(hours_known, HOUR_SHARE / np.maximum(usual["hour_share"], HOUR_SHARE / 1e3), 0.0)
    found = {
        "duplicate": usual["alike_share"] / ALIKE,
        "tax_mismatch": np.fmax(off / TAX_OFF_MINOR, foreign_rate / RATE_OFF_PCT),
        "new_bank_account": usual["account_new"],
        "unusual_hour": hour,
        "split_under_limit": usual["just_under_before"],
        "ten_times": lines[["ten_times_quantity", "ten_times_dearer", "ten_times_cheaper"]].max(axis=1),
        "swapped": lines["swapped"],
        "unusual_product": lines["unusual_product"],
    }
    return pd.DataFrame({kind: np.minimum(np.nan_to_num(found[kind]), STRONGEST) for kind in KINDS})


def tax_off(documents: pd.DataFrame) -> np.ndarray:
    """By how many minor units the tax is not the rate on the net, shape (documents,); NaN without a rate."""
    scales = {code: 10 ** exponent(code) for code in documents["currency"].unique()}
    right = documents["net"] * documents["tax_rate_pct"] / 100
    return np.asarray((documents["tax"] - right).abs() * documents["currency"].map(scales), dtype=float)


def _rate_off(documents: pd.DataFrame, usual: pd.DataFrame) -> np.ndarray:
    """Percentage points from the nearer of the country's and the customer's usual rate."""
    rate = documents["tax_rate_pct"].to_numpy(dtype=float)
    known = usual["country_documents"].to_numpy() >= RATES_KNOWN
    of_country = np.where(known, np.abs(rate - usual["country_rate"].to_numpy()), 0.0)
    nearer = np.fmin(of_country, np.abs(rate - usual["customer_rate"].to_numpy()))
    return np.where(np.isnan(nearer), 0.0, nearer)


def _least(*parts: pd.Series | np.ndarray) -> np.ndarray:
    """The weakest part; 0 where one is not known."""
    least = np.minimum(np.minimum.reduce([np.asarray(part) for part in parts]), STRONGEST)
    return np.where(np.isnan(least), 0.0, least)


def _if(holds: pd.Series) -> np.ndarray:
    return np.where(holds, STRONGEST, 0.0)

"""Small vocabularies of a table: currency, country, kind, unit, tax category; over distinct values."""

import re
from collections.abc import Callable
from typing import Literal, get_args

from fakturo.errors import BadInput
from fakturo.intake.countries import iso_code
from fakturo.intake.rows.mapping import Mapping
from fakturo.intake.workbench import Bench, literal
from fakturo.money import exponent
from fakturo.order import Means, TaxCategory

UNITS = {
    "": "C62", "pc": "C62", "pcs": "C62", "piece": "C62", "pieces": "C62", "ea": "C62", "each": "C62",
    "unit": "C62", "units": "C62", "st": "C62", "stk": "C62", "stück": "C62", "stueck": "C62", "one": "C62",
    "kg": "KGM", "g": "GRM", "t": "TNE", "l": "LTR", "ltr": "LTR", "m": "MTR", "m2": "MTK", "m²": "MTK",
    "m3": "MTQ", "h": "HUR", "hr": "HUR", "hour": "HUR", "hours": "HUR", "std": "HUR", "day": "DAY",
    "days": "DAY", "tag": "DAY", "tage": "DAY", "month": "MON", "box": "BX", "carton": "CT", "pack": "PK",
    "pair": "PR", "set": "SET", "dozen": "DZN", "roll": "RO", "bottle": "BO", "pallet": "PX",
}  # fmt: skip
"""Words and signs -> UN/ECE Recommendation 20 codes."""
_KINDS = {
    "order": ("order", "sale", "sales order", "standard", "auftrag", "bestellung"),
    "cancellation": ("cancellation", "cancel", "cancelled", "credit", "storno", "return", "refund"),
}

_MEANS: dict[Means, tuple[str, ...]] = {
    "transfer": ("transfer", "credit transfer", "bank transfer", "überweisung", "ueberweisung", "30", "58"),
    "direct_debit": ("direct_debit", "direct debit", "sepa direct debit", "lastschrift", "49", "59"),
    "card": ("card", "credit card", "debit card", "karte", "kreditkarte", "48", "54", "55"),
}
"""With their codes in UNTDID 4461."""

_VALUES = 1000
"""Rows a statement, written out: a list as parameter makes DuckDB import numpy and pandas (0.3 s, 70 MB)."""

Read = tuple[str | None, str | None]
"""(value, problem)."""


def read_words(bench: Bench, field: str, column: int, read: Callable[[str], Read]) -> None:
    """Make the table `k_<field>(text, value, problem)` of a column's distinct texts."""
    query = f"SELECT DISTINCT c{column} FROM raw WHERE c{column} IS NOT NULL AND problem IS NULL"  # noqa: S608
    texts = [row[0] for row in bench.execute(query).fetchall()]
    bench.execute(f"CREATE TABLE k_{field} (text VARCHAR, value VARCHAR, problem VARCHAR)")
    for start in range(0, len(texts), _VALUES):
        rows = [(text, *read(text)) for text in texts[start : start + _VALUES]]
        listed = ", ".join(f"({', '.join(map(_sql, row))})" for row in rows)
        bench.execute(f"INSERT INTO k_{field} VALUES {listed}")  # noqa: S608  literals, quoted


def _sql(value: str | None) -> str:
    return "NULL" if value is None else literal(value)


def readers(mapping: Mapping) -> dict[str, Callable[[str], Read]]:
    """How each vocabulary is read, by field."""
    return {
        "currency": _currency,
        "country": lambda text: (iso_code(text, mapping.countries), None),
        "kind": lambda text: _kind(text, mapping.kinds),
        "unit": unit_code,
        "tax_category": _tax_category,
        "payment_means": _payment_means,
    }


def unit_code(text: str) -> Read:
    """Recommendation 20 code of a unit."""
    known = UNITS.get(text.strip().rstrip(".").casefold())
    if known:
        return known, None
    if re.fullmatch("[A-Z0-9]{2,3}", text):
        return text, None
    return None, f"unit {text[:40]!r} is not known; write a code such as C62 (piece), KGM or HUR."


def _currency(text: str) -> Read:
    try:
        exponent(text.upper())
    except BadInput:
        return None, f"currency {text[:40]!r} is not an ISO 4217 code; write three letters such as EUR."
    return text.upper(), None


def _kind(text: str, own: dict[str, Literal["order", "cancellation"]]) -> Read:
    if text.casefold() in own:
        return own[text.casefold()], None
    for kind, words in _KINDS.items():
        if text.casefold() in words:
            return kind, None
    known = ["order", "cancellation", *own]
    return None, f"kind {text[:40]!r} is not known; write {' or '.join(known[:4])}."


def _payment_means(text: str) -> Read:
    for means, words in _MEANS.items():
        if text.strip().casefold() in words:
            return means, None
    return None, f"payment_means {text[:40]!r} is not known; write {', '.join(_MEANS)}."


def _tax_category(text: str) -> Read:
    if text.upper() in get_args(TaxCategory):
        return text.upper(), None
    return None, f"tax_category {text[:40]!r} is not one of {', '.join(get_args(TaxCategory))}."

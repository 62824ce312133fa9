"""What a column is measured in, as its name ends, where its description does not say so. Pure."""

from collections.abc import Mapping
from typing import Any

UNITS = {
    "amount": ("money, in major units of its currency", ("currency", "major units")),
    "price": ("money, in major units of its currency", ("currency", "major units")),
    "minor": ("money, in minor units of its currency", ("minor units",)),
    "micros": ("millionths of a major unit", ("million",)),
    "pct": ("percent", ("percent",)),
    "days": ("days", ("days",)),
    "late": ("days", ("days",)),
    "ms": ("milliseconds", ("millisecond",)),
    "bytes": ("bytes", ("bytes",)),
    "at": ("UTC", ("utc",)),
    "since": ("UTC", ("utc",)),
}
"""By the last word of a name: the unit, and words of a description that say it already."""
COST = ("in the currency of the price list", ("currency",))


def unit(name: str, description: str, meta: Mapping[str, Any]) -> str:
    """Unit of a column; what `meta.unit` says, else what its name says, else nothing."""
    if "unit" in meta:
        return str(meta["unit"])
    words, said = COST if "cost" in name else UNITS.get(name.rsplit("_", 1)[-1], ("", ()))
    return "" if any(word in description.lower() for word in said) else words

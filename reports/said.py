"""A label with its value, both as printed: a meta line, a line allowance, a row of the bank's account."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Said:
    """Something with its amount or value."""

    label: str
    value: str

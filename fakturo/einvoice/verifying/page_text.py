"""Whether the pages of a PDF say what its XML says: number, total and due, however they are written."""

import re
import unicodedata
from decimal import Decimal

_BETWEEN = r"[.,'\u2019\u066b\u066c\s]?"
"""What stands between the digits of an amount: 1,234.50 - 1.234,50 - 1 234,50 - 1'234.50 - 12,34,567.00."""


def says_text(text: str, wanted: str) -> bool:
    """Whether a number such as INV-2026-000042 stands in the text; line ends and spaces do not matter."""
    return _bare(wanted) in _bare(text)


def says_amount(text: str, amount: Decimal) -> bool:
    """Whether an amount stands in the text, its sign and grouping left aside; 12.50 is not within 112.50."""
    whole, _, cents = format(amount.copy_abs(), "f").partition(".")
    cents = cents.rstrip("0")
    pattern = rf"(?<![\d])(?<!\d[.,]){_BETWEEN.join(whole.lstrip('0') or '0')}"
    pattern += rf"[.,\u066b]{cents}0*" if cents else r"(?:[.,\u066b]0{1,4}|[.,]?[-\u2013\u2014])?"
    plain = unicodedata.normalize("NFKC", text)
    return re.search(pattern + r"(?!\d)(?![.,]\d)", plain) is not None


def _bare(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).casefold()

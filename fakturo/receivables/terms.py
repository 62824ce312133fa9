"""Terms of payment as the rules ask for them: the discount of an invoice, and until when it may be taken."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from fakturo.receivables.facts import Invoice


class Terms(NamedTuple):
    """The settings of `fakturo.setting_groups.receivables`, as plain values."""

    discount_pct: Decimal = Decimal(0)
    discount_days: int = 14
    fee_tolerance_minor: int = 0
    duplicate_days: int = 20

    def discount(self, open_minor: int) -> int:
        """Early-payment discount on an open amount, rounded half up: 2 % of 10025 -> 201 (minor units)."""
        if not self.discount_pct:
            return 0
        return int((open_minor * self.discount_pct / 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))

    def in_time(self, invoice: Invoice, paid_on: date) -> bool:
        """Whether a payment of that day may take the discount."""
        return paid_on <= invoice.issue_date + timedelta(days=self.discount_days)

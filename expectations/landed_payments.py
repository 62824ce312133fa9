"""What payments look like when they land. A failing row is a finding for a person, not a refused payment."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from iso4217 import Currency

from expectations.landed_orders import OLDEST
from expectations.library import gxe
from expectations.shared_limits import MOST_TIMES_MEDIAN, tomorrow

KEY = "payment_id"


def suite(today: date) -> Sequence[Any]:
    """Expectations about a frame of `frames.payments`."""
    return [
        gxe.ExpectColumnValuesToBeInSet(
            column="currency",
            value_set=sorted(each.code for each in Currency if each.exponent is not None),
            severity="critical",
            meta={
                "code": "payment_currency_unknown",
                "message": "The currency is not in ISO 4217, so its minor unit is unknown.",
                "reason": "An amount without a known minor unit cannot be shown or summed.",
            },
        ),
        gxe.ExpectColumnValuesToBeBetween(
            column="value_date",
            min_value=OLDEST,
            max_value=tomorrow(today),
            mostly=0.99,
            severity="critical",
            meta={
                "code": "value_date_implausible",
                "message": "The money is dated before 2000 or after tomorrow; check the statement.",
                "reason": "Banks book a value date a day ahead at most; day and month swapped give others.",
            },
        ),
        gxe.ExpectColumnValuesToBeBetween(
            column="sign",
            min_value=1,
            max_value=1,
            severity="critical",
            meta={
                "code": "payment_sign_wrong",
                "message": "A payment must be above 0, a refund or chargeback below; report this.",
                "reason": "fakturo/payment.py takes no other in; one here was changed on its way.",
            },
        ),
        gxe.ExpectColumnValuesToBeBetween(
            column="fee_share",
            max_value=0.2,
            mostly=0.99,
            severity="warning",
            meta={
                "code": "fee_implausible",
                "message": "More than a fifth of the payment was kept back as a fee; check the statement.",
                "reason": "Card and marketplace fees run from 1 to 15 %.",
            },
        ),
        gxe.ExpectColumnValuesToBeBetween(
            column="times_median",
            max_value=MOST_TIMES_MEDIAN,
            mostly=0.99,
            severity="warning",
            meta={
                "code": "payment_implausible",
                "message": f"The payment is over {MOST_TIMES_MEDIAN} times the usual; ask the bank.",
                "reason": "The limit of orders and invoices: a slipped decimal point gives just 100.",
            },
        ),
        gxe.ExpectColumnMeanToBeBetween(
            column="is_chargeback",
            max_value=0.05,
            severity="critical",
            meta={
                "code": "many_chargebacks",
                "message": "Money was taken back from us.",
                "reason": "Card schemes warn a seller above 1 %; above 5 % something is wrong with us.",
            },
        ),
    ]

"""What customers look like: what an invoice needs of them later, named before it is missed."""

from collections.abc import Sequence
from typing import Any

from expectations.library import gxe

KEY = "customer_id"
LONGEST_TERMS_DAYS = 365


def suite() -> Sequence[Any]:
    """Expectations about a frame of `frames.customers`."""
    return [
        gxe.ExpectColumnValuesToNotBeNull(
            column="country",
            mostly=0.5,
            severity="warning",
            meta={
                "code": "country_missing",
                "message": "The customer has no country; where the tax depends on it, orders wait.",
                "reason": "Shops at home leave it out; where most lack it, a column mapping lost it.",
            },
        ),
        gxe.ExpectColumnValuesToMatchRegex(
            column="customer_id",
            regex=r"^[^\x00-\x1f\x7f]+$",
            severity="warning",
            meta={
                "code": "customer_id_unprintable",
                "message": "The customer's id holds control characters; ask the sender for its real id.",
                "reason": "An id is typed into searches and printed on the invoice.",
            },
        ),
        gxe.ExpectColumnValuesToBeBetween(
            column="terms_days",
            min_value=0,
            max_value=LONGEST_TERMS_DAYS,
            severity="critical",
            meta={
                "code": "customer_terms_implausible",
                "message": "The customer may pay in less than 0 or more than 365 days; correct its terms.",
                "reason": "The setting and the import allow 0 to 365.",
            },
        ),
        gxe.ExpectColumnValuesToBeBetween(
            column="is_twin",
            max_value=0,
            mostly=0.98,
            severity="warning",
            meta={
                "code": "customer_doubled",
                "message": "Another customer has the same id but for case and spaces; they may be one.",
                "reason": "Typing makes few of these; above 2 % two systems write the ids differently.",
            },
        ),
    ]

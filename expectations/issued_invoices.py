"""What issued invoices look like, in the ledger and in the mart.

Arithmetic is proved elsewhere (fakturo/check.py, dbt tests); here is what no arithmetic forbids.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from iso4217 import Currency

from expectations.library import column, gxe
from expectations.shared_limits import near_the_usual, tomorrow

KEY = "invoice_number"
HIGHEST_TAX_SHARE = 0.30
LONGEST_TERMS_DAYS = 365


def suite(today: date) -> Sequence[Any]:
    """Expectations about a frame of `frames.invoices` or `frames.mart_invoices`; today in UTC."""
    return [
        gxe.ExpectColumnValuesToBeUnique(
            column="invoice_number",
            severity="critical",
            meta={
                "code": "number_repeated",
                "message": "The invoice number was given twice; report this.",
                "reason": "The law asks for a unique number (EU VAT Directive, article 226).",
            },
        ),
        gxe.ExpectColumnValuesToMatchRegex(
            column="invoice_number",
            regex=r"^[A-Z][A-Z0-9]{0,9}-\d{4}-\d{6,}$",
            row_condition=column("is_imported") == False,  # noqa: E712  a condition of GX, not of Python
            severity="warning",
            meta={
                "code": "number_malformed",
                "message": "The invoice number is not SERIES-YEAR-NUMBER.",
                "reason": "What fakturo/issue.py writes; anything else came another way.",
            },
        ),
        gxe.ExpectColumnValuesToBeInSet(
            column="currency",
            value_set=sorted(each.code for each in Currency if each.exponent is not None),
            severity="critical",
            meta={
                "code": "currency_unknown",
                "message": "The currency is not in ISO 4217, so its minor unit is unknown.",
                "reason": "An amount without a known minor unit cannot be shown or summed.",
            },
        ),
        gxe.ExpectColumnValuesToBeBetween(
            column="total",
            min_value=0,
            strict_min=True,
            row_condition=column("is_imported") == False,  # noqa: E712
            severity="critical",
            meta={
                "code": "total_not_positive",
                "message": "The total is zero or negative; credit notes have positive amounts too.",
                "reason": "fakturo/check.py issues none; one here was changed on its way.",
            },
        ),
        gxe.ExpectColumnValuesToBeBetween(
            column="total",
            min_value=0,
            row_condition=column("is_imported") == True,  # noqa: E712
            severity="critical",
            meta={
                "code": "imported_total_negative",
                "message": "An imported total is negative; credit notes have positive amounts too.",
                "reason": "The import takes none in; an invoice of gifts alone may be 0.00.",
            },
        ),
        gxe.ExpectColumnValuesToBeBetween(
            column="tax_share",
            min_value=0,
            max_value=HIGHEST_TAX_SHARE,
            severity="warning",
            meta={
                "code": "tax_share_implausible",
                "message": "Tax is negative or above 30 % of the net amount; check the tax rates.",
                "reason": "The highest rate in the EU is 27 % (Hungary).",
            },
        ),
        gxe.ExpectColumnValuesToBeBetween(
            column="issue_date",
            max_value=tomorrow(today),
            severity="critical",
            meta={
                "code": "issued_in_future",
                "message": "The invoice is dated after tomorrow; check the machine's clock.",
                "reason": "Today east of here may be tomorrow in UTC, later cannot be.",
            },
        ),
        gxe.ExpectColumnValuesToBeBetween(
            column="terms",
            min_value=0,
            max_value=LONGEST_TERMS_DAYS,
            severity="critical",
            meta={
                "code": "terms_implausible",
                "message": "The invoice is due before it is issued or more than a year after.",
                "reason": "The setting allows 0 to 365 days.",
            },
        ),
        near_the_usual(code="total_implausible", what="The total is", check="check the prices"),
    ]

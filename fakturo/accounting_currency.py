"""The tax of an invoice in the currency that the seller's tax office counts in (BT-6, BT-111).

It is told where tax is charged in another currency, at the last rate published on or before the tax point.
Source: Directive 2006/112/EC, arts. 91 (2) and 230; EN 16931-1, BR-53; PEPPOL-EN16931-R005.
"""

from fakturo.arithmetic import tax_at
from fakturo.errors import BadInput
from fakturo.exchange_rates import COLUMNS, OLDEST, find, read
from fakturo.finding import Finding
from fakturo.invoice import Invoice
from fakturo.seller import Seller
from fakturo.trade import AccountingTax

_AGAIN = "then approve the order"


def counted(invoice: Invoice, seller: Seller) -> tuple[Invoice, list[Finding]]:
    """An invoice with its tax in the seller's accounting currency, or the sentence why it has none.

    Args:
        invoice: with its taxes worked out; it comes back as it is where no second currency is needed.
    """
    currency = seller.accounting_currency
    is_taxed = any(group.rate for group in invoice.tax_groups)
    if currency is None or currency == invoice.currency or not is_taxed:
        return invoice, []
    if seller.exchange_rates is None:
        return invoice, [_unknown(currency, "no exchange rates are kept; set FAKTURO_SELLER_EXCHANGE_RATES")]
    try:
        rates = read(seller.exchange_rates)
    except BadInput as error:
        return invoice, [_unknown(currency, f"{error}; correct the file")]
    on = invoice.tax_point_date
    found = find(rates, invoice.currency, currency, on)
    if found is None:
        why = (
            f"{seller.exchange_rates} has no rate between {invoice.currency} and {currency} of {on - OLDEST} "
            f"to {on}; add the last one published ({','.join(COLUMNS)})"
        )
        return invoice, [_unknown(currency, why)]
    tax = AccountingTax(
        currency=currency,
        tax_minor=0,
        rate=found.rate,
        rate_date=found.day,
        rate_source=found.source,
        is_inverse=found.base == currency,
    )
    return invoice.model_copy(update={"accounting_tax": recounted(tax, invoice)}), []


def recounted(tax: AccountingTax, invoice: Invoice) -> AccountingTax:
    """The tax of an invoice at a rate that is known: that of a credit note at its invoice's rate."""
    return tax.model_copy(update={"tax_minor": tax_at(invoice.tax_minor, invoice.currency, tax)})


def _unknown(currency: str, why: str) -> Finding:
    message = f"The tax must be told in {currency} too, and {why}, {_AGAIN}."
    return Finding(code="exchange_rate_missing", message=message, place="tax")

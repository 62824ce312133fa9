"""Which payment code an invoice bears, if any: Swiss, European or none. Pure.

None where nothing is to be paid, or where no code could carry it: the document is then whole without one.
"""

from dataclasses import dataclass
from typing import Literal

from fakturo.invoice import Invoice
from fakturo.money import to_major
from reports.codes import epc, swiss
from reports.look import Logo

MOST_MINOR = 99_999_999_999
"""999,999,999.99 is the most that either standard can say."""


@dataclass(frozen=True)
class PaymentCode:
    """A code ready to be placed."""

    kind: Literal["epc", "swiss"]
    picture: Logo
    reference: str
    """What a payer who types it should give, as printed."""


def is_payable(invoice: Invoice) -> bool:
    """Whether the document asks for money."""
    return invoice.kind == "invoice" and invoice.due_minor > 0 and not invoice.seller.specimen


def payment_code(invoice: Invoice) -> PaymentCode | None:
    """The code of an issued invoice.

    Raises:
        RenderError: a library is not installed.
    """
    seller, number = invoice.seller, invoice.number
    if not (is_payable(invoice) and seller.iban and number) or invoice.due_minor > MOST_MINOR:
        return None
    if invoice.payment:  # nobody has to pay what is collected
        return None
    country = seller.iban[:2]
    try:
        if country in swiss.COUNTRIES and invoice.currency in swiss.CURRENCIES:
            return None if invoice.payee else _swiss(invoice, number)  # it needs the payee's address
        if invoice.currency == "EUR" and epc.takes(seller.iban, seller.bic):
            amount = to_major(invoice.due_minor, "EUR")
            holder = invoice.payee.name if invoice.payee else seller.name
            dots = epc.png(holder, seller.iban, seller.bic, amount, number)
            return PaymentCode("epc", Logo(dots, "image/png"), number)
    except ValueError:  # a value that the standard does not take: a BIC of 9 letters
        return None
    return None


def _swiss(invoice: Invoice, number: str) -> PaymentCode | None:
    amount = f"{to_major(invoice.due_minor, invoice.currency):.2f}"
    drawn = swiss.svg(invoice.seller, invoice.buyer, amount, invoice.currency, number, invoice.language)
    if drawn is None:
        return None
    found = swiss.reference(invoice.seller.iban or "", number)
    return PaymentCode("swiss", Logo(drawn, "image/svg+xml"), swiss.written(found) if found else number)

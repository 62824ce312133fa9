"""A deposit invoice, and the lines that take it off the final invoice of its order: pure.

The final invoice bears all that was ordered, then one line for each deposit and tax rate with quantity -1, so
that net and tax of all of them together are those of the whole order, each counted once.
Source: § 14 (5) UStG; UNTDID 1001 code 386; docs/decisions/0026.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from fakturo.invoice import Invoice, InvoiceLine
from fakturo.languages import LanguageCode, day, locale, spaced
from fakturo.money import to_major
from fakturo.order import TaxCategory
from fakturo.trade import Preceding

TaxKey = tuple[TaxCategory, Decimal]
"""A row of the tax breakdown: category and percent."""
_DEDUCTED: Mapping[LanguageCode, str] = {
    "en": "Deposit invoice {number}, of {date}",
    "de": "Anzahlungsrechnung {number} vom {date}",
    "fr": "Facture d'acompte {number} du {date}",
    "es": "Factura de anticipo {number}, de {date}",
    "it": "Fattura di acconto {number} del {date}",
    "nl": "Voorschotfactuur {number} van {date}",
}
_ASKED: Mapping[LanguageCode, str] = {
    "en": "Deposit on order {order}: {things}",
    "de": "Anzahlung auf Auftrag {order}: {things}",
    "fr": "Acompte sur la commande {order} : {things}",
    "es": "Anticipo del pedido {order}: {things}",
    "it": "Acconto sull'ordine {order}: {things}",
    "nl": "Voorschot op order {order}: {things}",
}
LONGEST_NAME = 250
"""Letters of a deposit's line that say what it is for; the order, which it names, says the rest."""


class Part(NamedTuple):
    """What a document or a rest of it comes to at one tax rate, in minor units."""

    net_minor: int
    tax_minor: int


class Deposit(NamedTuple):
    """A deposit invoice as issued, with the credit notes that it has."""

    invoice: Invoice
    credited: Sequence[Invoice] = ()

    def left(self) -> dict[TaxKey, Part]:
        """What no credit note has taken back, by tax rate; nothing at a rate that is taken back whole."""
        parts = _parts(self.invoice)
        for note in self.credited:
            for key, taken in _parts(note).items():
                mine = parts[key]
                parts[key] = Part(mine.net_minor - taken.net_minor, mine.tax_minor - taken.tax_minor)
        return {key: part for key, part in parts.items() if part.net_minor}


def together(deposits: Sequence[Deposit]) -> dict[TaxKey, Part]:
    """What is left of some deposits in all, by tax rate."""
    sums: dict[TaxKey, Part] = defaultdict(lambda: Part(0, 0))
    for deposit in deposits:
        for key, part in deposit.left().items():
            before = sums[key]
            sums[key] = Part(before.net_minor + part.net_minor, before.tax_minor + part.tax_minor)
    return dict(sums)


def deductions(
    deposits: Sequence[Deposit], *, first_no: int, language: LanguageCode, country: str
) -> tuple[InvoiceLine, ...]:
    """The lines that take deposits off their order's final invoice, highest rate first in each.

    Args:
        first_no: number of the first of them (BT-126).
        country: the seller's, for how a date is written.
    """
    lines: list[InvoiceLine] = []
    for deposit in deposits:
        invoice = deposit.invoice
        date = day(invoice.issue_date, "long", locale(language, country))
        name = spaced(_DEDUCTED[language].format(number=invoice.number, date=date), language)
        for (category, rate), part in deposit.left().items():
            lines.append(
                InvoiceLine(
                    no=first_no + len(lines),
                    name=name,
                    quantity=Decimal(-1),
                    unit_price=to_major(part.net_minor, invoice.currency),
                    net_minor=-part.net_minor,
                    tax_category=category,
                    tax_rate=rate,
                    deducts=invoice.number,
                )
            )
    return tuple(lines)


def preceding(deposits: Sequence[Deposit]) -> tuple[Preceding, ...]:
    """BG-3 of the final invoice: the deposits of which something is left."""
    return tuple(
        Preceding(number=each.invoice.number or "", issue_date=each.invoice.issue_date)
        for each in deposits
        if each.left()
    )


def asked_for(order_id: str, things: str, language: LanguageCode) -> str:
    """Name of a deposit's line (BT-153): of which order, and for what."""
    name = spaced(_ASKED[language].format(order=order_id, things=things), language)
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1].rstrip() + "…"


def _parts(document: Invoice) -> dict[TaxKey, Part]:
    return {
        (group.category, group.rate): Part(group.taxable_minor, group.tax_minor)
        for group in document.tax_groups
    }

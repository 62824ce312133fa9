"""Invoices and credit notes of every kind that EN 16931 knows, made from a seed by the code that issues.

Sellers of seven places with their own currencies and rates; lines from 1 to 200, mostly few; all tax
categories but where the rules forbid them side by side; allowances and charges on lines and documents;
deliveries, periods, references; some letters that XML has to escape.
"""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from fakturo.credit import Correction, propose_credit
from fakturo.invoice import Invoice
from fakturo.issue import number, propose
from fakturo.money import exponent
from fakturo.order import Adjustment, Order, OrderLine, Party
from fakturo.seller import Seller
from fakturo.tax import Client

TODAY = date(2026, 3, 2)
CREDIT_SHARE = 0.12
MANY_SHARE, MOST_LINES = 0.02, 200
GERMAN = Seller(
    name="Lampen Nord GmbH",
    street="Speicherstraße 5",
    city="Hamburg",
    postcode="20457",
    country="DE",
    vat_id="DE136695976",
    legal_id="HRB 12345",
    contact="Buchhaltung",
    email="rechnung@lampen.example",
    phone="+49 40 1234560",
    iban="DE89370400440532013000",
    bic="COBADEFFXXX",
    bank="Commerzbank",
    language="de",
    currency="EUR",
    tax_rate=Decimal(19),
)


class Place(NamedTuple):
    """A seller and what it may write on an invoice."""

    seller: Seller
    rates: tuple[tuple[str, int], ...]
    """Category and percent of sales at home."""
    abroad: tuple[str, ...]
    """Categories of sales to other places; each makes a document of its own."""
    currencies: tuple[str, ...]


def _place(*, rates: Any, abroad: Any, currencies: Any, **changes: Any) -> Place:
    return Place(GERMAN.model_copy(update=changes), rates, abroad, currencies)


_EXEMPT = "Exempt under the law of the seller's state."
PLACES = (
    Place(GERMAN, (("S", 19), ("S", 7)), ("K", "AE", "G"), ("EUR", "EUR", "USD")),
    _place(name="Clair & Fils", country="FR", vat_id="FR40303265045", language="fr", tax_rate=Decimal(20),
           rates=(("S", 20), ("S", 10), ("S", Decimal("5.5")), ("S", Decimal("2.1"))),
           abroad=("K", "AE", "G"), currencies=("EUR",)),
    _place(name="Blue Door Ltd", country="GB", vat_id="GB980780684", language="en", tax_rate=Decimal(20),
           iban="GB33BUKB20201555555555", bic="BUKBGB22", tax_exemption_reason=_EXEMPT,
           rates=(("S", 20), ("S", 5), ("Z", 0), ("E", 0)), abroad=("G",), currencies=("GBP", "EUR")),
    _place(name="Islas Canarias SL", country="ES", vat_id="ESB58378431", language="es", tax_category="L",
           tax_rate=Decimal(7), rates=(("L", 7), ("L", 3)), abroad=("G",), currencies=("EUR",)),
    _place(name="Ceuta Comercio SL", country="ES", vat_id="ESB58378431", language="es", tax_category="M",
           tax_rate=Decimal(4), rates=(("M", 4), ("M", 10)), abroad=("G",), currencies=("EUR",)),
    _place(name="Kleine Werkstatt", vat_id=None, tax_number="22/815/08150", tax_category="O",
           tax_rate=Decimal(0), tax_exemption_reason="Not subject to VAT.",
           rates=(("O", 0),), abroad=(), currencies=("EUR",)),
    _place(name="Nihon Sales GK", country="JP", vat_id="JP1234567890123", language="en",
           tax_rate=Decimal(10), iban=None, bic=None, rates=(("S", 10), ("S", 8)), abroad=(),
           currencies=("JPY", "USD", "BHD")),
)  # fmt: skip
NAMES = (
    "Messinglaterne, klein", "Tasse „Blau“ 300 ml", "Rope < 5 m & hook", "Café-crème, 12 pièces",
    'Bolt M8 "A2" 40 mm', "Łańcuch 2 m", "Beratung, Stunde",
    "A really long name of an article that wraps over two or three lines of any sheet of paper",
    "茶碗", "Παξιμάδι",
)  # fmt: skip
UNITS = ("C62", "H87", "KGM", "MTR", "HUR", "LTR", "XPK", "DAY")
BUYERS = {
    "K": (("FR", "FR40303265045"), ("NL", "NL004495445B01"), ("AT", "ATU13585627"), ("DE", "DE136695976")),
    "G": (("CH", None), ("US", None), ("NO", None)),
}
BUYERS["AE"] = BUYERS["K"]


def documents(count: int, seed: int) -> Iterator[tuple[Order, Invoice | None, str]]:
    """Orders with the numbered document that each becomes, or why none does.

    Yields:
        (order, document, reason): the document None exactly where there is a reason.
    """
    dice = random.Random(seed)
    original: tuple[Order, Seller, Invoice] | None = None
    for position in range(1, count + 1):
        if original and dice.random() < CREDIT_SHARE:
            yield _credit(dice, *original, position)
            original = None
            continue
        place = dice.choice(PLACES)
        order = _order(dice, place, position)
        made, why = _invoice(order, place.seller, position)
        if made:
            original = (order, place.seller, made)
        yield order, made, why


def plain(lines: int, position: int, seed: int) -> Invoice:
    """An everyday invoice of `lines` lines at two rates, in EUR: what speed is measured on."""
    dice = random.Random(f"{seed}-{position}")
    order = Order(
        external_id=f"B-{seed}-{position}",
        customer=Party(
            id=f"K-{dice.randint(1000, 9999)}", name="Café Blume KG", street="Marktplatz 3",
            city="Bremen", postcode="28195", country="DE", email="einkauf@blume.example",
        ),
        currency="EUR",
        ordered_on=TODAY - timedelta(days=dice.randint(0, 9)),
        delivered_on=TODAY,
        po_number=f"PO-{dice.randint(10000, 99999)}",
        lines=tuple(
            OrderLine(
                no=no, code=f"LN-{dice.randint(100, 999)}", name=f"Messinglaterne Nr. {dice.randint(1, 500)}",
                quantity=Decimal(dice.randint(1, 48)), unit_price=Decimal(dice.randint(90, 9900)).scaleb(-2),
                tax_category="S", tax_rate=Decimal(7 if no % 4 == 0 else 19),
            )
            for no in range(1, lines + 1)
        ),
    )  # fmt: skip
    made, why = _invoice(order, GERMAN, position)
    assert made is not None, why
    return made


def _invoice(order: Order, seller: Seller, position: int) -> tuple[Invoice | None, str]:
    proposal = propose(order, buyer=order.customer, client=Client(), seller=seller, issue_date=TODAY)
    if proposal.invoice is None or proposal.findings:
        return None, ", ".join(sorted({each.code for each in proposal.findings}))
    return proposal.invoice.model_copy(update={"number": number("INV-2026", position)}), ""


def _credit(
    dice: random.Random, order: Order, seller: Seller, original: Invoice, position: int
) -> tuple[Order, Invoice | None, str]:
    """The credit note of an invoice: of all of it, or of its first line."""
    is_part = dice.random() < 0.4 and not order.adjustments  # those can only be credited with all of it
    part: dict[str, Any] = {"lines": order.lines[:1]} if is_part else {}
    asked = order.model_copy(
        update={"kind": "cancellation", "external_id": f"C{order.external_id}", "cancels": order.external_id}
        | part
    )
    proposal = propose_credit(asked, Correction(original), issue_date=TODAY)
    if proposal.invoice is None or proposal.findings:
        return asked, None, ", ".join(sorted({each.code for each in proposal.findings}))
    name = number(f"{seller.credit_series}-2026", position)
    return asked, proposal.invoice.model_copy(update={"number": name}), ""


def _order(dice: random.Random, place: Place, position: int) -> Order:
    currency = dice.choice(place.currencies)
    category = dice.choice(place.abroad) if place.abroad and dice.random() < 0.35 else None
    taxes = (
        ((category, 0),) if category else tuple(dice.sample(place.rates, dice.randint(1, len(place.rates))))
    )
    buyer = _buyer(dice, place, category)
    ordered_on = TODAY - timedelta(days=dice.randint(0, 200))
    is_many = dice.random() < MANY_SHARE
    count = dice.randint(20, MOST_LINES) if is_many else min(MOST_LINES, 1 + int(dice.expovariate(1 / 4)))
    lines = tuple(_line(dice, no, currency, dice.choice(taxes)) for no in range(1, count + 1))
    used = sorted({(line.tax_category, line.tax_rate) for line in lines}, key=str)
    extras: dict[str, Any] = {}
    if category == "K" or dice.random() < 0.5:
        extras |= {"delivered_on": ordered_on, "deliver_to": buyer if category == "K" else None}
    elif dice.random() < 0.3:
        extras |= {"period_first": ordered_on - timedelta(days=30), "period_last": ordered_on}
    references = {"po_number": "4500-77", "buyer_reference": "04011000-1234512345-06", "contract": "R-9",
                  "project": "Haus 2", "note": "Danke & bis bald <3", "terms_days": 14}  # fmt: skip
    extras |= {name: value for name, value in references.items() if dice.random() < 0.3}
    return Order(
        external_id=f"M-{position}",
        customer=buyer,
        currency=currency,
        ordered_on=ordered_on,
        lines=lines,
        adjustments=tuple(_of_document(dice, currency, used) for _ in range(dice.choice((0, 0, 0, 1, 2)))),
        **extras,
    )


def _of_document(dice: random.Random, currency: str, taxes: list[Any]) -> Adjustment:
    """Freight, or a discount far smaller than the cheapest line."""
    category, rate = dice.choice(taxes)
    if dice.random() < 0.6:
        amount = Decimal(dice.randint(100, 990)).scaleb(-exponent(currency))
        return Adjustment(kind="charge", amount=amount, reason="Fracht", tax_category=category, tax_rate=rate)
    amount = Decimal(dice.randint(1, 40)).scaleb(-exponent(currency))
    return Adjustment(kind="allowance", amount=amount, reason="Rabatt", tax_category=category, tax_rate=rate)


def _line(dice: random.Random, no: int, currency: str, tax: Any) -> OrderLine:
    decimals = exponent(currency)
    adjustments = []
    if dice.random() < 0.15:
        kind = dice.choice(("allowance", "charge"))
        adjustments.append(Adjustment(kind=kind, amount=Decimal(dice.randint(1, 40)).scaleb(-decimals)))
    is_odd = dice.random() < 0.2
    return OrderLine(
        no=no,
        code=f"A-{dice.randint(1, 999)}" if dice.random() < 0.8 else None,
        gtin="4006381333931" if dice.random() < 0.1 else None,
        buyer_code="X1" if dice.random() < 0.1 else None,
        name=dice.choice(NAMES),
        quantity=Decimal(dice.randint(1, 999)).scaleb(-1) if is_odd else Decimal(dice.randint(1, 60)),
        unit=dice.choice(UNITS),
        unit_price=Decimal(dice.randint(9000, 990000)).scaleb(-decimals - 1 if is_odd else -decimals),
        price_base=Decimal(dice.choice((1, 1, 1, 1, 10, 100))),
        adjustments=tuple(adjustments),
        tax_category=tax[0],
        tax_rate=Decimal(tax[1]),
    )


def _buyer(dice: random.Random, place: Place, category: str | None) -> Party:
    country, vat_id = place.seller.country, None
    if category:
        choices = [each for each in BUYERS[category] if each[0] != country]
        country, vat_id = dice.choice(choices)
    return Party(
        id=f"K-{dice.randint(1, 400)}",
        name=dice.choice(("Café Blume & Söhne", "Van Dijk B.V.", "Tørnqvist AS", "O'Neil's")),
        street="Main Street 1" if dice.random() < 0.7 else None,
        city="Oldtown" if dice.random() < 0.7 else None,
        postcode="12345" if dice.random() < 0.7 else None,
        country=country,
        vat_id=vat_id,
        email="buy@customer.example" if dice.random() < 0.5 else None,
    )

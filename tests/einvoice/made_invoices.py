"""Whole invoices, made up by hypothesis and worked out by `fakturo.issue.propose`: all of them are proved.

Who sells to whom, and what the law then asks for, follows from the tax categories that are drawn first.
"""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

from fakturo.invoice import Invoice
from fakturo.issue import propose
from fakturo.money import exponent
from fakturo.order import Adjustment, Order, OrderLine, Party, TaxCategory
from fakturo.seller import Seller
from fakturo.tax import Client
from fakturo.trade import AccountingTax, EarlyPayment, Payee, PaymentMeans, Preceding

ISSUED = date(2026, 3, 2)
CURRENCIES = ("EUR", "GBP", "USD", "HUF", "CHF", "JPY", "KRW", "ISK")
"""ISO 4217 gives the first five two decimals, the others none."""
UNITS = ("C62", "KGM", "HUR", "MTR", "H87", "DAY", "LTR", "KWH", "XPK")
RATES = tuple(map(Decimal, ("19", "7", "5.5", "20", "2.1", "25.5", "8.875")))
TOGETHER: tuple[tuple[TaxCategory, ...], ...] = (
    ("S",), ("S", "S", "S"), ("Z",), ("S", "Z"), ("E",), ("S", "E"), ("AE",), ("S", "AE"), ("K",), ("S", "K"),
    ("G",), ("S", "G"), ("O",), ("L",), ("M",), ("S", "L", "M"), ("S", "Z", "E", "AE", "K"),
)  # fmt: skip
"""Categories that may stand on one invoice; O stands alone (BR-O-11 to 14)."""
WITHOUT_REASON = frozenset({"S", "Z", "L", "M"})
ODD = "äß中文日本🧾🎉 \"quoted\" 'single' <b>&amp; & > \x00\x07\x1b\ufffe \u202e\u200b\ttab\nline"
TEXTS = st.tuples(st.sampled_from("AZaz09é茶"), st.text(ODD, max_size=12)).map("".join)
SOMETIMES_TEXT = st.none() | TEXTS
FAR = Party(id="D-1", name="Dépôt", street="Quai 4", city="Lyon", postcode="69001", country="FR")
IBAN, BRITISH_IBAN = "DE89370400440532013000", "GB33BUKB20201555555555"

Draw = Callable[[st.SearchStrategy[Any]], Any]


@st.composite
def invoices(draw: Draw, categories: tuple[TaxCategory, ...] | None = None, most_lines: int = 5) -> Invoice:
    """A proved invoice with a number, of any kind that we write.

    Args:
        categories: those of its lines; any that may stand together unless given.
        most_lines: beside which one of twenty invoices has 200.
    """
    chosen = categories or draw(st.sampled_from(TOGETHER))
    taxes = _taxes(draw, chosen)
    seller = _seller(draw, chosen)
    order = _order(draw, chosen, taxes, most_lines)
    invoice, findings = propose(
        order, buyer=order.customer, client=Client(), seller=seller, issue_date=ISSUED
    )
    assume(not findings)
    assert invoice is not None
    return _completed(draw, invoice)


def _taxes(draw: Draw, categories: tuple[TaxCategory, ...]) -> list[tuple[TaxCategory, Decimal]]:
    """Different pairs of category and rate; Factur-X refuses IGIC (L) at 0 %, UBL does not."""
    rates = {"S": RATES, "L": RATES[:3], "M": (Decimal(0), *RATES[:3])}
    pairs = [(each, draw(st.sampled_from(rates.get(each, (Decimal(0),))))) for each in categories]
    return list(dict.fromkeys(pairs))


def _seller(draw: Draw, categories: tuple[TaxCategory, ...]) -> Seller:
    """Outside the scope of tax a VAT id tells nobody (BR-O-02), in all other cases one must be told."""
    country = draw(st.sampled_from(["DE", "FR", "GB"]))
    vat_id = {"DE": "DE123456789", "FR": "FR40303265045", "GB": "GB999999973"}[country]
    has_scheme, by_gln = draw(st.booleans()), draw(st.booleans())
    return Seller(
        name=draw(TEXTS),
        country=country,
        vat_id=None if "O" in categories and draw(st.booleans()) else vat_id,
        legal_id="303265045" if "O" in categories or has_scheme else None,
        legal_id_scheme="0002" if has_scheme else None,
        endpoint="4012345000009" if by_gln else None,
        endpoint_scheme="0088" if by_gln else None,
        contact=draw(SOMETIMES_TEXT),
        email=draw(st.sampled_from([None, "billing@example.com"])),
        phone=draw(st.sampled_from([None, "+49 30 1234"])),
        iban=draw(st.sampled_from([None, IBAN, BRITISH_IBAN])),
        bic=draw(st.sampled_from([None, "COBADEFFXXX"])),
        tax_exemption_reason=draw(TEXTS) if draw(st.booleans()) or {"E", "O"} & {*categories} else None,
        early_payments=draw(
            st.sampled_from([(), (EarlyPayment(days=14, percent=Decimal(2)),)])
        ),
    )  # fmt: skip


def _buyer(draw: Draw, categories: tuple[TaxCategory, ...]) -> Party:
    """Reverse charge and supplies within the Union need the buyer's VAT id (BR-AE-02, BR-IC-02)."""
    country = draw(st.sampled_from(["FR", "AT"])) if "K" in categories else draw(
        st.sampled_from(["DE", "FR", "US", "JP", None])
    )  # fmt: skip
    needs_id = {"AE", "K"} & {*categories}
    by_gln = draw(st.booleans())
    return Party(
        id=draw(TEXTS),
        name=draw(SOMETIMES_TEXT),
        street=draw(SOMETIMES_TEXT),
        city=draw(SOMETIMES_TEXT),
        postcode=draw(st.sampled_from([None, "10115"])),
        country=country,
        vat_id="ATU12345675" if needs_id or draw(st.booleans()) else None,
        legal_id=draw(st.sampled_from([None, "HRB 4711"])),
        endpoint="4012345000009" if by_gln else None,
        endpoint_scheme="0088" if by_gln else None,
        email=draw(st.sampled_from([None, "in@example.org"])),
    )


def _order(
    draw: Draw,
    categories: tuple[TaxCategory, ...],
    taxes: list[tuple[TaxCategory, Decimal]],
    most_lines: int,
) -> Order:
    currency = draw(st.sampled_from(CURRENCIES))
    lines = draw(st.lists(_lines(currency, taxes), min_size=len(taxes), max_size=max(most_lines, len(taxes))))
    if draw(st.integers(0, 19)) == 0:
        lines = (lines * 200)[:200]
    lines = [
        # the first lines bear one tax each, so that every category stands on the invoice
        line.model_copy(
            update={"no": no}
            | ({"tax_category": taxes[no - 1][0], "tax_rate": taxes[no - 1][1]} if no <= len(taxes) else {})
        )
        for no, line in enumerate(lines, start=1)
    ]
    needs_place = "K" in categories or draw(st.booleans())
    has_period = draw(st.booleans())
    return Order(
        external_id=draw(TEXTS),
        customer=_buyer(draw, categories),
        currency=currency,
        ordered_on=ISSUED - timedelta(days=draw(st.integers(0, 9))),
        po_number=draw(SOMETIMES_TEXT),
        buyer_reference=draw(SOMETIMES_TEXT),
        contract=draw(SOMETIMES_TEXT),
        project=draw(SOMETIMES_TEXT),
        delivered_on=ISSUED if needs_place else None,
        deliver_to=FAR if needs_place else None,
        period_first=date(2026, 2, 1) if has_period else None,
        period_last=date(2026, 2, 28) if has_period else None,
        lines=tuple(lines),
        adjustments=_adjustments(draw, currency, lines),
        note=draw(SOMETIMES_TEXT),
    )


@st.composite
def _lines(draw: Draw, currency: str, taxes: list[tuple[TaxCategory, Decimal]]) -> OrderLine:
    quantity = draw(st.decimals(Decimal("0.001"), 500, places=3) | st.integers(1, 99).map(Decimal))
    price = draw(st.decimals(0, 9999, places=4) | st.decimals(1, 99, places=2))
    base = draw(st.sampled_from([Decimal(1), Decimal(1), Decimal(3), Decimal("0.5"), Decimal(1000)]))
    category, rate = draw(st.sampled_from(taxes))
    whole = quantity * price / base
    parts = draw(
        st.lists(st.tuples(st.sampled_from(["allowance", "charge"]), st.integers(0, 30)), max_size=3)
    )
    return OrderLine(
        no=1,
        code=draw(SOMETIMES_TEXT),
        buyer_code=draw(SOMETIMES_TEXT),
        gtin=draw(st.sampled_from([None, "4012345000009"])),
        order_line=draw(st.sampled_from([None, "7"])),
        name=draw(TEXTS),
        quantity=quantity,
        unit=draw(st.sampled_from(UNITS)),
        unit_price=price,
        price_base=base,
        adjustments=tuple(
            Adjustment(kind=kind, amount=_share(whole, percent, currency), reason=draw(TEXTS))
            for kind, percent in parts
        ),
        tax_category=category,
        tax_rate=rate,
    )


def _share(of: Decimal, percent: int, currency: str) -> Decimal:
    """With one decimal more than the currency has, so that it is rounded."""
    return (of * percent / 100).quantize(Decimal(1).scaleb(-exponent(currency) - 1))


def _adjustments(draw: Draw, currency: str, lines: list[OrderLine]) -> tuple[Adjustment, ...]:
    """Of the whole document, each in the tax of a line and less than a third of it."""
    found = []
    for _ in range(draw(st.integers(0, 2))):
        line = draw(st.sampled_from(lines))
        whole = line.quantity * line.unit_price / line.price_base / 4
        kind, percent = draw(st.sampled_from(["allowance", "charge"])), draw(st.integers(0, 30))
        found.append(
            Adjustment(
                kind=kind,
                amount=_share(whole, percent, currency),
                reason=draw(TEXTS),
                tax_category=line.tax_category,
                tax_rate=line.tax_rate,
            )
        )
    return tuple(found)


def _completed(draw: Draw, invoice: Invoice) -> Invoice:
    """With a number and what no order says: deposits paid, rounding, another payee, another way to pay."""
    more: dict[str, Any] = {"number": "INV-2026-000042"}
    if draw(st.booleans()):
        more["payee"] = draw(st.builds(Payee, name=TEXTS, id=SOMETIMES_TEXT, legal_id=SOMETIMES_TEXT))
    if draw(st.booleans()):
        more["rounding_minor"] = draw(st.integers(-4, 4))
    if draw(st.booleans()):
        more["prepaid_minor"] = draw(st.integers(0, invoice.total_minor))
    if draw(st.booleans()):
        more["accounting_tax"] = _counted(draw, invoice)
    if draw(st.integers(0, 3)) == 0:
        preceding = Preceding(number="INV-2026-000007", issue_date=draw(st.sampled_from([None, ISSUED])))
        return invoice.model_copy(update=more | {"kind": "credit_note", "preceding": (preceding,)})
    more["payment"] = draw(st.sampled_from(MEANS))
    more["is_deposit"] = draw(st.booleans())
    return invoice.model_copy(update=more)


MEANS = (
    None,
    PaymentMeans(code="48", card_number="411111XXXX1111", card_holder="A. Müller <&>"),
    PaymentMeans(code="54", card_number="1111"),
    PaymentMeans(code="59", mandate_id="M-1", creditor_id="DE98ZZZ09999999999", debited_iban=IBAN),
    PaymentMeans(code="49", mandate_id="M-1"),
    PaymentMeans(code="30", iban=BRITISH_IBAN, account_name="Factor <Ltd>", bic="BUKBGB22"),
    PaymentMeans(code="58", iban=IBAN),
    PaymentMeans(code="57", iban=IBAN),
)


def _counted(draw: Draw, invoice: Invoice) -> AccountingTax:
    """The tax in another currency, rounded half up by hand: all numbers here are positive."""
    currency = draw(st.sampled_from([each for each in CURRENCIES if each != invoice.currency]))
    rate = draw(st.decimals(Decimal("0.01"), 400, places=4))
    tax = Decimal(invoice.tax_minor).scaleb(-exponent(invoice.currency)) * rate
    tax_minor = int(tax.scaleb(exponent(currency)) + Decimal("0.5"))
    return AccountingTax(
        currency=currency,
        tax_minor=tax_minor,
        rate=rate,
        rate_date=ISSUED,
        rate_source="European Central Bank",
    )

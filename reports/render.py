"""An issued invoice -> one HTML page set for printing. Pure: no clock, no files but the templates.

The template only places words; every amount is written here, from exact integers. Which column is how wide
is decided here too, because a fixed table layout renders twice as fast as one that measures every cell.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from stdnum import iban

from fakturo.errors import RenderError
from fakturo.invoice import DocumentAdjustment, Invoice, InvoiceLine, TaxGroup
from fakturo.money import to_minor
from reports.columns import Sums, Widths, sums, widths
from reports.language import Language, language
from reports.letterhead import address, details, town
from reports.look import Look
from reports.payment import bank, pay_early, please_pay
from reports.payment_code import PaymentCode
from reports.said import Said
from reports.template import NAME, fill, fill_own

_RATED = frozenset({"S", "L", "M"})
_UNPRINTABLE = dict.fromkeys(
    (*range(9), *range(0x0B, 0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A))
)
"""Control characters, and the marks that turn the direction of text: they could show 48.00 as 00.84."""
Bill = Literal["", "below", "apart"]
"""A Swiss payment part: none, at the foot of the only page, or on a page of its own."""
_NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
LETTERS_A_ROW = 30
TALL_ROWS = 20
"""More than these are not kept on one page; a page has room for 55."""
LONGEST_UNIT = 8
"""Letters that stand beside the quantity; a longer unit wraps under it."""


@dataclass(frozen=True)
class LineText:
    """A line as printed."""

    no: str
    code: str
    name: str
    adjustments: tuple[Said, ...]
    known_as: str
    """What the buyer finds the line by: its own code and line, the GTIN; or empty."""
    quantity: str
    unit: str
    price: str
    base: str
    """'per 100', or empty."""
    tax: str
    amount: str
    is_tall: bool
    """Whether it may break over two pages."""


@dataclass(frozen=True)
class GroupText:
    """A row of the tax breakdown as printed."""

    rate: str
    category: str
    taxable: str
    tax: str
    reason: str


def html(
    invoice: Invoice,
    look: Look = Look(),  # noqa: B008  frozen
    *,
    code: PaymentCode | None = None,
    bill: Bill = "",
) -> str:
    """Write an invoice as HTML in its own language.

    Args:
        invoice: an issued invoice; its number is set.
        look: its logo is what the PDF writer answers `fakturo:logo` with.
        code: the payment code, if any; the PDF writer answers `fakturo:payment-code` with it.
        bill: where a Swiss payment part stands.

    Raises:
        RenderError: the invoice has no number yet, or a template of the seller's own fails.
    """
    if invoice.number is None:
        raise RenderError(f"The invoice of order {invoice.order_id} has no number yet; issue it first.")
    say = language(invoice.language, invoice.seller.country, invoice.currency)
    lines = tuple(_line(line, say) for line in invoice.lines)
    groups = tuple(_group(group, say) for group in invoice.tax_groups)
    heading = say.say("deposit" if invoice.is_deposit else invoice.kind)
    due = say.money(invoice.due_minor)
    values = dict(  # noqa: C408  names of the template
        invoice=invoice,
        say=say,
        has_logo=look.logo is not None,
        heading=heading,
        title=f"{heading} {invoice.number}",
        buyer_address=address(invoice, say),
        meta=details(invoice, say),
        seller_town=town(invoice.seller.postcode, invoice.seller.city, invoice.seller.country),
        lines=lines,
        widths=_widths(lines, say),
        adjustments=tuple(_adjustment(each, say, of_many=len(groups) > 1) for each in invoice.adjustments),
        groups=groups,
        sums=_sums(invoice, groups, say),
        tax_in_other=_tax_in_other(invoice, say),
        paid=_paid(invoice, say),
        due=Said(say.say("amount_due" if invoice.kind == "invoice" else "total_credit_note"), due),
        please_pay=please_pay(invoice, say),
        pay_early=pay_early(invoice, say),
        bank=() if bill == "below" else bank(invoice, say, code),
        code=code.kind if code else "",
        bill=bill,
        iban=iban.format(invoice.seller.iban or ""),
        is_tall=len(invoice.adjustments) + len(groups) > TALL_ROWS,
    )
    if look.template is None:
        page = fill(values)
    else:
        must_show = {invoice.number: "number", due: "amount due", say.money(invoice.total_minor): "total"}
        page = fill_own(look.template, f"{look.folder}/{NAME}", values, must_show)
    return page.translate(_UNPRINTABLE)


def _line(line: InvoiceLine, say: Language) -> LineText:
    percent = say.percent(line.tax_rate)
    return LineText(
        no=str(line.no),
        code=line.code or "",
        name=line.name,
        adjustments=tuple(
            Said(each.reason, say.amount(_signed(each.kind, to_minor(each.amount, say.currency))))
            for each in line.adjustments
        ),
        known_as=_known_as(line, say),
        quantity=say.quantity(line.quantity),
        unit=say.unit(line.unit),
        price=say.price(line.unit_price),
        base="" if line.price_base == 1 else say.say("price_base", base=say.quantity(line.price_base)),
        tax=percent if line.tax_category in _RATED else f"{percent} {line.tax_category}",
        amount=say.amount(line.net_minor),
        is_tall=len(line.adjustments) + len(line.name) // LETTERS_A_ROW > TALL_ROWS,
    )


def _known_as(line: InvoiceLine, say: Language) -> str:
    parts = (
        say.say("order_line", line=line.order_line) if line.order_line else "",
        say.say("buyer_code", code=line.buyer_code) if line.buyer_code else "",
        f"GTIN\N{NO-BREAK SPACE}{line.gtin}" if line.gtin else "",
    )
    return " \N{MIDDLE DOT} ".join(part for part in parts if part)


def _adjustment(adjustment: DocumentAdjustment, say: Language, *, of_many: bool) -> Said:
    """With its rate where the document bears several, so that the breakdown can be followed."""
    rate = f" ({say.percent(adjustment.tax_rate)})" if of_many else ""
    amount = say.amount(_signed(adjustment.kind, adjustment.amount_minor))
    return Said(adjustment.reason + rate, amount)


def _group(group: TaxGroup, say: Language) -> GroupText:
    return GroupText(
        rate=say.percent(group.rate),
        category=say.category(group.category),
        taxable=say.amount(group.taxable_minor),
        tax=say.amount(group.tax_minor),
        reason=group.exemption_reason or "",
    )


def _tax_in_other(invoice: Invoice, say: Language) -> str:
    """The tax in the seller's accounting currency, with the rate as it was published; empty without one."""
    counted = invoice.accounting_tax
    if counted is None:
        return ""
    one, other = invoice.currency, counted.currency
    if counted.is_inverse:
        one, other = other, one
    return say.say(
        "tax_in",
        currency=counted.currency,
        amount=language(invoice.language, invoice.seller.country, counted.currency).money(counted.tax_minor),
        rate=f"1 {one} = {say.quantity(counted.rate)} {other}".replace(" ", _NO_BREAK_SPACE),
        source=counted.rate_source,
        date=say.short_day(counted.rate_date),
    )


def _paid(invoice: Invoice, say: Language) -> tuple[Said, ...]:
    """What stands between total and amount due (BT-113, BT-114); nothing where they are the same."""
    rows = (("prepaid", -invoice.prepaid_minor), ("rounding", invoice.rounding_minor))
    return tuple(Said(say.say(word), say.amount(minor)) for word, minor in rows if minor)


def _sums(invoice: Invoice, groups: Sequence[GroupText], say: Language) -> Sums:
    return sums(
        taxable=[say.say("taxable"), *(group.taxable for group in groups)],
        tax=[say.say("tax_amount"), *(group.tax for group in groups)],
        amounts=[
            *(say.amount(each) for each in (invoice.line_net_minor, invoice.net_minor, invoice.tax_minor)),
            *([say.money(invoice.total_minor)] if _paid(invoice, say) else []),
        ],
        total=max(say.money(invoice.total_minor), say.money(invoice.due_minor), key=len),
    )


def _widths(lines: Sequence[LineText], say: Language) -> Widths:
    amount = say.say("in_currency", label=say.say("amount"), currency=say.currency)
    codes = [line.code for line in lines]
    return widths(
        no=[say.say("position"), *(line.no for line in lines)],
        code=[say.say("code"), *codes] if any(codes) else [],
        quantity=[say.say("quantity"), *(f"{line.quantity} {line.unit[:LONGEST_UNIT]}" for line in lines)],
        price=[say.say("unit_price"), *(text for line in lines for text in (line.price, line.base))],
        tax=[say.tax_name, *(line.tax for line in lines)],
        amount=[amount, *(line.amount for line in lines)],
    )


def _signed(kind: str, minor: int) -> int:
    return -minor if kind == "allowance" else minor

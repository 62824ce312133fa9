"""From a proved order to the invoice it becomes: pure, so that every amount can be worked out by hand.

Order of work (EN 16931-1, 7.5): a line's net is rounded to the minor unit first, nets are summed, tax is
computed per group on the sum. A number is given later, inside the transaction that issues.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from fakturo.accounting_currency import counted
from fakturo.check import prove
from fakturo.deposit import Deposit, deductions, preceding
from fakturo.finding import Finding
from fakturo.invoice import DocumentAdjustment, Invoice, InvoiceLine
from fakturo.money import to_minor
from fakturo.order import Adjustment, Order, OrderLine, Party
from fakturo.payment_means import agreed, payee
from fakturo.seller import Seller
from fakturo.tax import Client, Tax, determine, groups, unlawful
from fakturo.taxation.decision import Decision
from fakturo.taxation.of_order import decide, told
from fakturo.trade import Delivery, Period, SellerParty


class Proposal(NamedTuple):
    """An invoice without a number, or the findings why there is none."""

    invoice: Invoice | None
    findings: tuple[Finding, ...]


def propose(
    order: Order,
    *,
    buyer: Party,
    client: Client,
    seller: Seller,
    issue_date: date,
    deposits: Sequence[Deposit] = (),
) -> Proposal:
    """Work out the whole invoice of an order and prove it; any finding means a person decides.

    Args:
        order: what was asked for; its kind is 'order' or 'deposit'.
        buyer: the order's customer, completed with what the ledger knows.
        client: terms and tax of that customer.
        seller: profile in force today.
        issue_date: day of issue in the seller's time zone.
        deposits: what was issued for this order before; the invoice is the final one then.
    """
    supplied_on = order.delivered_on or order.period_last or order.ordered_on
    decision = decide(order, _placed(buyer, seller), client, seller, supplied_on)
    taxes, findings = _taxes(order, client, seller, decision)
    if findings:
        return Proposal(None, tuple(findings))
    lines = tuple(_line(line, tax, order.currency) for line, tax in zip(order.lines, taxes, strict=False))
    adjustments = tuple(
        DocumentAdjustment(
            kind=each.kind,
            amount_minor=to_minor(each.amount, order.currency),
            reason=each.reason,
            tax_category=tax.category,
            tax_rate=tax.rate,
        )
        for each, tax in zip(order.adjustments, taxes[len(lines) :], strict=True)
    )
    first_no = max(line.no for line in lines) + 1
    lines += deductions(deposits, first_no=first_no, language=seller.language, country=seller.country)
    tax_groups = told(groups(lines, adjustments, seller), decision)
    line_net = sum(line.net_minor for line in lines)
    allowance = sum(each.amount_minor for each in adjustments if each.kind == "allowance")
    charge = sum(each.amount_minor for each in adjustments if each.kind == "charge")
    net = line_net - allowance + charge
    tax_total = sum(group.tax_minor for group in tax_groups)
    means, unpayable = agreed(order, client, seller)
    terms = next(
        days for days in (order.terms_days, client.terms_days, seller.terms_days) if days is not None
    )
    invoice = Invoice(
        order_id=order.external_id,
        po_number=order.po_number,
        buyer_reference=order.buyer_reference,
        contract=order.contract,
        project=order.project,
        preceding=preceding(deposits),
        is_deposit=order.kind == "deposit",
        issue_date=issue_date,
        due_date=issue_date + timedelta(days=terms),
        tax_point_date=supplied_on,
        terms_days=terms,
        language=seller.language,
        currency=order.currency,
        seller=seller_party(seller),
        buyer=_placed(buyer, seller),
        delivery=_delivery(order, buyer),
        period=_period(order),
        payee=payee(seller),
        payment=means,
        early_payments=() if means else seller.early_payments,
        lines=lines,
        adjustments=adjustments,
        tax_groups=tax_groups,
        line_net_minor=line_net,
        allowance_minor=allowance,
        charge_minor=charge,
        net_minor=net,
        tax_minor=tax_total,
        total_minor=net + tax_total,
        note=order.note,
    )
    invoice, untold = counted(invoice, seller)
    return Proposal(invoice, (*untold, *unpayable, *prove(invoice, order, deposits)))


def issue_day(now: datetime, seller: Seller) -> date:
    """The seller's calendar day at a moment in UTC."""
    return now.astimezone(ZoneInfo(seller.timezone)).date()


def series_name(seller: Seller, issue_date: date) -> str:
    """Counter that numbers a document: series and year, INV-2026."""
    return f"{seller.series}-{issue_date.year}"


def credit_series_name(seller: Seller, issue_date: date) -> str:
    """Counter that numbers a credit note: CN-2026."""
    return f"{seller.credit_series}-{issue_date.year}"


def number(series: str, seq: int) -> str:
    """Invoice number (BT-1): INV-2026-000042."""
    return f"{series}-{seq:06d}"


def seller_party(seller: Seller) -> SellerParty:
    """The seller as printed and hashed."""
    return SellerParty(
        name=seller.name,
        street=seller.street,
        city=seller.city,
        postcode=seller.postcode,
        country=seller.country,
        vat_id=seller.vat_id,
        tax_number=seller.tax_number,
        legal_id=seller.legal_id,
        legal_id_scheme=seller.legal_id_scheme,
        endpoint=seller.endpoint,
        endpoint_scheme=seller.endpoint_scheme,
        contact=seller.contact,
        email=seller.email,
        phone=seller.phone,
        website=seller.website,
        iban=seller.iban,
        bic=seller.bic,
        bank=seller.bank,
        specimen=seller.is_sample,
    )


def line_net_minor(
    quantity: Decimal,
    unit_price: Decimal,
    price_base: Decimal,
    adjustments: tuple[Adjustment, ...],
    currency: str,
) -> int:
    """BT-131 in minor units: round(quantity x price / base) - allowances + charges, each rounded."""
    gross = quantity * unit_price if price_base == 1 else quantity * unit_price / price_base
    net = to_minor(gross, currency)
    for each in adjustments:
        amount = to_minor(each.amount, currency)
        net += amount if each.kind == "charge" else -amount
    return net


def _placed(buyer: Party, seller: Seller) -> Party:
    """A buyer of whom no country is told is one of the seller's own: EN 16931 asks for one (BR-11).

    A country that was told and not understood stays unknown, and a person decides.
    """
    if buyer.country or buyer.country_name:
        return buyer
    return buyer.model_copy(update={"country": seller.country})


def _delivery(order: Order, buyer: Party) -> Delivery | None:
    """Where and when it was delivered, as far as the order tells.

    Goods for another state of the EU need a place (BR-IC-12): without one told it is the buyer's address.
    """
    if order.delivered_on is None and order.deliver_to is None:
        return None
    return Delivery(delivered_on=order.delivered_on, to=order.deliver_to or buyer)


def _period(order: Order) -> Period | None:
    if order.period_first is None or order.period_last is None:
        return None
    return Period(first=order.period_first, last=order.period_last)


def _line(line: OrderLine, tax: Tax, currency: str) -> InvoiceLine:
    return InvoiceLine(
        no=line.no,
        code=line.code,
        buyer_code=line.buyer_code,
        gtin=line.gtin,
        order_line=line.order_line,
        name=line.name,
        quantity=line.quantity,
        unit=line.unit,
        unit_price=line.unit_price,
        price_base=line.price_base,
        adjustments=line.adjustments,
        net_minor=line_net_minor(line.quantity, line.unit_price, line.price_base, line.adjustments, currency),
        tax_category=tax.category,
        tax_rate=tax.rate,
    )


def _taxes(
    order: Order, client: Client, seller: Seller, decision: Decision | None
) -> tuple[list[Tax], list[Finding]]:
    """Tax of every line, then of every document adjustment; one without follows the lines if they agree."""
    taxes: list[Tax] = []
    findings: list[Finding] = list(decision.findings) if decision else []
    by_place = None
    if decision and decision.category and decision.rate is not None:
        by_place = Tax(decision.category, decision.rate)
    places = [(f"line {line.no}", line.tax_category, line.tax_rate) for line in order.lines]
    for place, category, rate in places:
        _settle(place, determine(category, rate, client, seller, by_place), taxes, findings)
    of_lines = set(taxes)
    for position, each in enumerate(order.adjustments, start=1):
        place = f"{each.kind} {position}"
        if each.tax_category is None and each.tax_rate is None and len(of_lines) == 1:
            taxes.append(next(iter(of_lines)))
        elif each.tax_category is None and each.tax_rate is None and len(of_lines) > 1:
            message = f"{place} has no tax rate and the lines bear several; say which one it belongs to."
            findings.append(Finding(code="tax_ambiguous", message=message, place=place))
        else:
            _settle(place, determine(each.tax_category, each.tax_rate, client, seller), taxes, findings)
    return taxes, findings


def _settle(place: str, tax: Tax | None, taxes: list[Tax], findings: list[Finding]) -> None:
    if tax is None:
        message = f"{place} says 0 % without a category; say Z (zero-rated), E (exempt), AE, K, G or O."
        findings.append(Finding(code="tax_category_unknown", message=message, place=place))
        return
    refusal = unlawful(tax, place)
    if refusal:
        findings.append(refusal)
    taxes.append(tax)

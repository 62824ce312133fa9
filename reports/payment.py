"""How the buyer pays, in words: the sentence, the account, and what stands beside the code. Pure."""

from datetime import timedelta

from stdnum import iban

from fakturo.invoice import Invoice
from fakturo.tax import tax_on
from fakturo.trade import CARDS, DIRECT_DEBITS, PaymentMeans
from reports.language import Language
from reports.payment_code import PaymentCode, is_payable
from reports.said import Said

_HIDDEN = "\N{BULLET}" * 4


def please_pay(invoice: Invoice, say: Language) -> str:
    """What the document asks for, in one sentence."""
    amount = say.money(invoice.due_minor)
    if invoice.seller.specimen:
        return say.say("specimen_hint")
    if invoice.kind == "credit_note":
        return say.say("credited", amount=amount)
    if invoice.due_minor <= 0:
        return say.say("nothing_due")
    code = invoice.payment.code if invoice.payment else ""
    by = "pay_now" if invoice.terms_days == 0 else "pay_by"
    by = "collected" if code in DIRECT_DEBITS else "charged" if code in CARDS else by
    return say.say(by, amount=amount, date=say.day(invoice.due_date), days=invoice.terms_days)


def pay_early(invoice: Invoice, say: Language) -> tuple[str, ...]:
    """What is less for whoever pays early, a sentence each; rounded half away from zero, as all amounts."""
    if not is_payable(invoice):
        return ()
    return tuple(
        say.say(
            "pay_early",
            percent=say.percent(each.percent),
            date=say.day(invoice.issue_date + timedelta(days=each.days)),
            amount=say.money(invoice.due_minor - tax_on(invoice.due_minor, each.percent)),
        )
        for each in invoice.early_payments
    )


def bank(invoice: Invoice, say: Language, code: PaymentCode | None) -> tuple[Said, ...]:
    """Where to pay (BG-17), ready to be typed into a bank's form; or what the money is taken by (BG-18, 19).

    Args:
        code: a Swiss one has a reference of its own.
    """
    if not is_payable(invoice):
        return ()
    rows = _said(invoice.payment, invoice.number, say) if invoice.payment else _account(invoice, say, code)
    return tuple(row for row in rows if row.value)


def _account(invoice: Invoice, say: Language, code: PaymentCode | None) -> tuple[Said, ...]:
    seller = invoice.seller
    if not seller.iban:
        return ()
    return (
        Said(say.say("account_holder"), invoice.payee.name if invoice.payee else seller.name),
        Said(say.say("iban"), iban.format(seller.iban)),
        Said(say.say("bic"), seller.bic or ""),
        Said(say.say("bank"), seller.bank or ""),
        Said(say.say("reference"), code.reference if code else invoice.number or ""),
    )


def _said(means: PaymentMeans, number: str | None, say: Language) -> tuple[Said, ...]:
    """What the record says of the means of payment, and nothing of the seller's own account."""
    return (
        Said(say.say("account_holder"), means.account_name or ""),
        Said(say.say("iban"), iban.format(means.iban) if means.iban else ""),
        Said(say.say("bic"), means.bic or ""),
        Said(say.say("reference"), (number or "") if means.iban else ""),
        Said(say.say("mandate_id"), means.mandate_id or ""),
        Said(say.say("creditor_id"), means.creditor_id or ""),
        Said(say.say("debited_iban"), iban.format(means.debited_iban) if means.debited_iban else ""),
        Said(say.say("card"), f"{_HIDDEN} {means.card_number[-4:]}" if means.card_number else ""),
    )

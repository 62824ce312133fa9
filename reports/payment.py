"""How the buyer pays, in words: the sentence, the account, and what stands beside the code. Pure."""

from datetime import timedelta

from stdnum import iban

from fakturo.invoice import Invoice
from fakturo.tax import tax_on
from reports.language import Language
from reports.payment_code import PaymentCode, is_payable
from reports.said import Said


def please_pay(invoice: Invoice, say: Language) -> str:
    """What the document asks for, in one sentence."""
    amount = say.money(invoice.due_minor)
    if invoice.seller.specimen:
        return say.say("specimen_hint")
    if invoice.kind == "credit_note":
        return say.say("credited", amount=amount)
    if invoice.due_minor <= 0:
        return say.say("nothing_due")
    if invoice.terms_days == 0:
        return say.say("pay_now", amount=amount)
    return say.say("pay_by", amount=amount, date=say.day(invoice.due_date), days=invoice.terms_days)


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
    """Where to pay (BG-17), ready to be typed into a bank's form.

    Args:
        code: a Swiss one has a reference of its own.
    """
    seller = invoice.seller
    if not seller.iban or not is_payable(invoice):
        return ()
    rows = (
        Said(say.say("account_holder"), seller.name),
        Said(say.say("iban"), iban.format(seller.iban)),
        Said(say.say("bic"), seller.bic or ""),
        Said(say.say("bank"), seller.bank or ""),
        Said(say.say("reference"), code.reference if code else invoice.number or ""),
    )
    return tuple(row for row in rows if row.value)

"""What a person sees of one payment: where it stands, what is left, and what that may be for."""

from fakturo.cli.terminal.plain import clean
from fakturo.cli.terminal.screen import console, money, table
from fakturo.ledger.payments.cases import PaymentCase

COLUMNS = ("from", "invoice", "kind", "amount", "rule", "by", "why")


def show_payment(case: PaymentCase) -> None:
    """Print a payment, its allocations, and ranked proposals with the command that accepts each."""
    row, currency = case.payment, case.payment.currency
    amount = money(row.amount_minor, currency)
    _say(f"Payment {row.id}: {amount} on {row.value_date}, {row.source} {row.reference}", style="bold")
    who = f"client {case.customer_id}, {case.how}" if case.customer_id else "client not known"
    payer = " ".join(each for each in (row.payer, row.payer_account) if each) or "payer not named"
    _say(f"{payer} ({who})")
    if row.remittance:
        _say(f"“{row.remittance}”")
    if case.allocations:
        rows = [
            (
                each.effective_on,
                each.number,
                each.kind,
                money(each.amount_minor, currency),
                each.rule,
                each.actor,
                each.reason,
            )
            for each in case.allocations
        ]
        table("\nAllocations", COLUMNS, rows, right=(3,))
    if case.rest_minor:
        _show_rest(case)
    else:
        _say("\nNothing is left to allocate.")


def _show_rest(case: PaymentCase) -> None:
    row, currency = case.payment, case.payment.currency
    _say(f"\nNot allocated: {money(case.rest_minor, currency)}", style="bold")
    for remark in case.remarks:
        _say(remark)
    for place, each in enumerate(case.proposals, 1):
        amount = money(each.amount_minor, currency)
        invoice = f"{each.invoice.number} of {each.invoice.customer_id}"
        _say(f"{place}. {invoice}: {amount}, score {each.score}: {each.reason}")
        plain = amount.removesuffix(f" {currency}").replace(",", "")
        _say(f"   fakturo payments allocate {row.id} {each.invoice.number} --amount {plain}")
    if not case.proposals and case.rest_minor > 0:
        _say(f"No open invoice fits; fakturo payments allocate {row.id} INVOICE puts it on any.")
    if case.rest_minor > 0:
        _say(f"Paid back, or to be: fakturo payments refund {row.id}")
    else:
        _say(f"It pays back payment IN: fakturo payments refund IN --by {row.id}")
        _say(f"It reopens an invoice: fakturo payments allocate {row.id} INVOICE")


def _say(text: str, style: str | None = None) -> None:
    console.print(clean(text), style=style, markup=False)

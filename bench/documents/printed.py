"""An invoice as printed, for peers that only lay out: every text and amount as Fakturo writes it."""

import subprocess
from typing import Any

from fakturo.einvoice.writing.xml import write
from fakturo.invoice import Invoice
from reports.language import language


def fonts() -> dict[str, str]:
    """Files of the font that peers embed; Noto Sans, for fpdf2 and reportlab read no OpenType outlines."""
    found = {}
    for name, style in (("Text", "Regular"), ("Bold", "Bold")):
        asked = ("fc-match", "-f", "%{file}", f"Noto Sans:style={style}")
        found[name] = subprocess.run(asked, check=True, capture_output=True, text=True).stdout
    return found


def printed(invoice: Invoice, files: dict[str, str]) -> dict[str, Any]:
    """What a peer sets."""
    say = language(invoice.language, invoice.seller.country, invoice.currency)
    seller, buyer = invoice.seller, invoice.buyer
    groups = [
        [f"{say.percent(each.rate)} / {say.amount(each.taxable_minor)}", say.amount(each.tax_minor)]
        for each in invoice.tax_groups
    ]
    return {
        "fonts": files,
        "title": f"{say.say(invoice.kind)} {invoice.number}",
        "seller": [seller.name, seller.street, f"{seller.postcode} {seller.city}"],
        "buyer": [buyer.name, buyer.street, f"{buyer.postcode} {buyer.city}"],
        "details": [
            [say.say("invoice_date"), say.day(invoice.issue_date)],
            [say.say("due_date"), say.day(invoice.due_date)],
            [say.say("order"), invoice.order_id],
            [say.say("customer"), buyer.id],
        ],
        "head": [
            *(say.say(each) for each in ("position", "code", "name", "quantity", "unit_price")),
            say.tax_name,
            say.say("amount"),
        ],
        "widths": [12, 18, 55, 18, 22, 16, 24],
        "lines": [
            [
                str(each.no),
                each.code or "",
                each.name,
                say.quantity(each.quantity),
                say.price(each.unit_price),
                say.percent(each.tax_rate),
                say.amount(each.net_minor),
            ]
            for each in invoice.lines
        ],
        "sums": [*groups, [say.say(f"total_{invoice.kind}"), say.money(invoice.total_minor)]],
        "payment": [f"IBAN {seller.iban}", f"BIC {seller.bic}", seller.bank],
        "foot": f"{seller.name} / {seller.vat_id} / {seller.email}",
        "xml": write(invoice, "cii").decode(),
    }

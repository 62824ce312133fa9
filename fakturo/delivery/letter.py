"""The e-mail that tells a customer of an invoice: headers, words in the invoice's language, the PDF. Pure.

Message-ID and `Fakturo-Event-Id` are the same at each attempt, so that a letter that came twice shows as one.
`Auto-Submitted` (RFC 3834) keeps absence notices from answering.
"""

from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import cache
from pathlib import Path

from babel.dates import format_date
from babel.numbers import format_decimal
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from fakturo.delivery import event
from fakturo.delivery_settings import Email
from fakturo.invoice import Invoice
from fakturo.ledger.outbox.deliveries import Claimed
from fakturo.money import exponent, to_major

_LETTERS = Path(__file__).parent / "letters"
_LOCALES = {"en": "en_GB", "de": "de_DE"}


def recipient(invoice: Invoice) -> Address | None:
    """Where the invoice goes; None: it has no address, or none that a letter can be sent to."""
    if not invoice.buyer.email:
        return None
    try:
        address = Address(addr_spec=invoice.buyer.email.strip())
    except (ValueError, IndexError, MessageError):
        return None
    return address if address.domain and str(address).isprintable() else None


def letter(claimed: Claimed, invoice: Invoice, to: Address, email: Email, pdf: bytes | None) -> EmailMessage:
    """The whole message, ready to be sent.

    Args:
        pdf: the document; None: the letter names only its link.
    """
    subject, text = _words(claimed.event, invoice, email.link, is_attached=pdf is not None)
    sender = Address(_one_line(invoice.seller.name), addr_spec=email.sender)
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = Address(_one_line(invoice.buyer.name or ""), addr_spec=to.addr_spec)
    message["Subject"] = _one_line(subject)
    message["Date"] = format_datetime(claimed.happened_at)
    message["Message-ID"] = f"<{event.id_of(claimed)}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message[event.HEADER] = event.id_of(claimed)
    message.set_content(text)
    if pdf is not None:
        message.add_attachment(pdf, maintype="application", subtype="pdf", filename=f"{invoice.number}.pdf")
    return message


def _words(name: str, invoice: Invoice, link: str, *, is_attached: bool) -> tuple[str, str]:
    """(subject, text)."""
    locale = _LOCALES[invoice.language]
    digits = exponent(invoice.currency)
    amount = format_decimal(
        to_major(invoice.total_minor, invoice.currency),
        format="#,##0" + ("." + "0" * digits if digits else ""),
        locale=locale,
    )
    template = _environment().get_template(f"{name.replace('.', '_')}.{invoice.language}.txt.j2")
    whole = template.render(
        is_credit=invoice.kind == "credit_note",
        number=invoice.number,
        total=f"{amount} {invoice.currency}",
        due=format_date(invoice.due_date, "long", locale=locale),
        seller=invoice.seller.name,
        order=invoice.order_id,
        po_number=invoice.po_number,
        link=link.replace("{number}", invoice.number or "") or None,
        is_attached=is_attached,
    )
    subject, _, text = whole.lstrip().partition("\n")
    return subject, text.lstrip()


@cache
def _environment() -> Environment:
    # plain text: escaping for HTML would show
    return Environment(loader=FileSystemLoader(_LETTERS), undefined=StrictUndefined, autoescape=False)  # noqa: S701


def _one_line(text: str) -> str:
    """Fit for a header: a line break in a name must not begin another header."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())

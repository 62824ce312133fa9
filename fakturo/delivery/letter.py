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

from babel.numbers import format_decimal
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from fakturo.delivery import event
from fakturo.invoice import Invoice
from fakturo.languages import day, locale, number_locale, spaced
from fakturo.ledger.outbox.deliveries import Claimed
from fakturo.money import exponent, to_major
from fakturo.setting_groups.delivery import Email
from fakturo.trade import CARDS, DIRECT_DEBITS

LETTERS = Path(__file__).parent / "letters"


def recipient(invoice: Invoice) -> Address | None:
    """Where the invoice goes; None: it has no address, or none that a letter can be sent to."""
    return mailbox(invoice.buyer.email)


def mailbox(email: str | None) -> Address | None:
    """An address that a letter can be sent to; None: it is none."""
    if not email:
        return None
    try:
        address = Address(addr_spec=email.strip())
    except (ValueError, IndexError, MessageError):
        return None
    return address if address.domain and str(address).isprintable() else None


def letter(claimed: Claimed, invoice: Invoice, to: Address, email: Email, pdf: bytes | None) -> EmailMessage:
    """The whole message, ready to be sent.

    Args:
        pdf: the document; None: the letter names only its link.
    """
    subject, text = _words(claimed.event, invoice, email.link, is_attached=pdf is not None)
    message = enveloped(claimed, subject, invoice.seller.name, email.sender, invoice.buyer.name, to)
    message.set_content(text)
    if pdf is not None:
        message.add_attachment(pdf, maintype="application", subtype="pdf", filename=f"{invoice.number}.pdf")
    return message


def enveloped(
    claimed: Claimed, subject: str, seller: str, sender: str, name: str | None, to: Address
) -> EmailMessage:
    """A message with its headers and nothing in it.

    Args:
        sender: the address it comes from, under the name of the seller.
        name: of who gets it.
    """
    from_whom = Address(_one_line(seller), addr_spec=sender)
    message = EmailMessage(policy=SMTP)
    message["From"] = from_whom
    message["To"] = Address(_one_line(name or ""), addr_spec=to.addr_spec)
    message["Subject"] = _one_line(subject)
    message["Date"] = format_datetime(claimed.happened_at)
    message["Message-ID"] = f"<{event.id_of(claimed)}@{from_whom.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message[event.HEADER] = event.id_of(claimed)
    return message


def _words(name: str, invoice: Invoice, link: str, *, is_attached: bool) -> tuple[str, str]:
    """(subject, text)."""
    is_credit = invoice.kind == "credit_note"
    said_in = (invoice.language, invoice.seller.country)
    digits = exponent(invoice.currency)
    amount = format_decimal(
        to_major(invoice.total_minor if is_credit else invoice.due_minor, invoice.currency),
        format="#,##0" + ("." + "0" * digits if digits else ""),
        locale=number_locale(*said_in),
    )
    template = plain_words().get_template(f"{name.replace('.', '_')}.{invoice.language}.txt.j2")
    whole = template.render(
        is_credit=is_credit,
        is_deposit=invoice.is_deposit,
        country=invoice.seller.country,
        number=invoice.number,
        total=f"{amount} {invoice.currency}",
        due=day(invoice.due_date, "long", locale(*said_in)),
        seller=invoice.seller.name,
        order=invoice.order_id,
        po_number=invoice.po_number,
        link=link.replace("{number}", invoice.number or "") or None,
        is_attached=is_attached,
        taken_by=_taken_by(invoice),
    )
    subject, _, text = spaced(whole, invoice.language).lstrip().partition("\n")
    return subject, text.lstrip()


def _taken_by(invoice: Invoice) -> str:
    """'direct_debit' or 'card' where the seller takes what is due; empty: the customer pays it."""
    code = invoice.payment.code if invoice.payment else ""
    return "direct_debit" if code in DIRECT_DEBITS else "card" if code in CARDS else ""


@cache
def plain_words() -> Environment:
    """Templates of plain text."""
    # plain text: escaping for HTML would show
    return Environment(loader=FileSystemLoader(LETTERS), undefined=StrictUndefined, autoescape=False)  # noqa: S701


def _one_line(text: str) -> str:
    """Fit for a header: a line break in a name must not begin another header."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())

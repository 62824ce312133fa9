"""The electronic document that a file carries: an XML itself, within a PDF, or attached to a mail."""

from collections.abc import Iterator
from typing import NamedTuple

from fakturo.einvoice.syntax import is_invoice
from fakturo.einvoice.verifying.envelope import open_envelope
from fakturo.errors import BadInput
from fakturo.finding import Finding
from fakturo.intake.electronic.orderx import order as orderx
from fakturo.intake.electronic.ubl import order as ubl
from fakturo.intake.electronic.xml import Node, parse
from fakturo.intake.letters.mail import Mail
from fakturo.intake.recognise import Format

_SHOWN_CHARS = 500


class Carried(NamedTuple):
    """An order or invoice for machines."""

    name: str
    data: bytes
    """The file: an XML, or the PDF that has one in it."""
    xml: bytes


def xml_of(data: bytes, format: Format) -> bytes:  # noqa: A002  the word that the command line uses
    """The XML itself, or that within a PDF: its order, else its invoice.

    Raises:
        BadInput: the PDF cannot be read, or carries neither.
    """
    if format != "pdf":
        return data
    envelope = open_envelope(data)
    for xml in (*envelope.orders, *(xml for _, xml in envelope.invoices)):
        return xml
    others = ", ".join(each.name for each in envelope.attached) or "nothing"
    raise BadInput(
        f"This PDF carries no order (Order-X) and no e-invoice (Factur-X, ZUGFeRD); attached is {others}. "
        "Send its text, or a file that a machine can read."
    )


def carried(message: Mail) -> Carried | None:
    """The one order or invoice among a mail's attachments; None: there is none, or more than one.

    The same document as PDF and as XML beside it is one.
    """
    found = {each.xml: each for each in _documents(message)}
    return next(iter(found.values())) if len(found) == 1 else None


def beside(message: Mail, found: Carried) -> tuple[Finding, ...]:
    """What came with a document and may change it: words, and other files."""
    doubts = []
    if message.words:
        said = " ".join(message.words.split())
        shown = said if len(said) <= _SHOWN_CHARS else f"{said[:_SHOWN_CHARS]} …"
        told = f"The mail with {found.name} says: {shown!r}; approve the order if that changes nothing."
        doubts.append(Finding(code="mail_says_more", message=told))
    own = {each.data for each in _documents(message)}
    others = [each.name for each in message.attachments if each.data not in own]
    if others:
        told = f"The mail has attachments that nobody read ({', '.join(others[:3])}); look at them."
        doubts.append(Finding(code="attachment_not_read", message=told))
    return tuple(doubts)


def is_order_x(root: Node) -> bool:
    """Whether it is an order in the syntax of Order-X; else it is one in UBL, if any."""
    return str(root.tag).rpartition("}")[2] == orderx.NAME


def _documents(message: Mail) -> Iterator[Carried]:
    """Attachments that are orders or invoices; what cannot be read is none."""
    for each in message.attachments:
        try:
            xml = xml_of(each.data, "pdf" if each.data.startswith(b"%PDF") else "ubl")
            root = parse(xml)
        except BadInput:
            continue
        if is_invoice(root) or is_order_x(root) or root.tag == ubl.ORDER:
            yield Carried(each.name, each.data, xml)

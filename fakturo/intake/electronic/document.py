"""Tell an XML, or a PDF by the XML within it: an order is landed, an invoice of a supplier is kept."""

from fakturo.einvoice.syntax import is_invoice
from fakturo.einvoice.verifying.envelope import open_envelope
from fakturo.errors import BadInput
from fakturo.intake.electronic.orderx import order as orderx
from fakturo.intake.electronic.purchase import read_purchase
from fakturo.intake.electronic.ubl import order as ubl
from fakturo.intake.electronic.xml import Node, parse
from fakturo.intake.reading import Reading, Request, SeenBefore, one
from fakturo.intake.recognise import Format
from fakturo.ledger.landing.arrivals import Landing, Refused
from fakturo.seller import Seller

PURCHASES = "purchases"
"""Source of what suppliers bill."""


def read(request: Request, data: bytes, seen_before: SeenBefore) -> Reading:
    """Read a file of one document.

    Raises:
        BadInput: no XML that may be read, or another document; a PDF without any; an invoice of our own.
    """
    xml = xml_of(data, request.format)
    root = parse(xml)
    is_purchase = is_invoice(root)
    own = "order-x" if _is_order_x(root) else "ubl"
    source = PURCHASES if is_purchase else request.source or own
    before = seen_before(source, None)
    if before:
        orders = 0 if is_purchase else before.orders_duplicate
        return Reading(source, None, before=before._replace(orders_duplicate=orders))
    seller = request.settings.seller
    if is_purchase:
        return Reading(source, None, rows_in=1, purchase=read_purchase(request.name, data, seller))
    return one(source, _order(root, xml, seller))


def read_order(xml: bytes, seller: Seller) -> Landing | Refused:
    """An order in either syntax.

    Raises:
        BadInput: no XML that may be read, or another document.
    """
    return _order(parse(xml), xml, seller)


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


def _order(root: Node, xml: bytes, seller: Seller) -> Landing | Refused:
    reader = orderx.read_order if _is_order_x(root) else ubl.read_order
    return reader(root, xml, seller=seller)


def _is_order_x(root: Node) -> bool:
    return str(root.tag).rpartition("}")[2] == orderx.NAME

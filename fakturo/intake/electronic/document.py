"""Tell an XML, or a PDF by the XML within it: an order is landed, an invoice of a supplier is kept."""

import hashlib

from fakturo.einvoice.syntax import is_invoice
from fakturo.errors import BadInput
from fakturo.intake.electronic.carried import Carried, beside, carried, is_order_x, xml_of
from fakturo.intake.electronic.orderx import order as orderx
from fakturo.intake.electronic.purchase import read_purchase
from fakturo.intake.electronic.ubl import order as ubl
from fakturo.intake.electronic.xml import Node, parse
from fakturo.intake.landing import with_findings
from fakturo.intake.letters import mail
from fakturo.intake.letters.mail import Mail
from fakturo.intake.reading import Reading, Request, SeenBefore, one
from fakturo.ledger.landing.arrivals import Landing, Refused
from fakturo.seller import Seller

PURCHASES = "purchases"
"""Source of what suppliers bill."""


def read(request: Request, data: bytes, seen_before: SeenBefore) -> Reading:
    """Read a file of one document.

    Raises:
        BadInput: no XML that may be read, or another document; a PDF without any; an invoice of our own.
    """
    return _read(request, Carried(request.name, data, xml_of(data, request.format)), seen_before)


def read_carried(request: Request, message: Mail, seen_before: SeenBefore) -> Reading | None:
    """Read a mail that carries one document: None where it carries none, or several.

    Raises:
        BadInput: an invoice of our own.
    """
    found = carried(message)
    if found is None:
        return None
    reading = _read(request, found, seen_before)
    landings = [_with_words(each, message, found) for each in reading.landings()]
    return reading._replace(landings=lambda: landings)


def _with_words(order: Landing, message: Mail, found: Carried) -> Landing:
    """An order and what the mail says beside it: that may change it, so a person sees it.

    The words are a part of its identity: the same order with other words is a conflict and no duplicate.
    """
    seen = with_findings(order, beside(message, found))
    if not message.words:
        return seen
    both = f"{order.content_sha256}\n{message.words}"
    return seen._replace(content_sha256=hashlib.sha256(both.encode("utf-8", errors="replace")).hexdigest())


def _read(request: Request, found: Carried, seen_before: SeenBefore) -> Reading:
    root = parse(found.xml)
    is_purchase = is_invoice(root)
    own = "order-x" if is_order_x(root) else "ubl"
    source = PURCHASES if is_purchase else request.source or own
    before = seen_before(source, None)
    if before:
        orders = 0 if is_purchase else before.orders_duplicate
        return Reading(source, None, before=before._replace(orders_duplicate=orders))
    seller = request.settings.seller
    if is_purchase:
        return Reading(source, None, rows_in=1, purchase=read_purchase(found.name, found.data, seller))
    return one(source, _order(root, found.xml, seller))


def read_again(request: Request, corrected: str | None) -> Landing | Refused:
    """The order of an archived file once more.

    Args:
        corrected: XML that takes the place of the file's.

    Raises:
        BadInput: no XML that may be read, or another document; a mail without an order.
    """
    data = request.taken.path.read_bytes()
    message = mail.read(data) if request.format == "eml" else None
    found = carried(message) if message else Carried(request.name, data, xml_of(data, request.format))
    if found is None:
        raise BadInput("The mail carries no order for machines, or several; bring in another file.")
    xml = corrected.encode() if corrected else found.xml
    order = _order(parse(xml), xml, request.settings.seller)
    return _with_words(order, message, found) if message and isinstance(order, Landing) else order


def _order(root: Node, xml: bytes, seller: Seller) -> Landing | Refused:
    reader = orderx.read_order if is_order_x(root) else ubl.read_order
    return reader(root, xml, seller=seller)

"""A PDF around an e-invoice: what is attached to it, under which name, and what its pages say.

The only door to pypdf. Limits are told in words; what a PDF unpacks to is capped by pypdf at 75 MB a stream.
Source of names and relationships: Factur-X 1.09, section 6.2; PDF/A-3 (ISO 19005-3), annex E.
"""

import io
import logging
import re
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from pypdf import PageObject, PdfReader
from pypdf.errors import DependencyError, FileNotDecryptedError, LimitReachedError
from pypdf.generic import EmbeddedFile

from fakturo.einvoice.parsing import MOST_XML_BYTES
from fakturo.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_PAGES = 100
"""Pages whose text is read; an invoice of 1,000 lines has 40."""
MOST_PAGE_BYTES = 10_000_000
"""What a page unpacks to; a drawn logo makes 1 MB of it."""
MOST_ATTACHMENTS = 100
INVOICE_NAMES = frozenset({"factur-x.xml", "zugferd-invoice.xml", "xrechnung.xml"})
"""In lower case: ZUGFeRD 2.0 wrote `zugferd-invoice.xml`, ZUGFeRD 1 `ZUGFeRD-invoice.xml`."""
ORDER_NAMES = frozenset({"order-x.xml"})
"""Order-X 1.0, section 6.2."""
_LEVEL = re.compile(rb"ConformanceLevel\s*(?:>|=\s*[\"'])\s*([^<\"']{1,40})")


logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what it cannot read is told once, in our sentence


class Attached(NamedTuple):
    """A file within a PDF."""

    name: str
    relationship: str
    """Alternative, Data, Source, Supplement, Unspecified; empty: the PDF does not say."""


@dataclass(frozen=True)
class Envelope:
    """A PDF, opened."""

    attached: tuple[Attached, ...]
    invoices: tuple[tuple[Attached, bytes], ...]
    """Those whose name is an invoice's; only the first one is unpacked."""
    level: str
    """Factur-X level that the PDF's metadata claim; empty: they claim none."""
    text: str
    pages: int
    """Pages of the document; `text` is of the first 100."""
    orders: tuple[bytes, ...] = ()
    """Purchase orders (Order-X) that it carries."""


def open_envelope(data: bytes) -> Envelope:
    """Read a PDF's attachments and text.

    Raises:
        BadInput: no readable PDF, protected by a password, or it unpacks to too much.
    """
    with _refusals_in_words():
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise BadInput("The PDF is protected by a password; ask for one without.")
        attached: list[Attached] = []
        invoices: list[tuple[Attached, bytes]] = []
        orders: list[bytes] = []
        for number, each in enumerate(reader.attachment_list):
            if number >= MOST_ATTACHMENTS:
                raise BadInput(f"The PDF has more than {MOST_ATTACHMENTS} attachments; it was not read.")
            entry = _entry(each)
            attached.append(entry)
            if entry.name.lower() in INVOICE_NAMES:
                invoices.append((entry, b"" if invoices else _content(each, entry.name)))
            elif entry.name.lower() in ORDER_NAMES and not orders:
                orders.append(_content(each, entry.name))
        pages = len(reader.pages)
        text = "\n".join(_text(reader.pages[number]) for number in range(min(pages, MOST_PAGES)))
        level = _claimed_level(reader)
        return Envelope(tuple(attached), tuple(invoices), level, text, pages, tuple(orders))


def is_pdf(data: bytes) -> bool:
    """Whether the head of a file is a PDF's; some begin with a few stray bytes."""
    return b"%PDF-" in data[:1024] and not data.lstrip().startswith(b"<")


def _entry(each: EmbeddedFile) -> Attached:
    name = str(each.alternative_name or each.name or "")[:255]
    return Attached(name, str(each.associated_file_relationship or "").lstrip("/"))


def _content(each: EmbeddedFile, name: str) -> bytes:
    content = each.content
    if len(content) > MOST_XML_BYTES:
        raise BadInput(
            f"{name} in the PDF unpacks to {len(content) / 1e6:,.0f} MB; "
            f"up to {MOST_XML_BYTES // 1_000_000} MB are read."
        )
    return content


def _text(page: PageObject) -> str:
    contents = page.get_contents()
    size = len(contents.get_data()) if contents is not None else 0
    if size > MOST_PAGE_BYTES:
        raise BadInput(
            f"A page of the PDF unpacks to {size / 1e6:,.0f} MB; "
            f"up to {MOST_PAGE_BYTES // 1_000_000} MB are read."
        )
    return page.extract_text()


def _claimed_level(reader: PdfReader) -> str:
    metadata: Any = reader.root_object.get("/Metadata")
    if metadata is None:
        return ""
    found = _LEVEL.search(metadata.get_object().get_data())
    return found[1].decode("ascii", "replace").strip() if found else ""


@contextmanager
def _refusals_in_words() -> "Iterator[None]":
    try:
        yield
    except BadInput:
        raise
    except LimitReachedError as error:
        raise BadInput(f"The PDF unpacks to more than is read, as a bomb does: {error}") from None
    except (FileNotDecryptedError, DependencyError):
        raise BadInput("The PDF is protected by a password; ask for one without.") from None
    except RecursionError:
        raise BadInput("The PDF refers to itself in circles; ask for a new one.") from None
    except Exception as error:  # noqa: BLE001  pypdf raises whatever a broken file makes of its code
        told = " ".join(str(error).split())[:200] or type(error).__name__
        raise BadInput(f"The PDF is broken: {told.rstrip('.')}.") from None

"""HTML -> PDF bytes.

Same invoice, same fonts, same library: same bytes, in every process. Dates come from the invoice, the file
identifier from its hash, and nothing is fetched but the logo that was handed in.
"""

import logging
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from fakturo.errors import RenderError
from fakturo.invoice import Invoice, content, content_sha256
from reports.embedding import attachment, tell
from reports.finishing import finish
from reports.look import STYLE, Look
from reports.payment_code import PaymentCode, payment_code
from reports.press import APT, press
from reports.render import Bill, html
from reports.style import style

VARIANT = "pdf/a-3a"
"""Archivable, tagged for screen readers, and may carry the e-invoice's XML as an attachment."""
_LOGO = "fakturo:logo"
_CODE = "fakturo:payment-code"
_PLACE = re.compile(r"at (\d+):\d+")
_FEW_LOOKS = 8
"""Kept parsed; a process has one, tests have more."""
MOST_KEPT = 200
"""Lines of an invoice whose measured text is kept until it is drawn: 10 kB each."""
FEW_LINES = 6
"""With more, a Swiss payment part is not even tried on the page of the lines."""


@dataclass(frozen=True)
class Document:
    """A finished PDF."""

    data: bytes
    pages: int


def make(invoice: Invoice, look: Look = Look(), xml: bytes | None = None) -> Document:  # noqa: B008  frozen
    """Set an issued invoice as PDF/A-3.

    Args:
        xml: its e-invoice as CII, embedded as Factur-X; None: a PDF alone.

    Raises:
        RenderError: WeasyPrint or Pango is missing, the logo is no image, a template of the seller's own is
            wrong, or the layout failed.
    """
    machine = press()
    code, logo = payment_code(invoice), look.logo
    pictures = {_LOGO: logo} if logo else {}
    if code:
        pictures[_CODE] = code.picture
    images: dict[str, Any] = {}  # shared by threads it corrupts, kept for long it leaks 3 MB an invoice
    fetcher = machine.fetcher(pictures)
    read = machine.parsed if look.template is None else _any_html
    is_ours = look.template is None and look.style is None
    machine.shorten(lines=is_ours and len(invoice.lines) <= MOST_KEPT, borders=is_ours)
    for bill in _places(invoice, code):
        text = html(invoice, look, code=code, bill=bill)
        laid_out = read(text, fetcher).render(
            font_config=machine.fonts,
            stylesheets=_sheets(look),
            cache=images,
            pdf_variant=VARIANT,
        )
        if bill != "below" or len(laid_out.pages) == 1:
            break
    identifier = bytes.fromhex(content_sha256(content(invoice)))[:16]
    options: dict[str, Any] = {}
    tell(laid_out.metadata, with_xml=xml is not None)
    if xml is not None:
        options = {"attachments": [attachment(machine.library, xml, invoice.issue_date)]}
    data = laid_out.write_pdf(
        pdf_variant=VARIANT, pdf_identifier=identifier, pdf_tags=True, finisher=finish, **options
    )
    if fetcher.refused:
        raise RenderError(
            f"A template in {look.folder} asks for {fetcher.refused[0]}, and nothing is ever fetched for a "
            f"document; use {_LOGO}, or put the picture into the page."
        )
    if logo is not None and _LOGO in images and images[_LOGO] is None:
        raise RenderError(f"FAKTURO_SELLER_LOGO is no {logo.mime} image that can be read; check the file.")
    return Document(data, len(laid_out.pages))


def prepare(look: Look) -> None:
    """Read the style sheets, once for all documents.

    Raises:
        RenderError: the seller's own has an error, told with its line.
    """
    _sheets(look)


def _places(invoice: Invoice, code: PaymentCode | None) -> tuple[Bill, ...]:
    """Where to try the payment part: below a short invoice, else on a page of its own."""
    if code is None or code.kind != "swiss":
        return ("",)
    return ("below", "apart") if len(invoice.lines) <= FEW_LINES else ("apart",)


def page(html_text: str, title: str) -> bytes:
    """Set a page of our own, style sheet and pictures in it, as tagged PDF/UA: nothing is fetched."""
    press().shorten(lines=False, borders=False)
    source = _any_html(html_text, press().fetcher({}))
    laid_out = source.render(font_config=press().fonts, cache={}, pdf_variant="pdf/ua-1")
    laid_out.metadata.title = title
    return bytes(laid_out.write_pdf(pdf_variant="pdf/ua-1", pdf_tags=True))


def complaints() -> list[str]:
    """What is wrong with this machine though documents can be made, one sentence each."""
    if press().subset_missing:
        return [f"libharfbuzz-subset0 is missing, documents take 12 times as long; install it: {APT}"]
    return []


@lru_cache(maxsize=_FEW_LOOKS)
def _sheets(look: Look) -> list[Any]:
    """Parsed style sheets of a look."""
    sheets = [_sheet(style(look.design, look.accent))]
    if look.style is not None:
        said = _Said()
        logger = logging.getLogger("weasyprint")
        logger.addHandler(said)
        try:
            sheets.append(_sheet(look.style))
        finally:
            logger.removeHandler(said)
        if said.sentences:
            raise RenderError(
                f"{look.folder}/{STYLE}: {said.sentences[0]} Correct it, or move the file away."
            )
    return sheets


def _sheet(text: str) -> Any:
    machine = press()
    return machine.library.CSS(string=text, font_config=machine.fonts, url_fetcher=machine.fetcher({}))


def _any_html(text: str, fetcher: Any) -> Any:
    """A page as browsers read it."""
    return press().library.HTML(string=text, url_fetcher=fetcher)


class _Said(logging.Handler):
    """What WeasyPrint complains of, in one sentence each."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.sentences: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep it."""
        text = _PLACE.sub(r"on line \1", " ".join(record.getMessage().split())).rstrip(".")
        self.sentences.append(text + ".")

"""HTML -> PDF bytes. The only place that imports WeasyPrint; 2 s, with the first page.

Same invoice, same fonts, same library: same bytes, in every process. Dates come from the invoice, the file
identifier from its hash, and nothing is fetched but the logo that was handed in.
"""

import contextlib
import io
import logging
import warnings
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from fakturo.errors import RenderError
from fakturo.invoice import Invoice, content, content_sha256
from reports.render import html

APT = (
    "apt-get install -y libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fontconfig fonts-inter "
    "fonts-noto-core"
)
VARIANT = "pdf/a-3a"
"""Archivable, tagged for screen readers, and may carry the e-invoice's XML as an attachment."""
_CSS = Path(__file__).parent / "templates" / "invoice.css"
_LOGO = "fakturo:logo"
_MOST_LOGO_BYTES = 2_000_000
_LOGO_TYPES = {
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
}


@dataclass(frozen=True)
class Logo:
    """The seller's logo as it stands in its file."""

    data: bytes
    mime: str


@dataclass(frozen=True)
class Document:
    """A finished PDF."""

    data: bytes
    pages: int


def read_logo(path: Path | None) -> Logo | None:
    """Read the logo that FAKTURO_SELLER_LOGO names.

    Raises:
        RenderError: no such file, too large, or not an image that we embed.
    """
    if path is None:
        return None
    mime = _LOGO_TYPES.get(path.suffix.lower())
    if mime is None:
        allowed = ", ".join(_LOGO_TYPES)
        raise RenderError(
            f"FAKTURO_SELLER_LOGO is {path}, which is no image that can be embedded ({allowed})."
        )
    try:
        data = path.read_bytes()
    except OSError as error:
        raise RenderError(f"FAKTURO_SELLER_LOGO is {path}, which cannot be read: {error.strerror}.") from None
    if len(data) > _MOST_LOGO_BYTES:
        megabytes = _MOST_LOGO_BYTES // 1_000_000
        raise RenderError(
            f"FAKTURO_SELLER_LOGO is {path}, larger than {megabytes} MB; make the image smaller."
        )
    return Logo(data, mime)


def make(invoice: Invoice, logo: Logo | None = None) -> Document:
    """Set an issued invoice as PDF/A-3.

    Raises:
        RenderError: WeasyPrint or Pango is missing, the logo is no image, or the layout failed.
    """
    press = _press()
    page = html(invoice, has_logo=logo is not None)
    source = press.library.HTML(string=page, url_fetcher=press.fetcher(logo))
    identifier = bytes.fromhex(content_sha256(content(invoice)))[:16]
    images: dict[str, Any] = {}  # shared by threads it corrupts, kept for long it leaks 3 MB an invoice
    laid_out = source.render(
        font_config=press.fonts,
        stylesheets=[press.css],
        cache=images,
        pdf_variant=VARIANT,
    )
    data = laid_out.write_pdf(pdf_variant=VARIANT, pdf_identifier=identifier, pdf_tags=True)
    if logo is not None and images.get(_LOGO) is None:
        raise RenderError(f"FAKTURO_SELLER_LOGO is no {logo.mime} image that can be read; check the file.")
    return Document(data, len(laid_out.pages))


def complaints() -> list[str]:
    """What is wrong with this machine though documents can be made, one sentence each."""
    press = _press()
    if press.subset_missing:
        return [f"libharfbuzz-subset0 is missing, documents take 12 times as long; install it: {APT}"]
    return []


@dataclass(frozen=True)
class _Press:
    """WeasyPrint with what is made once in a process: the parsed style sheet and the fonts."""

    library: Any
    css: Any
    fonts: Any
    fetcher: Any
    subset_missing: bool


@cache
def _press() -> _Press:
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said), warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # libharfbuzz-subset: `complaints` tells it
            import weasyprint
            from weasyprint.text import ffi
            from weasyprint.text.fonts import FontConfiguration
            from weasyprint.urls import URLFetcher, URLFetcherResponse
    except OSError as error:
        raise RenderError(
            f"Documents need Pango, which is not installed ({error}); install it: {APT}"
        ) from None
    except ImportError as error:
        message = f"Documents need WeasyPrint ({error}); install it: pip install 'fakturo[reports]'"
        raise RenderError(message) from None
    logging.getLogger("weasyprint").addHandler(logging.NullHandler())

    class OnlyTheLogo(URLFetcher):  # type: ignore[misc]  # WeasyPrint has no types
        """Answers `fakturo:logo` and refuses every other address: no document reaches out."""

        def __init__(self, logo: Logo | None) -> None:
            super().__init__(allowed_protocols=())
            self.logo = logo

        def fetch(self, url: str, headers: object = None) -> Any:  # noqa: ARG002
            """Give the logo's bytes."""
            if url != _LOGO or self.logo is None:
                raise ValueError(f"{url} may not be fetched")
            return URLFetcherResponse(url, self.logo.data, {"Content-Type": self.logo.mime})

    fonts = FontConfiguration()
    css = weasyprint.CSS(filename=_CSS, font_config=fonts)
    return _Press(weasyprint, css, fonts, OnlyTheLogo, ffi.harfbuzz_subset is None)

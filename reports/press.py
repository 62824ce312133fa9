"""WeasyPrint, loaded and prepared once in a process. The only place that imports it; 2 s.

Nothing is fetched but the pictures handed in.
"""

import contextlib
import io
import logging
import re
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError, fromstring

from fakturo.errors import RenderError
from reports.look import Logo

APT = (
    "apt-get install -y libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fontconfig fonts-inter "
    "fonts-noto-core"
)
_FOR_EVERY_ELEMENT = re.compile(r"^::.*$", re.MULTILINE)
"""Markers and footnotes, in WeasyPrint's own style sheet: six styles more for each element of a page."""


@dataclass(frozen=True)
class Press:
    """WeasyPrint with what is made once in a process."""

    library: Any
    fonts: Any
    fetcher: Callable[[Mapping[str, Logo]], Any]
    """From addresses to the pictures that answer them."""
    parsed: Callable[[str, Any], Any]
    """From a page of our own template and its fetcher to what WeasyPrint sets."""
    keep_lines: Callable[[bool], None]
    """Whether measured lines are kept until they are drawn."""
    subset_missing: bool


@cache
def press() -> Press:
    """Load it.

    Raises:
        RenderError: Pango or WeasyPrint is not installed; with the command that does.
    """
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

    class OnlyOurs(URLFetcher):  # type: ignore[misc]  # WeasyPrint has no types
        """Answers with the pictures handed in and refuses every other address: no document reaches out."""

        def __init__(self, pictures: Mapping[str, Logo]) -> None:
            super().__init__(allowed_protocols=())
            self.pictures = pictures
            self.refused: list[str] = []

        def fetch(self, url: str, headers: object = None) -> Any:  # noqa: ARG002
            """Give a picture's bytes."""
            picture = self.pictures.get(url)
            if picture is None:
                self.refused.append(url)
                raise ValueError(f"{url} may not be fetched")
            return URLFetcherResponse(url, picture.data, {"Content-Type": picture.mime})

    return Press(
        weasyprint,
        FontConfiguration(),
        OnlyOurs,
        _page_class(weasyprint),
        _line_keeper(),
        ffi.harfbuzz_subset is None,
    )


def _page_class(library: Any) -> Callable[[str, Any], Any]:
    """WeasyPrint's HTML for pages that are well-formed XML and have no list and no footnote.

    Expat reads such a page 50 times as fast as the reader of any HTML, and a style sheet without the
    pseudo-elements of every element halves the work of the cascade: together a sixth of a document.
    """
    from cssselect2 import ElementWrapper

    text = (Path(library.__file__).parent / "css" / "html5_ua.css").read_text(encoding="utf-8")
    sheets = [library.CSS(string=_FOR_EVERY_ELEMENT.sub("", text))]

    class Page(library.HTML):  # type: ignore[misc]  # WeasyPrint has no types
        def __init__(self, text: str, url_fetcher: Any) -> None:
            """Read a page."""
            try:
                root = fromstring(text)  # noqa: S314  a page of our own making
            except ParseError:  # a letter that XML has not
                super().__init__(string=text, url_fetcher=url_fetcher)
                return
            self.base_url, self.url_fetcher, self.media_type = None, url_fetcher, "print"
            self.wrapper_element = ElementWrapper.from_html_root(root, content_language=None)
            self.etree_element = root

        def _ua_stylesheets(self, forms: bool = False) -> list[Any]:  # noqa: ARG002
            return sheets

    return Page


def _line_keeper() -> Callable[[bool], None]:
    """Teach WeasyPrint to keep the lines that it has measured, as it makes each anew to draw it.

    That saves memory in long documents and costs a page 3 % of its time. A line that is justified has to be
    made anew; none of our own template is.
    """
    from weasyprint.text import line_break

    class Line(line_break.Layout):  # type: ignore[misc]  # WeasyPrint has no types
        are_kept = False

        def deactivate(self) -> None:
            if not self.are_kept:
                super().deactivate()

        def reactivate(self, style: Any) -> None:
            if not hasattr(self, "layout"):
                super().reactivate(style)

    def keep(on: bool) -> None:
        Line.are_kept = on

    line_break.Layout = Line
    return keep

"""What WeasyPrint does the long way round, done shorter for our own template: a quarter of a document's time.

Each gives the same page; none is taken for a template or a style sheet of the seller's own.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError, fromstring

from cssselect2 import ElementWrapper
from weasyprint import draw
from weasyprint.draw.color import get_color
from weasyprint.text import line_break

_FOR_EVERY_ELEMENT = re.compile(r"^::.*$", re.MULTILINE)
"""Markers and footnotes, in WeasyPrint's own style sheet: six styles more for each element of a page."""


def page_class(library: Any) -> Callable[[str, Any], Any]:
    """WeasyPrint's HTML for pages that are well-formed XML and have no list and no footnote.

    Expat reads such a page 50 times as fast as the reader of any HTML, and a style sheet without the
    pseudo-elements of every element halves the work of the cascade: together a sixth of a document.
    """
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


def take(*, lines: bool, borders: bool) -> None:
    """Take these ways, or leave them, until it is called again.

    Args:
        lines: keep each line from measuring to drawing; 10 kB each.
        borders: draw the border above or below a box as one rectangle.
    """
    line_break.Layout = _KeptLine if lines else _Line
    draw.draw_border = _border if borders else _any_border


_Line, _any_border = line_break.Layout, draw.draw_border


class _KeptLine(_Line):  # type: ignore[misc,valid-type]  # WeasyPrint has no types
    """Measured, and kept until it is drawn; WeasyPrint makes each anew then, for the sake of memory.

    A line that is justified has to be made anew; none of our template is.
    """

    def deactivate(self) -> None:
        """Keep it."""

    def reactivate(self, style: Any) -> None:
        """It is there, unless it was measured before this way was taken."""
        if not hasattr(self, "layout"):
            super().reactivate(style)


def _border(stream: Any, box: Any) -> None:
    """Fill a rectangle; WeasyPrint draws a frame around the box and clips it, for each cell of a table.

    Our template has no rounded, dotted or pictured border, no columns, and hides no box.
    """
    top, bottom = box.border_top_width, box.border_bottom_width
    if box.border_left_width or box.border_right_width or (top and bottom):
        _any_border(stream, box)
    elif top or bottom:
        side, width = ("top", top) if top else ("bottom", bottom)
        y = box.border_box_y() if top else box.border_box_y() + box.border_height() - bottom
        with stream.artifact(), stream.stacked():
            stream.set_color(get_color(box.style, f"border_{side}_color"))
            stream.rectangle(box.border_box_x(), y, box.border_width(), width)
            stream.fill()

"""WeasyPrint, loaded and prepared once in a process; 2 s. Nothing is fetched but the pictures handed in."""

import contextlib
import io
import logging
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from fakturo.errors import RenderError
from reports.look import Logo

APT = (
    "apt-get install -y libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fontconfig fonts-inter "
    "fonts-noto-core"
)


@dataclass(frozen=True)
class Press:
    """WeasyPrint with what is made once in a process."""

    library: Any
    fonts: Any
    fetcher: Callable[[Mapping[str, Logo]], Any]
    """From addresses to the pictures that answer them."""
    parsed: Callable[[str, Any], Any]
    """From a page of our own template and its fetcher to what WeasyPrint sets."""
    shorten: Callable[..., None]
    """Which of `reports.shortcuts` the next document takes."""
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

            from reports.shortcuts import page_class, take
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
        page_class(weasyprint),
        take,
        ffi.harfbuzz_subset is None,
    )

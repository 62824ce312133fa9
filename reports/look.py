"""What documents look like beside their content: logo, design, colour, templates of one's own.

Read once a round and handed to the children, so that a file saved half-way changes no document of the round.
"""

from dataclasses import dataclass
from pathlib import Path

from fakturo.errors import RenderError
from fakturo.setting_groups.render import Design
from fakturo.settings import Settings
from reports.accent import readable
from reports.template import check

TEMPLATE, STYLE = "invoice.html.j2", "invoice.css"
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
    """A picture: the seller's logo as it stands in its file, a payment code."""

    data: bytes
    mime: str


@dataclass(frozen=True)
class Look:
    """All that changes a document's bytes beside its invoice, the fonts and WeasyPrint."""

    logo: Logo | None = None
    design: Design = "classic"
    accent: str = "#0b4f5c"
    """Readable on white."""
    template: str | None = None
    """HTML template of one's own in place of ours."""
    style: str | None = None
    """Style sheet of one's own, after the design's."""
    folder: str = "templates"
    """Where these two were read; told in messages."""


def read_look(settings: Settings) -> Look:
    """Read all that the settings and the folder `templates` of the home say.

    Raises:
        RenderError: logo or template cannot be read, or the template has an error of syntax.
    """
    template = _own(settings.templates / TEMPLATE)
    if template is not None:
        check(template, str(settings.templates / TEMPLATE))
    return Look(
        read_logo(settings.seller.logo),
        settings.render.design,
        readable(settings.render.accent),
        template,
        _own(settings.templates / STYLE),
        str(settings.templates),
    )


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


def _own(file: Path) -> str | None:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise RenderError(f"{file} cannot be read: {reason}. Correct it, or move it away.") from None

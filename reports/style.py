"""The style sheet of documents: what all designs share, the design, then the seller's own.

`var(--accent)` is filled in here as text: WeasyPrint would work it out for every element anew.
"""

from functools import cache

from fakturo.setting_groups.render import Design
from reports.template import FOLDER


@cache
def style(design: Design, accent: str) -> str:
    """CSS of a design in a colour, which is `#rrggbb` and readable on white."""
    shared = (FOLDER / "invoice.css").read_text(encoding="utf-8")
    own = (FOLDER / "designs" / f"{design}.css").read_text(encoding="utf-8")
    return (shared + own).replace("var(--accent)", accent)

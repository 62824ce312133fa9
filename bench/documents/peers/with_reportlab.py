"""An invoice as one would set it with reportlab's platypus: a table that may break, fonts embedded."""

import io
from typing import Any

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle
from timed import run

SMALL = ParagraphStyle("small", fontName="Text", fontSize=9, leading=12)
TITLE = ParagraphStyle("title", fontName="Bold", fontSize=15, leading=20)
_fonts: list[str] = []


def make(invoice: dict[str, Any]) -> bytes:
    """One document."""
    if not _fonts:
        for name in ("Text", "Bold"):
            pdfmetrics.registerFont(TTFont(name, invoice["fonts"][name]))
        _fonts.extend(invoice["fonts"])
    file = io.BytesIO()
    template = SimpleDocTemplate(
        file, pagesize=A4, leftMargin=25 * mm, rightMargin=20 * mm, title=invoice["title"], lang="de"
    )
    lines = Table([invoice["head"], *invoice["lines"]], colWidths=[w * mm for w in invoice["widths"]],
                  repeatRows=1)  # fmt: skip
    lines.setStyle(
        TableStyle(
            [
                ("FONT", (0, 0), (-1, -1), "Text", 9),
                ("FONT", (0, 0), (-1, 0), "Bold", 9),
                ("ALIGN", (3, 0), (-1, -1), "RIGHT"),
                ("LINEBELOW", (0, 0), (-1, 0), 0.5, colors.black),
            ]
        )
    )
    sums = Table(invoice["sums"], colWidths=[125 * mm, 40 * mm])
    sums.setStyle(TableStyle([("FONT", (0, 0), (-1, -1), "Text", 9), ("ALIGN", (1, 0), (1, -1), "RIGHT")]))

    def foot(canvas: Any, _: Any) -> None:
        canvas.setFont("Text", 7)
        canvas.drawString(25 * mm, 12 * mm, invoice["foot"])

    template.build(
        [
            *(Paragraph(each, SMALL) for each in invoice["seller"]),
            Spacer(1, 8 * mm),
            *(Paragraph(each, SMALL) for each in invoice["buyer"]),
            Spacer(1, 8 * mm),
            Paragraph(invoice["title"], TITLE),
            Table(
                invoice["details"],
                colWidths=[40 * mm, 125 * mm],
                style=[("FONT", (0, 0), (-1, -1), "Text", 9)],
            ),
            lines,
            sums,
            *(Paragraph(each, SMALL) for each in invoice["payment"]),
        ],
        onFirstPage=foot,
        onLaterPages=foot,
    )
    return file.getvalue()


if __name__ == "__main__":
    run(make)

"""An invoice as one would set it with fpdf2: PDF/A-3 as it offers it, the XML as associated file."""

import logging
from typing import Any

from fpdf import FPDF
from fpdf.enums import DocumentCompliance
from timed import run


class Page(FPDF):
    """With the legal line at its foot."""

    foot = ""

    def footer(self) -> None:
        """Write it."""
        self.set_y(-15)
        self.set_font("Text", size=7)
        self.cell(0, 4, self.foot)


def make(invoice: dict[str, Any]) -> bytes:
    """One document."""
    pdf = Page(enforce_compliance=DocumentCompliance.PDFA_3U)
    pdf.foot = invoice["foot"]
    pdf.set_margins(25, 14, 20)
    pdf.set_title(invoice["title"])
    pdf.set_lang("de")
    pdf.add_font("Text", fname=invoice["fonts"]["Text"])
    pdf.add_font("Text", style="B", fname=invoice["fonts"]["Bold"])
    pdf.add_page()
    pdf.set_font("Text", size=9)
    pdf.multi_cell(0, 4.5, "\n".join(invoice["seller"]), new_x="LMARGIN", new_y="NEXT")
    pdf.ln(8)
    pdf.multi_cell(0, 4.5, "\n".join(invoice["buyer"]), new_x="LMARGIN", new_y="NEXT")
    pdf.ln(8)
    pdf.set_font("Text", style="B", size=15)
    pdf.cell(0, 8, invoice["title"], new_x="LMARGIN", new_y="NEXT")
    pdf.set_font("Text", size=9)
    for name, value in invoice["details"]:
        pdf.cell(40, 4.5, name)
        pdf.cell(0, 4.5, value, new_x="LMARGIN", new_y="NEXT")
    align = ("LEFT", "LEFT", "LEFT", *("RIGHT",) * (len(invoice["head"]) - 3))
    with pdf.table(col_widths=invoice["widths"], text_align=align, borders_layout="SINGLE_TOP_LINE") as table:
        for cells in (invoice["head"], *invoice["lines"]):
            table.row(cells)
    with pdf.table(
        col_widths=(125, 40), text_align=("LEFT", "RIGHT"), borders_layout="NONE", first_row_as_headings=False
    ) as table:
        for cells in invoice["sums"]:
            table.row(cells)
    pdf.multi_cell(0, 4.5, "\n".join(invoice["payment"]))
    pdf.embed_file(
        bytes=invoice["xml"].encode(), basename="factur-x.xml", mime_type="application/xml",
        associated_file_relationship="Alternative",
    )  # fmt: skip
    return bytes(pdf.output())


if __name__ == "__main__":
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    run(make)

"""What a PDF lacks of a tagged, archivable invoice with its e-invoice in it, read off its bytes.

Not a validator: it looks for what each part of the promise cannot do without.
"""

import re
from pathlib import Path

from pypdf import PdfReader

FACTUR_X = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
"""Namespace of the four properties that make a reader look for the XML."""


def lacking(file: Path) -> list[str]:
    """What is not there; empty: nothing is missing."""
    reader = PdfReader(file)
    root = reader.root_object
    stream = root.get("/Metadata")
    metadata = stream.get_object().get_data().decode("utf-8", "replace") if stream is not None else ""
    part = re.search(r"pdfaid:part[>=\"\s]+(\d)", metadata)
    level = re.search(r"pdfaid:conformance[>=\"\s]+([A-Z])", metadata)
    mark = f"{part.group(1)}{level.group(1) if level else ''}" if part else ""
    found = []
    if "/StructTreeRoot" not in root or not root.get("/MarkInfo", {}).get("/Marked", False):
        found.append("tags")
    if not mark.startswith("3"):
        found.append("PDF/A-3")
    elif mark != "3A":
        found.append(f"level A of PDF/A (it is {mark})")
    if not list(reader.attachments):
        found.append("the XML")
    elif "/AF" not in root:
        found.append("the XML as associated file")
    if FACTUR_X not in metadata:
        found.append("Factur-X metadata")
    return found

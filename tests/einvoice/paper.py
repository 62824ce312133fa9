"""PDFs made for tests: a page of text, files attached, metadata that claim a Factur-X level."""

import io

from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

PAGE = ("Invoice 4711", "Total 64.49 EUR", "Amount due 64.49 EUR")
"""What the pages of the invoice made by hand say."""


def pdf(
    *attached: tuple[str, bytes, str],
    page: tuple[str, ...] = PAGE,
    level: str = "",
    password: str = "",
    drawn: bytes = b"",
) -> bytes:
    """A PDF.

    Args:
        attached: name, content and AFRelationship ('' for none) of each file.
        page: lines of text.
        level: Factur-X level in its metadata.
        drawn: what the page is drawn with, compressed, instead of its lines.
    """
    writer = PdfWriter()
    sheet = writer.add_blank_page(595, 842)
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
            NameObject("/Encoding"): NameObject("/WinAnsiEncoding"),
        }
    )
    fonts = DictionaryObject({NameObject("/F1"): font})
    sheet[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    lines = "".join(f"BT /F1 12 Tf 60 {780 - 20 * no} Td ({line}) Tj ET\n" for no, line in enumerate(page))
    content = _stream(drawn).flate_encode() if drawn else _stream(lines.encode("cp1252"))
    sheet[NameObject("/Contents")] = writer._add_object(content)
    for name, content, relationship in attached:
        file = writer.add_attachment(name, content)
        if relationship:
            file.associated_file_relationship = NameObject(f"/{relationship}")
    if level:
        told = f"<fx:ConformanceLevel>{level}</fx:ConformanceLevel>".encode()
        writer.root_object[NameObject("/Metadata")] = writer._add_object(_stream(told))
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _stream(data: bytes) -> DecodedStreamObject:
    stream = DecodedStreamObject()
    stream.set_data(data)
    return stream

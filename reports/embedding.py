"""What a document says of itself beside its pages: that it is accessible, and the e-invoice that it carries.

PDF/UA-1 (ISO 14289-1, clause 5) beside PDF/A-3: one property, declared by an extension schema. Factur-X 1.09,
section 6: file name, relationship /Alternative, associated file (/AF) of the document, extension schema and
four properties. All of it stands in the one rdf:RDF of the metadata: what WeasyPrint takes as `xmp_metadata`
becomes a second one that readers miss.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader

NAME = "factur-x.xml"
RELATIONSHIP = "Alternative"
DESCRIPTION = "Factur-X invoice, EN 16931"
_TEMPLATES = Path(__file__).parent / "templates"
_END = b"</rdf:RDF>"


def attachment(library: Any, xml: bytes, issued: date) -> Any:
    """WeasyPrint's attachment of an XML; its dates are the invoice's, so that the bytes stay the same."""
    moment = datetime.combine(issued, time(), UTC)
    return library.Attachment(
        string=xml,
        name=NAME,
        description=DESCRIPTION,
        created=moment,
        modified=moment,
        relationship=RELATIONSHIP,
    )


def tell(metadata: Any, *, with_xml: bool) -> None:
    """Make a document's metadata say that it is of PDF/UA, and of Factur-X where it carries the XML."""
    plain: Callable[..., bytes] = metadata.generate_rdf_metadata

    def with_more(*facts: Any) -> bytes:
        return plain(*facts).replace(_END, _more(with_xml=with_xml) + _END)

    metadata.generate_rdf_metadata = with_more


@cache
def _more(*, with_xml: bool) -> bytes:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    template = environment.get_template("metadata.xmp.j2")
    return template.render(file_name=NAME if with_xml else "").encode()

"""XML from outside, parsed so that it can do no harm: no document type, no entity, nothing fetched.

Limits are told in words. An invoice of 200 lines has 0.3 MB and 12,000 elements; what is larger than this
by far is no invoice, or carries its attachments inside.
"""

from typing import Any

from lxml import etree

from fakturo.errors import BadInput

MOST_XML_BYTES = 30_000_000
"""Attachments stand in the XML in base64: room for 20 MB of them."""
MOST_ELEMENTS = 200_000
"""About 12,000 short lines of a CII, whose rules take 25 s; minutes where each of them is wrong."""
DEEPEST = 60
"""Levels; the deepest path of EN 16931 has 11."""
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_HINTS = (f"{{{_XSI}}}schemaLocation", f"{{{_XSI}}}noNamespaceSchemaLocation")

Node = Any
"""An lxml element; lxml brings no types."""


def parse(xml: bytes) -> Node:
    """Root of an XML document, without comments, processing instructions and hints where schemas lie.

    Raises:
        BadInput: empty, too large, not well-formed, with a document type, or nested too deeply.
    """
    if not xml.strip():
        raise BadInput("The XML is empty.")
    if len(xml) > MOST_XML_BYTES:
        raise BadInput(
            f"The XML has {len(xml) / 1e6:,.0f} MB; up to {MOST_XML_BYTES // 1_000_000} MB are read. "
            "Send large attachments beside the invoice."
        )
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True,
        remove_pis=True,
    )  # fmt: skip
    try:
        root: Node = etree.fromstring(xml, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        raise BadInput(_in_words(str(error))) from None
    if root.getroottree().docinfo.doctype:
        raise BadInput("The XML has a document type, where entities live; an e-invoice has none. Remove it.")
    _measure(root)
    return root


def place_of(element: Node) -> str:
    """Where an element stands, by local names, counted from the second on: /Invoice/InvoiceLine[2]/ID."""
    steps: list[str] = []
    while element is not None:
        before = sum(1 for _ in element.itersiblings(element.tag, preceding=True))
        name = str(element.tag).rpartition("}")[2]
        steps.append(f"{name}[{before + 1}]" if before else name)
        element = element.getparent()
    return "/" + "/".join(reversed(steps))


def _in_words(error: str) -> str:
    if "entity" in error.lower():
        return "The XML has entities of its own; an e-invoice has none. Remove its document type."
    if "too long" in error or "huge text node" in error:
        return "One text in the XML is longer than 10 MB; send such an attachment beside the invoice."
    if "depth" in error:
        return f"The XML is nested more than {DEEPEST} levels deep; this is no invoice."
    return f"The XML is broken: {error.partition(' (<string>')[0]}."


def _measure(root: Node) -> None:
    depth = 0
    for elements, (event, element) in enumerate(etree.iterwalk(root, events=("start", "end"))):
        depth += 1 if event == "start" else -1
        if depth > DEEPEST:
            raise BadInput(f"The XML is nested more than {DEEPEST} levels deep; this is no invoice.")
        if elements > 2 * MOST_ELEMENTS:
            raise BadInput(f"The XML has more than {MOST_ELEMENTS:,} elements; this is no invoice.")
        if event == "start":
            for hint in _HINTS:
                element.attrib.pop(hint, None)  # libxml2 would open what a hint names

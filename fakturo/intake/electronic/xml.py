"""XML from outside, read so that nothing is fetched and nothing expanded."""

from typing import Any

from lxml import etree

from fakturo.errors import BadInput

Node = Any
"""An lxml element; its stubs are not among our dependencies."""
DEEPEST = 60
_NO_DOCTYPE = "The XML has a document type or entities; an order has none, remove them."


def parse(data: bytes) -> Node:
    """Root of an XML.

    Raises:
        BadInput: not well-formed, with a DOCTYPE, or nested too deeply.
    """
    if b"<!DOCTYPE" in data[:4096] or b"<!ENTITY" in data:
        raise BadInput(_NO_DOCTYPE)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True,
        remove_pis=True,
    )  # fmt: skip
    try:
        root: Node = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise BadInput(f"The XML is broken: {error}.") from None
    if root.getroottree().docinfo.doctype:
        raise BadInput(_NO_DOCTYPE)
    if any(_depth(element) > DEEPEST for element in root.iter() if len(element) == 0):
        raise BadInput(f"The XML is nested more than {DEEPEST} levels deep; this is no order.")
    return root


def _depth(element: Node) -> int:
    return sum(1 for _ in element.iterancestors())

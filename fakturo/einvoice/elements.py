"""Steps through an e-invoice's XML by prefixed names: `ram:ID`, `cac:Price/cbc:PriceAmount`."""

from fakturo.einvoice.parsing import Node
from fakturo.einvoice.reading import Figure, number_of

_UNCEFACT = "urn:un:unece:uncefact:data:standard"
_UBL = "urn:oasis:names:specification:ubl:schema:xsd"
PREFIXES = {
    "rsm": f"{_UNCEFACT}:CrossIndustryInvoice:100",
    "ram": f"{_UNCEFACT}:ReusableAggregateBusinessInformationEntity:100",
    "udt": f"{_UNCEFACT}:UnqualifiedDataType:100",
    "cac": f"{_UBL}:CommonAggregateComponents-2",
    "cbc": f"{_UBL}:CommonBasicComponents-2",
}


def every(node: Node, path: str) -> list[Node]:
    """All elements at a path."""
    return [] if node is None else list(node.findall(path, PREFIXES))


def first(node: Node, path: str) -> Node:
    """The first element at a path, or None."""
    return None if node is None else node.find(path, PREFIXES)


def text(node: Node, path: str) -> str:
    """Text of the first element at a path, in one line; empty where there is none."""
    found = first(node, path)
    return "" if found is None else " ".join((found.text or "").split())


def figure(node: Node, path: str) -> Figure | None:
    """Number at a path."""
    return as_figure(first(node, path))


def as_figure(found: Node) -> Figure | None:
    """Number that an element holds."""
    value = None if found is None else number_of(found.text)
    return None if value is None else Figure(value, found)

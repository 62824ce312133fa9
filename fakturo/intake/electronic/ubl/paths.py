"""Walk UBL by local names: `Party/PartyName/Name`, whatever the prefixes are."""

from fakturo.intake.electronic.xml import Node

_CAC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2}"
_CBC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}"


def find(node: Node, path: str) -> Node:
    """The first element at a path, or None."""
    for name in path.split("/"):
        if node is None:
            return None
        found = node.find(_CAC + name)
        node = found if found is not None else node.find(_CBC + name)
    return node


def find_all(node: Node, name: str) -> list[Node]:
    """Children of a name."""
    return [*node.findall(_CAC + name), *node.findall(_CBC + name)]


def text_of(node: Node, path: str) -> str | None:
    """Text of the first element at a path; None where it is absent or empty."""
    found = find(node, path)
    text = (found.text or "").strip() if found is not None else ""
    return text or None


def local_name(node: Node) -> str:
    """Name without its namespace."""
    return str(node.tag).rsplit("}", 1)[-1]

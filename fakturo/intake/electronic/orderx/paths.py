"""Walk an Order-X by local names: `SpecifiedTradeProduct/Name`, whatever version its namespaces have."""

from fakturo.intake.electronic.xml import Node


def find(node: Node, path: str) -> Node:
    """The first element at a path, or None."""
    return None if node is None else node.find(_wild(path))


def find_all(node: Node, path: str) -> list[Node]:
    """All elements at a path."""
    return [] if node is None else list(node.findall(_wild(path)))


def text_of(node: Node, path: str) -> str | None:
    """Text of the first element at a path; None where it is absent or empty."""
    found = find(node, path)
    return ((found.text or "").strip() or None) if found is not None else None


def _wild(path: str) -> str:
    return "/".join(f"{{*}}{name}" for name in path.split("/"))

"""Walk camt by local names, `Refs/EndToEndId`, whatever version the namespace says."""

from typing import Any

Node = Any
"""An lxml element; its stubs are not among our dependencies."""


def find(node: Node, path: str) -> Node:
    """The first element at a path, or None; only its last part may occur more than once."""
    for name in path.split("/"):
        node = next(node.iterchildren(f"{{*}}{name}"), None)
        if node is None:
            return None
    return node


def find_all(node: Node, path: str) -> list[Node]:
    """All elements at a path."""
    found = [node]
    for name in path.split("/"):
        found = [child for each in found for child in each.iterchildren(f"{{*}}{name}")]
    return found


def text_of(node: Node, *paths: str) -> str | None:
    """Text of the first of these paths that has one."""
    for path in paths:
        found = find(node, path)
        text = (found.text or "").strip() if found is not None else ""
        if text:
            return text
    return None


def local_name(node: Node) -> str:
    """Name without its namespace."""
    return str(node.tag).rsplit("}", 1)[-1] if node is not None else ""

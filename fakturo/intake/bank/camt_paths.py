"""Walk camt by local names, `Refs/EndToEndId`, whatever version the namespace says."""

from typing import Any

Node = Any
"""An lxml element; its stubs are not among our dependencies."""


def find(node: Node, path: str) -> Node:
    """The first element at a path, or None."""
    return node.find("/".join("{*}" + name for name in path.split("/")))


def find_all(node: Node, path: str) -> list[Node]:
    """All elements at a path."""
    return list(node.findall("/".join("{*}" + name for name in path.split("/"))))


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

"""Where a table comes from and what is made of it, as a picture: SVG, left to right, each box a link.

Layout by Sugiyama's layers (fast-sugiyama), as dot does it; long edges bend around boxes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from fast_sugiyama import from_edges

LETTER = 7.0
"""Width of a letter at 12 px, in px, rounded up."""
BOX_HEIGHT = 26
GAP = 44
"""Between two layers, px; room for the curves."""
MARGIN = 8


@dataclass(frozen=True)
class Box:
    """A table, question or metric of the picture."""

    id: str
    label: str
    kind: str
    """Its layer, which colours it."""
    href: str


def above(start: str, parents: Mapping[str, Sequence[str]]) -> set[tuple[str, str]]:
    """Edges (from, to) of everything that a node comes from."""
    edges: set[tuple[str, str]] = set()
    waiting = [start]
    while waiting:
        node = waiting.pop()
        new = {(parent, node) for parent in parents.get(node, ())} - edges
        edges |= new
        waiting += [parent for parent, _ in new]
    return edges


def picture(boxes: Mapping[str, Box], edges: Iterable[tuple[str, str]], *, here: str = "") -> str:
    """SVG of a graph.

    Args:
        boxes: by id; every end of an edge is one.
        edges: (from, to); at least one.
        here: id of the box that the picture is about.
    """
    known = sorted(edges)
    layouts = from_edges(known, vertex_spacing=BOX_HEIGHT + 10, crossing_minimization="median")
    rows: dict[int | str, float] = {}
    steps: dict[int | str, float] = {}
    pieces: list[tuple[int | str, int | str]] = []
    offset = 0.0
    for positions, width, _, drawn in layouts:
        deepest = max(step for _, (_, step) in positions)
        for node, (across, step) in positions:
            rows[node], steps[node] = across + offset, deepest - step
        offset += width + BOX_HEIGHT + 10
        pieces += drawn or ()
    columns = _columns(boxes, steps)
    wide = {node: _width(boxes[str(node)]) if node in boxes else 0.0 for node in rows}
    lowest = min(rows.values())
    middle = {node: across - lowest + MARGIN + BOX_HEIGHT / 2 for node, across in rows.items()}
    lines = "".join(_curve(columns, wide, middle, steps, start, end) for start, end in pieces)
    shown = "".join(
        _box(boxes[str(node)], columns[steps[node]][0], middle[node], here=str(node) == here)
        for node in rows
        if node in boxes
    )
    full = max(left + width for left, width in columns.values()) + MARGIN
    tall = max(middle.values()) + BOX_HEIGHT / 2 + MARGIN
    return (
        f'<svg class="lineage" role="img" aria-label="Lineage" viewBox="0 0 {full:.0f} {tall:.0f}" '
        f'width="{full:.0f}" height="{tall:.0f}" xmlns="http://www.w3.org/2000/svg">'
        f'<g class="edges">{lines}</g>{shown}</svg>'
    )


def _columns(boxes: Mapping[str, Box], steps: Mapping[int | str, float]) -> dict[float, tuple[float, float]]:
    """Left edge and width of each layer."""
    columns: dict[float, tuple[float, float]] = {}
    left = float(MARGIN)
    for step in sorted(set(steps.values())):
        inside = [_width(boxes[str(node)]) for node, at in steps.items() if at == step and node in boxes]
        columns[step] = (left, max(inside, default=0))
        left += columns[step][1] + GAP
    return columns


def _curve(
    columns: Mapping[float, tuple[float, float]],
    wide: Mapping[int | str, float],
    middle: Mapping[int | str, float],
    steps: Mapping[int | str, float],
    start: int | str,
    end: int | str,
) -> str:
    left, column = columns[steps[start]]
    through = left + (column if wide[start] == 0 else wide[start])
    until = columns[steps[end]][0]
    bend = (until - through) / 2
    a, b = middle[start], middle[end]
    across = f"M{left:.1f} {a:.1f}H{through:.1f}" if wide[start] == 0 else f"M{through:.1f} {a:.1f}"
    curve = f"C{through + bend:.1f} {a:.1f} {until - bend:.1f} {b:.1f} {until:.1f} {b:.1f}"
    return f'<path d="{across}{curve}"/>'


def _box(box: Box, left: float, middle: float, *, here: bool) -> str:
    width = _width(box)
    name = f"box {box.kind}{' here' if here else ''}"
    return (
        f'<a href="{escape(box.href)}" class="{name}"><rect x="{left:.1f}" y="{middle - BOX_HEIGHT / 2:.1f}" '
        f'width="{width:.0f}" height="{BOX_HEIGHT}" rx="5"/><text x="{left + 10:.1f}" y="{middle + 4:.1f}">'
        f"{escape(box.label)}</text></a>"
    )


def _width(box: Box) -> float:
    return len(box.label) * LETTER + 20

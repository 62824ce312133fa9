"""Places in a text: start and end, the end not included. Pure."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator

Span = tuple[int, int]


def overlap(one: Span, other: Span) -> bool:
    """Whether two spans share a letter."""
    return one[0] < other[1] and other[0] < one[1]


def within(inner: Span, outer: Span) -> bool:
    """Whether the first lies in the second."""
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def gap(one: Span, other: Span) -> int:
    """Letters between two spans; 0 where they touch or overlap."""
    return max(one[0] - other[1], other[0] - one[1], 0)


class Spans:
    """Many spans, asked often: a thousand lines must not cost a million comparisons."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self._spans = sorted(spans)
        self._starts = [start for start, _ in self._spans]
        self._longest = max((end - start for start, end in self._spans), default=0)

    def near(self, span: Span) -> Iterator[Span]:
        """Those that share a letter with the span."""
        first = bisect_left(self._starts, span[0] - self._longest)
        last = bisect_left(self._starts, span[1])
        return (each for each in self._spans[first:last] if overlap(each, span))

    def touch(self, span: Span) -> bool:
        """Whether one shares a letter with the span."""
        return next(self.near(span), None) is not None

    def cover(self, span: Span) -> bool:
        """Whether the span lies in one of them."""
        return any(within(span, each) for each in self.near(span))

    def cut(self, text: str, span: Span) -> str:
        """The text of a span without what they cover."""
        kept, place = [], span[0]
        for start, end in self.near(span):
            if end > place:
                kept.append(text[place : max(start, place)])
                place = min(end, span[1])
        return " ".join([*kept, text[place : span[1]]])

    def next_start(self, place: int) -> int | None:
        """Start of the first span at or after a place."""
        found = bisect_right(self._starts, place - 1)
        return self._starts[found] if found < len(self._starts) else None


def blanked(text: str, spans: Iterable[Span]) -> str:
    """The text with spaces in place of the spans; every other letter keeps its place."""
    letters = list(text)
    for start, end in spans:
        letters[start:end] = [" " if letter != "\n" else "\n" for letter in letters[start:end]]
    return "".join(letters)

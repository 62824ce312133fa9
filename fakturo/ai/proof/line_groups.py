"""The numbers of a text, grouped into lines: one count, one price and one anchor each. Pure.

An anchor is a line's code, or its name where it has no code. With every number used up, the groups are
forced: digits swapped between lines, a dropped or an added line cannot fit. A fourth number is allowed where
it is the product of the other two, the line's total.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from fakturo.ai.proof.amounts_in_text import Item
from fakturo.ai.proof.cues import find_word
from fakturo.ai.proof.item_names import line_finding, may_be_in_name
from fakturo.ai.proof.line_values import line_total, price_and_count
from fakturo.ai.proof.proposal import ProposedLine
from fakturo.ai.proof.spans import Span, Spans
from fakturo.finding import Finding


@dataclass(frozen=True)
class Anchor:
    """Where a line of the draft stands in the text."""

    line: int
    span: Span


Event = Anchor | Item
WITH_TOTAL = 3
"""Numbers of a line beside its code: quantity, unit price, total."""


@dataclass(frozen=True)
class Group:
    """One line of the text."""

    line: int
    """Of the draft, from 0."""
    span: Span
    name: Span | None
    events: tuple[Event, ...]
    price: Item
    count: Item
    total: Item | None = None


def code_anchors(
    text: str, items: Sequence[Item], lines: Sequence[ProposedLine]
) -> tuple[list[Anchor], list[Finding]]:
    """Each coded line at its code; a code stands as often in the text as in the draft."""
    wanted: dict[str, list[int]] = {}
    for no, line in enumerate(lines):
        if line.code:
            wanted.setdefault(line.code.casefold(), []).append(no)
    numbers = Spans((item.start, item.end) for item in items)
    anchors, findings = [], []
    for code, nos in wanted.items():
        has_digit = any(char.isdigit() for char in code)
        spans = [span for span in find_word(text, code) if not has_digit or numbers.touch(span)]
        if len(spans) != len(nos):
            what = "code_not_found" if len(spans) < len(nos) else "code_repeated"
            message = (
                f"code {lines[nos[0]].code!r} stands {len(spans)} times in the text and "
                f"{len(nos)} times in the draft; copy each code as it stands there, once a line."
            )
            findings.append(line_finding(what, nos[-1], message))
        anchors += [Anchor(no, span) for no, span in zip(nos, spans, strict=False)]
    return anchors, findings


def find_events(
    text: str, items: Sequence[Item], anchors: Sequence[Anchor], names: dict[int, Span]
) -> list[Event]:
    """Anchors and numbers in the order of the text, without what anchors and names cover."""
    name_places = Spans(names.values())
    own_names = set(names.values())
    codes = Spans(anchor.span for anchor in anchors if anchor.span not in own_names)
    starts = Spans([*(anchor.span for anchor in anchors), *own_names])
    kept: list[Event] = []
    for item in items:
        span = (item.start, item.end)
        if codes.touch(span):
            continue
        if any(
            name[0] <= span[0] and span[1] <= name[1] and may_be_in_name(text, item, name)
            for name in name_places.near(span)
        ):
            continue
        if item.kind == "weak_count":
            following = starts.next_start(item.end + 1)
            if following is None or text[item.end : following].strip():
                continue
        kept.append(item)
    return sorted([*anchors, *kept], key=lambda event: event_span(event)[0])


def group_events(
    text: str, events: Sequence[Event], count: int, names: dict[int, Span]
) -> tuple[list[Group], list[Finding]]:
    """Groups of three, or of four with line totals; none where they do not come out even.

    Args:
        text: the sender's own words.
        events: anchors and numbers in the order of the text.
        count: lines of the draft.
        names: where the names of lines stand.
    """
    size = 4 if _have_totals(events, count) else 3
    if len(events) != size * count:
        message = (
            f"The text holds {len(events)} codes, quantities and prices; {count} lines need {3 * count}: "
            "a line is missing, is too many, or a number stands there that no line explains."
        )
        return [], [Finding(code="lines_differ", message=message)]
    groups: list[Group] = []
    for start in range(0, len(events), size):
        taken = events[start : start + size]
        found = _group(text, taken, names)
        if isinstance(found, Finding):
            return [], [found]
        groups.append(found)
    mixed = [
        line_finding("lines_mixed", later.line, "its name stands among the numbers of another line.")
        for earlier, later in pairwise(groups)
        if earlier.span[1] > later.span[0]
    ]
    return groups, mixed


def _have_totals(events: Sequence[Event], count: int) -> bool:
    """Whether each line has a fourth number that is its total."""
    if not count or len(events) != 4 * count:
        return False
    fours = (events[start : start + 4] for start in range(0, len(events), 4))
    values = ([event for event in four if isinstance(event, Item)] for four in fours)
    return all(len(three) == WITH_TOTAL and line_total(three) for three in values)


def _group(text: str, taken: Sequence[Event], names: dict[int, Span]) -> Group | Finding:
    nos = [event.line for event in taken if isinstance(event, Anchor)]
    spans = [event_span(event) for event in taken] + [names[no] for no in nos if no in names]
    span = min(start for start, _ in spans), max(end for _, end in spans)
    values = [event for event in taken if isinstance(event, Item)]
    if len(nos) != 1 or len(values) != len(taken) - 1:
        quoted = repr(re.sub(r"\s+", " ", text[slice(*span)])[:80])
        return Finding(
            code="lines_mixed",
            message=f"Numbers of several lines are mixed near {quoted}: a line is missing or too many there.",
        )
    total = line_total(values) if len(values) == WITH_TOTAL else None
    price, count = price_and_count([value for value in values if value is not total])
    if price is None or count is None:
        what = "which number is quantity and which is price is not certain."
        return line_finding("price_unmarked", nos[0], what)
    return Group(nos[0], span, names.get(nos[0]), tuple(taken), price, count, total)


def event_span(event: Event) -> Span:
    """Place of an anchor or a number."""
    return event.span if isinstance(event, Anchor) else (event.start, event.end)


def numbers_of(events: Sequence[Event], *kinds: str) -> Iterator[Item]:
    """The numbers of these kinds among events."""
    return (event for event in events if isinstance(event, Item) and event.kind in kinds)

"""Which quantity, price and code of a text belong together, and whether a draft says the same. Pure.

Every number of the text is used up: a line takes one count, one price and one anchor (its code, or its name
where there is no code), and what is left over is a finding. With all of them in the order of the text, the
groups of three are forced, so that digits swapped between lines, a dropped or an added line cannot fit.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from fakturo.ai.amounts_in_text import Item
from fakturo.ai.cues import find_word
from fakturo.ai.item_names import find_names, holds_more, line_finding, may_be_in_name, name_findings
from fakturo.ai.plain_words import (
    LINE_WORDS,
    PACKS,
    PACKS_PRICED,
    PRICE_HEAD,
    UNIT_PRICE,
    unknown_run,
    unknown_words,
)
from fakturo.ai.proposal import ProposedLine
from fakturo.ai.sentences import ends_within
from fakturo.ai.spans import Span, overlap, within
from fakturo.check import Finding

FEWEST_PRICE_DECIMALS = 2
_AFTER_PRICE = re.compile(r"[^\d,;\n]{0,25}")


@dataclass(frozen=True)
class Matched:
    """Where the lines of a draft stand in the text, as far as they do."""

    groups: tuple[Span, ...]
    """Span of each line in the text, in the order of the text."""
    name_spans: tuple[Span, ...]
    names: tuple[str, ...]
    """Name of each drafted line as the text has it; its code where the text has another name."""
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class _Anchor:
    line: int
    span: Span


def match_lines(text: str, items: Sequence[Item], lines: Sequence[ProposedLine]) -> Matched:
    """Find every line of a draft in the text.

    Args:
        text: the sender's own words.
        items: its numbers that are not explained otherwise (account, order number, dates, totals).
        lines: what the model read.
    """
    findings: list[Finding] = []
    anchors = list(_code_anchors(text, items, lines, findings))
    names = find_names(text, lines, {anchor.line: anchor.span for anchor in anchors})
    anchors += [_Anchor(no, names[no]) for no, line in enumerate(lines) if not line.code and no in names]
    for no, line in enumerate(lines):
        if no in names:
            findings += name_findings(text, items, no, line, names[no])
        elif not line.code:
            findings.append(
                line_finding("name_not_found", no, f"{line.name!r} is not in the text, or not once.")
            )
    name_spans = tuple(names.values())
    events = _events(text, items, anchors, names)
    groups: list[Span] = []
    shown = {no: text[slice(*span)] for no, span in names.items()}
    if not findings:
        findings += _groups(text, events, lines, names, groups)
    findings += _left_over(events, lines) if findings else []
    spelled = tuple(
        re.sub(r"\s+", " ", shown.get(no) or line.code or line.name) for no, line in enumerate(lines)
    )
    return Matched(tuple(groups), name_spans, spelled, tuple(findings))


def _code_anchors(
    text: str, items: Sequence[Item], lines: Sequence[ProposedLine], findings: list[Finding]
) -> Iterator[_Anchor]:
    wanted: dict[str, list[int]] = {}
    for no, line in enumerate(lines):
        if line.code:
            wanted.setdefault(line.code.casefold(), []).append(no)
    for code, numbers in wanted.items():
        spans = [
            span
            for span in find_word(text, code)
            if not any(char.isdigit() for char in code) or any(overlap(span, (i.start, i.end)) for i in items)
        ]
        if len(spans) != len(numbers):
            findings.append(
                line_finding(
                    "code_not_found" if len(spans) < len(numbers) else "code_repeated",
                    numbers[-1],
                    f"code {lines[numbers[0]].code!r} stands {len(spans)} times in the text and "
                    f"{len(numbers)} times in the draft.",
                )
            )
        yield from (_Anchor(no, span) for no, span in zip(numbers, spans, strict=False))


def _events(
    text: str, items: Sequence[Item], anchors: Sequence[_Anchor], names: dict[int, Span]
) -> list[_Anchor | Item]:
    """Anchors and numbers in the order of the text, without what anchors and names cover."""
    starts = sorted([anchor.span[0] for anchor in anchors] + [span[0] for span in names.values()])
    kept = []
    for item in items:
        span = (item.start, item.end)
        if any(overlap(span, anchor.span) for anchor in anchors if anchor.span not in names.values()):
            continue
        if any(within(span, name) and may_be_in_name(text, item, name) for name in names.values()):
            continue
        if item.kind == "weak_count" and not any(
            item.end < start and not text[item.end : start].strip() for start in starts
        ):
            continue
        kept.append(item)
    whole: list[_Anchor | Item] = [*anchors, *kept]
    return sorted(whole, key=_start)


def _groups(
    text: str,
    events: Sequence[_Anchor | Item],
    lines: Sequence[ProposedLine],
    names: dict[int, Span],
    groups: list[Span],
) -> Iterator[Finding]:
    if len(events) != 3 * len(lines):
        yield Finding(
            code="lines_differ",
            message=f"The text holds {len(events)} codes, quantities and prices; "
            f"{len(lines)} lines need {3 * len(lines)}.",
        )
        return
    threes = [events[start : start + 3] for start in range(0, len(events), 3)]
    spans = [_whole(three, names) for three in threes]
    for place, three in enumerate(threes):
        numbers = [event.line for event in three if isinstance(event, _Anchor)]
        if len(numbers) != 1:
            yield Finding(
                code="lines_mixed",
                message=f"Numbers of several lines are mixed near {_quote(text, spans[place])}.",
            )
            return
        no = numbers[0]
        values = [event for event in three if isinstance(event, Item)]
        yield from _values(text, values, spans[place], no, lines[no], names.get(no))
        if place and spans[place - 1][1] > spans[place][0]:
            yield line_finding("lines_mixed", no, "its name stands among the numbers of another line.")
        yield from _between(text, three, spans[place], no, lines[no], names.get(no))
    groups += spans


def _values(
    text: str, values: Sequence[Item], whole: Span, no: int, line: ProposedLine, name: Span | None
) -> Iterator[Finding]:
    price, count = _price_and_count(values)
    if price is None or count is None:
        yield line_finding(
            "price_unmarked", no, "which number is quantity and which is price is not certain."
        )
        return
    if price.value is None or count.value is None:
        unclear = price.text if price.value is None else count.text
        yield line_finding("number_ambiguous", no, f"{unclear!r} can be read in two ways.")
        return
    if price.is_negative or count.is_negative:
        yield line_finding("number_negative", no, "a quantity or price has a minus sign.")
    if line.quantity != count.value:
        yield line_finding(
            "quantity_wrong", no, f"quantity {line.quantity} is not the text's {count.text!r}."
        )
    if line.unit_price != price.value:
        yield line_finding(
            "price_wrong", no, f"unit price {line.unit_price} is not the text's {price.text!r}."
        )
    if line.unit_price == 0 or line.quantity == 0:
        yield line_finding("price_zero", no, "quantity or price is zero.")
    yield from _price_meaning(text, price, count, whole, no, line, name)


def _price_and_count(values: Sequence[Item]) -> tuple[Item | None, Item | None]:
    """Price and quantity of a line; without a sign the price is the one with two decimals or more."""
    prices = [item for item in values if item.kind == "money"]
    counts = [item for item in values if item.kind in {"count", "weak_count"}]
    if not prices:
        known = [(item, _decimals(item.value)) for item in counts if item.value is not None]
        prices = [item for item, decimals in known if decimals >= FEWEST_PRICE_DECIMALS]
        counts = [item for item, decimals in known if decimals == 0]
    if len(prices) != 1 or len(counts) != 1:
        return None, None
    return prices[0], counts[0]


def _price_meaning(
    text: str, price: Item, count: Item, whole: Span, no: int, line: ProposedLine, name: Span | None
) -> Iterator[Finding]:
    """Whether the price is for one of what is counted."""
    if line.quantity != 1 and not _is_unit_price(text, price, whole, name):
        yield line_finding("price_of_what", no, f"whether {price.text!r} is for one or for all is not said.")
    if PACKS_PRICED.match(text, price.end):
        yield line_finding("packs", no, "the price is for more than one piece.")
    if name and name[0] >= count.end and text[name[0]].isdigit() and not text[count.end : name[0]].strip():
        yield line_finding(
            "packs", no, f"{text[count.start : name[1]]!r} may be {count.text!r} times a pack."
        )
    packs = PACKS.match(text, count.end)
    if packs and not (line.code and name and name[0] <= packs.end() <= name[1]):
        pack = packs[0].split()[-1]
        yield line_finding("packs", no, f"whether the price is for a piece or for a {pack} is not certain.")


def _is_unit_price(text: str, price: Item, whole: Span, name: Span | None) -> bool:
    """Whether the words around a price say that it is for one; a table's head says it for all its lines."""
    said = text[whole[0] : name[0]] + " " + text[name[1] : whole[1]] if name else text[slice(*whole)]
    after = _AFTER_PRICE.match(text, price.end)
    return bool(UNIT_PRICE.search(f"{said} {after[0] if after else ''}") or PRICE_HEAD.search(text))


def _between(
    text: str, three: Sequence[_Anchor | Item], whole: Span, no: int, line: ProposedLine, name: Span | None
) -> Iterator[Finding]:
    """What stands between the numbers of one line must be nothing but the name and plain words."""
    taken = sorted([_span(event) for event in three] + ([name] if name else []))
    pieces, place = [], whole[0]
    for start, end in taken:
        pieces.append(text[place:start] if start > place else "")
        place = max(place, end)
    odd = [piece for piece in pieces if unknown_words(piece, LINE_WORDS)]
    if name is None and line.code and len(odd) == 1 and not holds_more(unknown_run(odd[0], LINE_WORDS)):
        odd = []  # the text has another name than the draft: the code is used
    if odd:
        words = ", ".join(unknown_words(" ".join(odd), LINE_WORDS)[:5])
        yield line_finding("words_not_understood", no, f"it holds words that are not understood: {words}.")
    if any(ends_within(piece) for piece in pieces) or any(
        re.search(r"[.!?]\s+[A-Z]", piece) for piece in pieces
    ):
        yield line_finding("lines_mixed", no, "a sentence ends between its numbers.")


def _left_over(events: Sequence[_Anchor | Item], lines: Sequence[ProposedLine]) -> Iterator[Finding]:
    """Say what exactly does not fit, for whoever corrects it."""
    prices = [event for event in events if isinstance(event, Item) and event.kind == "money"]
    for no, line in enumerate(lines):
        if prices and not any(item.value == line.unit_price for item in prices):
            yield line_finding("price_not_found", no, f"unit price {line.unit_price} is not in the text.")
        counts = [
            event for event in events if isinstance(event, Item) and event.kind in {"count", "weak_count"}
        ]
        if not any(item.value == line.quantity for item in counts):
            yield line_finding("quantity_not_found", no, f"quantity {line.quantity} is not in the text.")
    if len(prices) > len(lines):
        said = [item.text for item in prices]
        for line in lines:
            fitting = next(
                (item.text for item in prices if item.value == line.unit_price and item.text in said), None
            )
            if fitting:
                said.remove(fitting)
        yield Finding(
            code="price_left_over", message=f"Prices of the text that no line has: {', '.join(said[:5])}."
        )
    for event in events:
        if isinstance(event, Item) and event.kind in {"token", "percent"}:
            yield Finding(
                code="number_left_over", message=f"{event.text!r} in the text is not explained by the draft."
            )


def _whole(three: Sequence[_Anchor | Item], names: dict[int, Span]) -> Span:
    spans = [_span(event) for event in three]
    spans += [names[event.line] for event in three if isinstance(event, _Anchor) and event.line in names]
    return min(start for start, _ in spans), max(end for _, end in spans)


def _span(event: _Anchor | Item) -> Span:
    return event.span if isinstance(event, _Anchor) else (event.start, event.end)


def _start(event: _Anchor | Item) -> int:
    return _span(event)[0]


def _quote(text: str, span: Span) -> str:
    return repr(re.sub(r"\s+", " ", text[slice(*span)])[:80])


def _decimals(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0

"""Whether a draft's lines are the text's lines, after the text's own corrections. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from fakturo.ai.proof.amounts_in_text import Item
from fakturo.ai.proof.corrected_lines import TextLine, resolve, unclear
from fakturo.ai.proof.corrections import Correction
from fakturo.ai.proof.item_names import find_names, line_finding, name_findings
from fakturo.ai.proof.left_over import left_over
from fakturo.ai.proof.line_groups import Anchor, Group, code_anchors, event_span, find_events, group_events
from fakturo.ai.proof.line_values import price_meaning, says_each, value_findings
from fakturo.ai.proof.proposal import ProposedLine
from fakturo.ai.proof.sentences import ends_within
from fakturo.ai.proof.spans import Span, Spans
from fakturo.finding import Finding

_CODE_CUE = re.compile(
    r"(?:\b(?:item|code|sku|article|artikel|art\.?|art\.?-nr\.?)[\s.:#]*(?:(?:no|nr|number"
    r"|nummer)[\s.:#]*)?|\()$",
    re.IGNORECASE,
)
_CELL_END = re.compile(r" *[|\t;]")


@dataclass(frozen=True)
class Matched:
    """Where the lines of a draft stand in the text, as far as they do."""

    groups: tuple[Span, ...]
    """Span of each line in the text, in the order of the text."""
    name_spans: tuple[Span, ...]
    has_totals: bool
    """Each line has its total beside it."""
    names: tuple[str, ...]
    """Name of each drafted line as the text has it; its code where the text has another name."""
    findings: tuple[Finding, ...]


def match_lines(
    text: str,
    items: Sequence[Item],
    lines: Sequence[ProposedLine],
    corrections: Sequence[Correction] = (),
    *,
    has_quote: bool = False,
    is_per_piece: bool = False,
    letter: str = "",
) -> Matched:
    """Find every line of a draft in the text.

    Args:
        text: the sender's own words.
        items: its numbers that are not explained otherwise (account, order number, dates, totals).
        lines: what the model read.
        corrections: sentences that change a line, their numbers not among the items.
        has_quote: an older letter is quoted, which a correction may mean.
        is_per_piece: the letter says of all its prices that they are for one.
        letter: all of the sender's own words, where `text` holds the order lines alone.
    """
    wanted = [*lines, *_taken_back(text, items, lines, corrections)]
    anchors, findings = code_anchors(text, items, wanted)
    names = find_names(text, wanted, {anchor.line: anchor.span for anchor in anchors})
    anchors += [Anchor(no, names[no]) for no, line in enumerate(wanted) if not line.code and no in names]
    amounts = Spans((item.start, item.end) for item in items if item.kind in {"money", "percent", "date"})
    for no, line in enumerate(lines):
        if no in names:
            findings += name_findings(text, amounts, no, line, names[no])
        elif not line.code:
            message = f"{line.name!r} is not in the text, or not once; copy the name letter for letter."
            findings.append(line_finding("name_not_found", no, message))
    events = find_events(text, items, anchors, names)
    groups: list[Group] = []
    if not findings:
        groups, findings = group_events(text, events, len(wanted), names)
        findings += _prove(
            text,
            groups,
            wanted,
            len(lines),
            corrections,
            has_quote=has_quote,
            is_per_piece=is_per_piece,
            letter=letter or text,
        )
    if findings:
        findings += left_over(events, lines, corrections)
    spelled = tuple(
        re.sub(r"\s+", " ", text[slice(*names[no])] if no in names else line.code or line.name)
        for no, line in enumerate(lines)
    )
    return Matched(
        groups=tuple(group.span for group in groups),
        name_spans=tuple(names.values()),
        has_totals=any(group.total for group in groups),
        names=spelled,
        findings=tuple(findings),
    )


def _prove(
    text: str,
    groups: Sequence[Group],
    lines: Sequence[ProposedLine],
    drafted: int,
    corrections: Sequence[Correction],
    *,
    has_quote: bool,
    is_per_piece: bool,
    letter: str,
) -> Iterator[Finding]:
    """What is wrong with lines that have their place; those from `drafted` on are taken back by the text."""
    if not groups:
        return
    last = max(group.span[1] for group in groups)
    early = [correction for correction in corrections if correction.span[0] < last]
    yield from map(unclear, early)
    told = [] if early else corrections
    changes, unresolved = resolve(told, _text_lines(text, groups, lines), letter, has_quote=has_quote)
    yield from unresolved
    # one line of a list that says "each" says it for its neighbours, which are written alike
    is_per_piece = is_per_piece or any(
        says_each(text, group.price, group.count, group.span, group.name) for group in groups
    )
    for place, group in enumerate(groups):
        no, line = group.line, lines[group.line]
        falls_away = place in changes and changes[place] is None
        if no < drafted:
            if falls_away:
                yield line_finding(
                    "line_taken_back", no, "a later sentence of the text takes it back; leave it out."
                )
                continue
            yield from value_findings(text, line, no, group.price, group.count, changes.get(place))
            yield from price_meaning(
                text,
                line,
                no,
                group.price,
                group.count,
                whole=group.span,
                name=group.name,
                is_per_piece=is_per_piece or group.total is not None,
                letter=letter,
            )
        elif not falls_away:
            message = f"The text orders item {line.code}, the draft does not; add the line."
            yield Finding(code="line_missing", message=message)
        yield from _between(text, group, no)


def _text_lines(text: str, groups: Sequence[Group], lines: Sequence[ProposedLine]) -> list[TextLine]:
    ends = [0, *(group.span[1] for group in groups)]
    starts = [*(group.span[0] for group in groups[1:]), groups[-1].span[1]]
    return [
        TextLine(
            lines[group.line].code,
            text[slice(*group.name)] if group.name else "",
            text[ends[place] : starts[place]],
            group.count.text,
            group.count.value,
            group.price.value,
        )
        for place, group in enumerate(groups)
    ]


def _taken_back(
    text: str, items: Sequence[Item], lines: Sequence[ProposedLine], corrections: Sequence[Correction]
) -> list[ProposedLine]:
    """Lines of the text that the draft rightly lacks, since corrections take them back; codes only."""
    removals = sum(reading.new is None for each in corrections for reading in each.readings)
    if not removals:
        return []
    known = {line.code.casefold() for line in lines if line.code}
    codes = [
        item.text
        for item in items
        if item.kind in {"token", "count"}
        and any(letter.isdigit() for letter in item.text)
        and item.text.casefold() not in known
        and (_CODE_CUE.search(text[max(0, item.start - 30) : item.start]) or _starts_row(text, item))
    ]
    if len(codes) > removals:
        return []
    return [ProposedLine(code=code, quantity=Decimal(0), unit_price=Decimal(0)) for code in codes]


def _starts_row(text: str, item: Item) -> bool:
    """Whether a number is the first cell of a table's row."""
    row_start = text.rfind("\n", 0, item.start) + 1
    return not text[row_start : item.start].strip(" \t|") and bool(_CELL_END.match(text, item.end))


def _between(text: str, group: Group, no: int) -> Iterator[Finding]:
    """Between the numbers of one line no sentence may end."""
    taken = sorted([event_span(event) for event in group.events] + ([group.name] if group.name else []))
    pieces, place = [], group.span[0]
    for start, end in taken:
        pieces.append(text[place:start] if start > place else "")
        place = max(place, end)
    if any(ends_within(piece) or re.search(r"[.!?]\s+[A-Z]", piece) for piece in pieces):
        yield line_finding("lines_mixed", no, "a sentence ends between its numbers.")

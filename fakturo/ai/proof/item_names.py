"""Names of ordered things: where they stand in the text, and what a name may hold. Pure.

A name covers numbers ("set of 6"), so a wrong one could hide a quantity: it may hold no amount, no second
thing and no sentence.
"""

import re
from collections.abc import Iterator, Sequence

from fakturo.ai.proof.amounts_in_text import Item
from fakturo.ai.proof.cues import find_word
from fakturo.ai.proof.proposal import ProposedLine
from fakturo.ai.proof.spans import Span, Spans, gap, overlap
from fakturo.finding import Finding

LONGEST_NAME = 120
NEAR = 120
"""Letters between a code and its name."""
_MEASURE = r"(?:mm|cm|dm|m|km|ml|cl|l|kg|g|mg|ft|in|inch|inches|yds?|oz|lbs?|gal|gallon|w|v|h|hz|gb|tb|gsm"
_MEASURE += "|litres?|liter|metres?|meter|pages?|ply|pack|ct|count|tier|er|seiten|blatt)"
_JOINED = re.compile(
    rf"(?:,|;|/\s|&|\+|\b(?:and|und|plus|sowie|or|oder)\b)\s*(?:(?:the|an?|one|another|der|die|das|den"
    rf"|eine?\w{{0,2}}|some)\b|\d+\b(?!\s*$)(?!\s?{_MEASURE}\b))",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    rf"(?<!\bset )(?<!\bpack )(?<!\bbox )\b\d+\s+"
    rf"(?:of|x(?!\s*[\d.,]+\s?{_MEASURE}\b)|pcs|pieces|stück|stk)\b",
    re.IGNORECASE,
)
_SETS_OF = re.compile(
    r"\b(?:set|pack|box|bag|case|tin|string|pair|bundle|roll|satz)\s+(?:of|von|mit)\s+$|-$", re.IGNORECASE
)
_TIMES = re.compile(rf"(?<!\w)x\s*\d+(?![\d.,]*\s?{_MEASURE}\b)", re.IGNORECASE)
_OF_THE = re.compile(r"\bof\s+the\s+$", re.IGNORECASE)
_CATALOGUE = re.compile(r"[A-ZÄÖÜ0-9][A-ZÄÖÜ0-9 /&'\"+.,-]*")
_CAPITALS = re.compile(r"[A-ZÄÖÜ]{2,}")
_STRUCTURE = re.compile(r"[;:?!\n@(){}<>\[\]]|\.\s+[A-Z][a-z]")
_BRACKETS = re.compile(
    r"\((?:[^()\d]{1,40}|\w{2,12}\s(?:of|von|mit|à|zu)\s\d{1,5}|\d{1,5}(?:[.,]\d{1,3})?\s?[a-zA-Z]{1,6})\)"
)
"""What a name may hold in brackets: words, how many a pack holds, a measure."""


def find_names(text: str, lines: Sequence[ProposedLine], codes: dict[int, Span]) -> dict[int, Span]:
    """Span of each line's name; longer names first, so that "mug" is not found inside "red mug"."""
    numbers: dict[str, list[int]] = {}
    for no, line in enumerate(lines):
        if line.name:
            numbers.setdefault(line.name.lower(), []).append(no)  # casefold would write ss for ß
    found: dict[int, Span] = {}
    is_taken = bytearray(len(text))
    for name in sorted(numbers, key=len, reverse=True):
        free = [span for span in find_word(text, name) if 1 not in is_taken[slice(*span)]]
        places = Spans(free)
        here: dict[int, Span] = {}
        for no in numbers[name]:
            if no in codes:
                start, end = codes[no]
                near = [
                    span
                    for span in places.near((start - NEAR, end + NEAR))
                    if not overlap(span, codes[no]) and 1 not in is_taken[slice(*span)]
                ]
                if near:
                    here[no] = min(near, key=lambda span: gap(span, (start, end)))
                    is_taken[slice(*here[no])] = b"\1" * (here[no][1] - here[no][0])
        left = [span for span in free if 1 not in is_taken[slice(*span)]]
        uncoded = [no for no in numbers[name] if not lines[no].code]
        if uncoded and len(left) == len(uncoded):
            here |= dict(zip(uncoded, left, strict=True))
        for start, end in here.values():
            is_taken[start:end] = b"\1" * (end - start)
        found |= here
    return found


def is_catalogue_name(name: str) -> bool:
    """Whether a name is written as catalogues print it, in capitals: "60 TEATIME FAIRY CAKE CASES"."""
    return bool(_CATALOGUE.fullmatch(name)) and len(_CAPITALS.findall(name)) > 1


def may_be_in_name(text: str, item: Item, name: Span) -> bool:
    """Whether a number inside a name belongs to it: "set of six", "3 tier", but never money."""
    if item.kind in {"money", "percent", "date"}:
        return False
    if item.kind == "count" and not any(char.isdigit() for char in item.text):
        of_the = item.start == name[0] and _OF_THE.search(text[: item.start])  # six of the five-heart garland
        in_catalogue = is_catalogue_name(text[slice(*name)])
        return bool(of_the or in_catalogue or _SETS_OF.search(text[name[0] : item.start]))
    return True


def name_findings(text: str, amounts: Spans, no: int, line: ProposedLine, span: Span) -> Iterator[Finding]:
    """Say where a name holds more than the name of one thing."""
    if amounts.touch(span) or holds_more(text[slice(*span)]):
        yield line_finding(
            "name_holds_more", no, f"the name {line.name!r} holds more than the name of one thing."
        )


def holds_more(name: str) -> bool:
    """Whether a text is more than the name of one thing."""
    return (
        len(name) > LONGEST_NAME
        or bool(_STRUCTURE.search(_BRACKETS.sub("", re.sub(r"\n(?=\S)", " ", name))))
        or bool(_JOINED.search(name))
        or bool(_COUNTED.search(name))
        or bool(_TIMES.search(name))
    )


def line_finding(code: str, no: int, message: str) -> Finding:
    """Finding about one line of the draft; `no` counts from 0."""
    return Finding(code=code, message=f"Line {no + 1}: {message}", place=f"line {no + 1}")

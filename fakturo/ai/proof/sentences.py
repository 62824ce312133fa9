"""Where a sentence of an order text ends. Pure.

A dot after "No", "Art" or an initial ends nothing, nor one between day and month; a short line ends one (a
long line was wrapped by the mail program).
"""

import re
from itertools import pairwise

_ABBREVIATIONS = (
    "no nr art ref approx ca incl excl tel stk st pcs qty bzw mr mrs ms dr ltd inc co pos inkl zzgl"
    " z.b e.g i.e asstd ass fr rs sfr acc cust kd acct exkl kundennr bestellnr fam inh ind"
)
_MONTH = "jan|feb|mar|mär|apr|ma[iy]|jun|jul|aug|sep|o[ck]t|nov|de[cz]"
_NO_ABBREVIATION = (
    "".join(rf"(?<!\b{re.escape(each)})" for each in _ABBREVIATIONS.split())
    + r"(?<!\b[^\W\d_])"  # J. R. Miller, i. A.
    + rf"(?!(?<=\d)\.\s(?:{_MONTH})[a-zä]*\b)"  # 4. Dezember
)
_END = re.compile(r"(?=[.!?])(?<![.!?])" + _NO_ABBREVIATION + r"[.!?]+(?=\s|$)|\n\s*\n|\n", re.IGNORECASE)
WRAPPED_FROM = 55
"""Letters; a line this long was probably broken by its width."""


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Spans of the sentences, in order, without gaps."""
    ends = [0]
    for found in _END.finditer(text):
        if found[0] == "\n" and _is_wrap(text, found.start()):
            continue
        ends.append(found.end())
    if ends[-1] < len(text):
        ends.append(len(text))
    return list(pairwise(ends))


def ends_within(text: str) -> bool:
    """Whether a full stop or an empty line stands inside; a single line break does not count."""
    return any(found[0] != "\n" for found in _END.finditer(text.strip()) if found.end() < len(text.strip()))


def _is_wrap(text: str, place: int) -> bool:
    line_start = text.rfind("\n", 0, place) + 1
    return place - line_start >= WRAPPED_FROM and not re.match(
        r"\s*(?:[-*•·\u2013]|\d+[.)])\s", text[place + 1 : place + 20]
    )

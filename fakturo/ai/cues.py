"""What stands around the lines of an order: whose it is, its number, its date, totals, list numbers. Pure."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache

import dateparser

from fakturo.ai.amounts_in_text import Item
from fakturo.ai.spans import Span

_LINK = (
    r"[\s.:#()\-]*(?:(?:no|nr|num|number|nummer|id|code|ref|reference|is|ist|lautet|we\s+are)\b"
    r"[\s.:#()\-]*){0,3}$"
)
_CUSTOMER = re.compile(
    r"\b(?:account|acct|a/c|customer|client|buyer|kunde\w*|kd\.?-?\s?nr|konto\w*|debitor\w*)" + _LINK,
    re.IGNORECASE,
)
_PO = re.compile(
    r"\b(?:p\.?o\.?|purchase\s+order|order\s+(?:no|nr|number|ref|reference)|order\s*[#:]|(?:your|our"
    r"|my)?\s*ref(?:erence)?"
    r"|bestell(?:ung|nummer|nr\.?|-nr\.?)|auftrag(?:snummer|s-nr\.?)?|unser\s+zeichen|referenz)" + _LINK,
    re.IGNORECASE,
)
_SELF_CUED_PO = re.compile(r"(?:po|p/o|bst|ord|best)[-_/#]?\w*\d", re.IGNORECASE)
_HEAD_ROW = re.compile(r"(?:po|p/o|bst|ord|best)[-_/#]?\w{1,30};[\w-]{1,30}(?=\Z)", re.IGNORECASE)
"""First row of an exported order: order number;customer;country."""
_TOTAL = re.compile(
    r"\b(?:totals?|totalling|grand\s+total|sum|altogether|in\s+all|all\s+in|comes?\s+to|makes|gesamt\w*"
    r"|summe|insgesamt)"
    r"[\s:=]*(?:(?:of|is|value|amount|price|net|netto|to|cost|ist|beträgt|von|order)[\s:=]*){0,3}$",
    re.IGNORECASE,
)
_DATED = re.compile(
    r"(?:(?:^|\n)\s*(?:order\s+)?date|\bdated|\bdatum|\bbestelldatum)[\s:]*(?:of|is|vom)?\s*$", re.IGNORECASE
)
_LIST_NUMBER = re.compile(
    r"(?:^|\n)[ \t]*(?:(?:line|item|pos(?:ition|\.)?|nr\.?|no\.?)\s*)?(\d{1,3})(?=[.):]?\s)", re.IGNORECASE
)
_COUNTED_NEXT = re.compile(r"[.):]\s+\d+\s?(?:x|\u00d7|pcs|pieces|stück|stk)\b", re.IGNORECASE)
_LOOK_BACK = 60
_ALONE_BEFORE = re.compile(r"(?:^|[^\w\-/.]|(?:^|\W)[\-/.])$")
_GOES_ON = re.compile(r"\w|[\-/]\w|[.,]\d")
MOST_PLACES = 5000
"""Of one word; a text that holds it more often is no order."""


def customer_spans(text: str, customer_id: str) -> list[Span]:
    """Places where the id stands after a word such as "account"."""
    return [
        span
        for span in find_word(text, customer_id)
        if _CUSTOMER.search(_before(text, span[0])) or _HEAD_ROW.fullmatch(text[: span[1]].lstrip())
    ]


def po_spans(text: str, po_number: str) -> list[Span]:
    """Places of a purchase order number: all when it says so itself (PO-123), else those after a cue."""
    places = find_word(text, po_number)
    if _SELF_CUED_PO.fullmatch(po_number):
        return places
    return [span for span in places if _PO.search(_before(text, span[0]))]


def totals(text: str, items: Sequence[Item]) -> list[tuple[Item, Span]]:
    """Money announced as a total, each with the place of the announcement and the money."""
    found = []
    for item in items:
        if item.kind != "money":
            continue
        before = _before(text, item.start)
        cue = _TOTAL.search(before)
        if cue:
            found.append((item, (item.start - len(before) + cue.start(), item.end)))
    return found


def order_date(text: str, items: Sequence[Item]) -> date | None:
    """Date after "Date:" or "dated"; None where there is none or it can be read in two ways."""
    for item in items:
        if item.kind == "date" and _DATED.search(_before(text, item.start)):
            orders = ("DMY", "MDY") if re.match(r"\d{1,2}/", item.text) else ("DMY",)
            found = {
                moment.date()
                for order in orders
                if (moment := dateparser.parse(item.text, languages=["en", "de"], settings=_dated(order)))
            }
            return found.pop() if len(found) == 1 else None
    return None


def list_numbers(text: str) -> Iterator[Span]:
    """Places of 1, 2, 3 ... where they number the lines: at least two, in order, each at a line's start."""
    found = [
        match
        for match in _LIST_NUMBER.finditer(text)
        if re.match(r"[.):]", text[match.end(1) :]) or _cued(match)
    ]
    is_list = len(found) > 1 or any(
        _cued(match) or _COUNTED_NEXT.match(text, match.end(1)) for match in found
    )
    if is_list and [int(match[1]) for match in found] == list(range(1, len(found) + 1)):
        for match in found:
            yield match.span(1)


def find_word(text: str, word: str) -> list[Span]:
    """Places of a word or code that is not part of a longer one; spaces match any run of spaces."""
    wanted = " ".join(word.lower().split())
    plain, places = _plain(text)
    found: list[Span] = []
    start, tries = (plain.find(wanted), 0) if wanted else (-1, 0)
    while start >= 0 and tries < MOST_PLACES:
        place, end = places[start], places[start + len(wanted) - 1] + 1
        if _ALONE_BEFORE.search(text[max(0, place - 2) : place]) and not _GOES_ON.match(text, end):
            found.append((place, end))
        start, tries = plain.find(wanted, start + len(wanted)), tries + 1
    return found


@lru_cache(maxsize=2)
def _plain(text: str) -> tuple[str, tuple[int, ...]]:
    """The text in lower case with one space for each run of them, and where each of its letters stands."""
    letters: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(text):
        if letter.isspace():
            if letters and letters[-1] == " ":
                continue
            letters.append(" ")
        else:
            letters.append(letter.lower()[0])
        places.append(place)
    return "".join(letters), tuple(places)


def _cued(match: re.Match[str]) -> bool:
    return bool(re.search(r"[a-z]", match[0], re.IGNORECASE))


def _before(text: str, place: int) -> str:
    return text[max(0, place - _LOOK_BACK) : place]


def _dated(order: str) -> dict[str, object]:
    return {"DATE_ORDER": order, "REQUIRE_PARTS": ["day", "month", "year"]}

"""What stands around the lines of an order: whose it is, its number, its date, totals, list numbers. Pure."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache

import dateparser

from fakturo.ai.proof.amounts_in_text import Item
from fakturo.ai.proof.spans import Span

_LINK = (
    r"[\s.:#()\-=|*]*(?:(?:no|nr|num|number|nummer|id|code|ref|reference|is|ist|lautet|really|actually|now|eigentlich|jetzt|neu|remains|we\s+are|we're"
    r"|with\s+you|for\s+us|with\s+us|of\s+ours|bei\s+ihnen|bei\s+euch|für\s+uns|von\s+uns)(?!\w)"
    r"[\s.:#()\-=|*]*){0,4}$"
)
_CUSTOMER = re.compile(
    r"\b(?:account|acct|acc|a/c|customer|cust|client|buyer|kunde\w*|kd\.?-?\s?nr|kdnr|konto\w*|debitor\w*"
    r"|our\s+number(?=\s+(?:with|is))|unsere\s+nummer(?=\s+(?:bei|ist|lautet)))" + _LINK,
    re.IGNORECASE,
)
_PO = re.compile(
    r"\b(?:p\.?o\.?|purchase\s+order|order\s+(?:no|nr|number|ref|reference)|order\s*[#:]|(?:your|our"
    r"|my)?\s*ref(?:erence)?"
    r"|bestell(?:ung|nummer|nr\.?|-nr\.?)|auftrag(?:snummer|s-nr\.?)?|unser\s+zeichen|referenz)" + _LINK,
    re.IGNORECASE,
)
_SELF_CUED_PO = re.compile(r"(?:po|p/o|bst|ord|best)[-_/# ]{0,2}\w*\d", re.IGNORECASE)
_SELF_CUED_CUSTOMER = re.compile(r"(?:cust|customer|acc|acct|kd|kdnr|kunde)[-_/#]\w*\d[\w-]*", re.IGNORECASE)
_PLAIN_ORDER = re.compile(
    r"\b(?:order|requisition|bestellung|auftrag|projekt|project|job)[\s:#]*$", re.IGNORECASE
)
_NUMBERED = re.compile(r"(?=.*\d)(?=.*[A-Za-z/-]).{3,}|\d{5,}")
"""What stands right after "order" and cannot be a quantity."""
_HEAD_ROW = re.compile(r"(?:po|p/o|bst|ord|best)[-_/#]?\w{1,30};[\w-]{1,30}(?=\Z)", re.IGNORECASE)
"""First row of an exported order: order number;customer;country."""
_TOTAL = re.compile(
    r"\b(?:totals?|totalling|sub-?total|goods\s+(?:value|total)|order\s+total|grand\s+total|sum|altogether|in\s+all|all\s+in|comes?\s+to|makes|gesamt\w*"
    r"|summe|insgesamt|zusammen|order\s+value|auftragswert|warenwert|nettobetrag|netto)"
    r"[\s:=|.]*(?:(?:of|is|are|should|be|value|amount|sum|price|net|netto|to|cost|ist|sind|sollte\w*|beträgt|von|das"
    r"|order|excl?\.?|excluding|vat|mwst|before|by\s+my\s+sums|i\s+make\s+it|in\s+all|also|damit|macht)[\s:=|.]*){0,5}$",
    re.IGNORECASE,
)
_DATED = re.compile(
    r"(?:(?:^|\n)\s*(?:order\s+)?date|\bdated|\bdatum|\bbestelldatum)[\s:]*(?:of|is|vom)?\s*$", re.IGNORECASE
)
_LIST_NUMBER = re.compile(
    r"(?:^|\n)[ \t]*(?:(?:line|item|pos(?:ition|\.)?|nr\.?|no\.?)\s*)?(\d{1,3})(?=[.):;|]|\s)", re.IGNORECASE
)
_COUNTED_NEXT = re.compile(r"[.):]\s+\d+\s?(?:x|\u00d7|pcs|pieces|stück|stk)\b", re.IGNORECASE)
_LOOK_BACK = 60
_ALONE_BEFORE = re.compile(r"(?:^|[^\w\-/.]|(?:^|\W)[\-/.])$")
_GOES_ON = re.compile(r"\w|[\-/]\w|[.,]\d")
MOST_PLACES = 5000
"""Of one word; a text that holds it more often is no order."""


def customer_spans(text: str, customer_id: str) -> list[Span]:
    """Places where the id stands after a word such as "account"."""
    places = find_word(text, customer_id)
    if _SELF_CUED_CUSTOMER.fullmatch(customer_id):
        return places
    return [
        span
        for span in places
        if _CUSTOMER.search(_before(text, span[0])) or _HEAD_ROW.fullmatch(text[: span[1]].lstrip())
    ]


def po_spans(text: str, po_number: str) -> list[Span]:
    """Places of a purchase order number: all when it says so itself (PO-123), else those after a cue."""
    places = find_word(text, po_number)
    if _SELF_CUED_PO.fullmatch(po_number):
        return places
    is_numbered = bool(_NUMBERED.fullmatch(po_number))
    return [
        span
        for span in places
        if _PO.search(_before(text, span[0])) or (is_numbered and _PLAIN_ORDER.search(_before(text, span[0])))
    ]


def stands_as_header(text: str, place: int, word: str) -> bool:
    """Whether what stands at a place stands there as a customer's or an order's number."""
    before = _before(text, place)
    if _CUSTOMER.search(before) or _PO.search(before):
        return True
    return bool(_SELF_CUED_PO.fullmatch(word) or _SELF_CUED_CUSTOMER.fullmatch(word))


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
        if re.match(r"[.):;|]|\s{2,}|\t", text[match.end(1) :]) or _cued(match)
    ]
    is_list = len(found) > 1 or any(
        _cued(match) or _COUNTED_NEXT.match(text, match.end(1)) for match in found
    )
    numbers = [int(match[1]) for match in found]
    step = 10 if numbers[:1] == [10] else 1  # an ERP counts in tens
    if is_list and numbers == [step * place for place in range(1, len(found) + 1)]:
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

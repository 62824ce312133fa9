"""Every number of a text with its place and what it can be: money, a count, a date, a code. Pure.

Nothing with a digit is left out: what cannot be read as one of these is a `token`, so that the proof can
ask of each whether it is accounted for.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from fakturo.ai.proof.number_words import DOZEN, Language, language, pattern, value
from fakturo.ai.proof.numerals import NUMERAL, decimal_sign, meant
from fakturo.ai.proof.spans import Spans

Kind = Literal["money", "count", "weak_count", "percent", "date", "mark", "token"]

_CODES = (
    "EUR|GBP|USD|CHF|SEK|NOK|DKK|ISK|PLN|CZK|HUF|RON|BGN|TRY|JPY|CNY|INR|AUD|CAD|NZD|SGD|HKD|ZAR|BRL|MXN|AED|SAR"
    "|ILS|KWD|BHD|OMR|JOD|TND|KRW|THB|IDR|MYR|PHP|VND|UAH"
)
_DOLLARS = "US|AU?|CA?|NZ|HK|SG?|MX|R"
_DOLLAR_OF = {
    "US": "USD",
    "A": "AUD",
    "AU": "AUD",
    "C": "CAD",
    "CA": "CAD",
    "NZ": "NZD",
    "HK": "HKD",
    "S": "SGD",
    "SG": "SGD",
    "MX": "MXN",
    "R": "BRL",
}
_SIGNS = {"£": "GBP", "€": "EUR", "$": "$", "¥": "¥", "₹": "INR"}
_WORDS = {
    "euro": "EUR",
    "euros": "EUR",
    "pound": "GBP",
    "pounds": "GBP",
    "quid": "GBP",
    "dollar": "$",
    "dollars": "$",
    "franken": "CHF",
    "sfr": "CHF",
    "rs.": "INR",
    "rs": "INR",
    "rupees": "INR",
    "fr.": "CHF",
}
_HUNDREDTHS = {"p": "GBP", "pence": "GBP", "penny": "GBP", "ct": "EUR", "ct.": "EUR", "cent": "", "cents": ""}
"""Words for a hundredth of something: pence are GBP, cents may be of EUR or of any dollar."""
_COUNT_UNITS = r"x|\u00d7|pcs?|pieces?|ea|st|stk|stck|stück|mal"

_money_word = "|".join(re.escape(word) for word in sorted([*_WORDS, *_HUNDREDTHS], key=len, reverse=True))
_month = (
    r"(?:jan(?:uary|uar)?|feb(?:ruary|ruar)?|mar(?:ch)?|märz|apr(?:il)?|may|mai|june?|juni|july?|juli"
    r"|aug(?:ust)?"
    r"|sep(?:t(?:ember)?)?|o[ck]t(?:ober)?|nov(?:ember)?|de[cz](?:ember)?)\.?"
)
_ITEM = re.compile(
    rf"""
    (?P<mark>\[(?:email|iban|phone)\ \d+\]|https?://\S+|www\.\S+)
  | (?P<date>\b\d{{4}}-\d{{2}}-\d{{2}}\b(?!-)
      |\b\d{{1,2}}[./]\d{{1,2}}[./](?:\d{{4}}|\d{{2}})\b(?![./]?\d)
      |\b(?:[01]?\d|2[0-4]):[0-5]\d(?:\s?(?:am|pm|uhr|h)\b)?(?![\d:])
      |\b(?:[01]?\d|2[0-4])(?:(?:\.[0-5]\d)?\s?(?:pm|uhr)|am)\b
      |\b(?:kw|week|calendar\ week|kalenderwoche)\s\d{{1,2}}\b(?!\s?[x%£€$])
      |\b\d{{1,2}}(?:st|nd|rd|th|\.)?\s+(?:of\s+)?{_month}(?:,?\s+\d{{4}})?\b
      |\b{_month}\s+\d{{1,2}}(?:st|nd|rd|th)?(?:,?\s+\d{{4}})?\b)
  | (?<!\w)(?P<before>(?:(?:{_CODES})\s?)?(?:{_DOLLARS})?[£€$¥₹]|(?:{_CODES}|Fr\.|SFr|Rs\.?))
      \s?(?P<sum1>{NUMERAL})(?:,-{{1,2}})?(?:[ ]?(?P<tail>{_CODES})(?!\w)(?![ ]?\d))?(?![\w%])
  | (?<![\w.,])(?P<sum3>\d+(?:[.,'\u2019]\d{{3}})*[.,]\d\d)
      [ ]?(?P<after3>[£€$¥₹]|(?:{_CODES}|{_money_word})(?!\w))
      (?=[ ]?\d+(?![.,\d]))
  | (?<![\w.,])(?P<sum2>{NUMERAL})[ ]?(?P<after>[£€$¥₹]|(?:{_CODES}|{_money_word})(?!\w))(?![ ]?\d)
  | (?<![\w.,])(?P<percent>{NUMERAL})\s?(?:%|percent\b|per\ cent\b|prozent\b)
  | (?<![\w.,])(?P<dozens>{NUMERAL})\s+(?:dozen|dutzend)\b
  | (?<![\w.,/])(?P<count>{NUMERAL})\s?(?:{_COUNT_UNITS})(?![\w/])
  | (?<![\w.,/])(?P<token>(?=[\w/.\-]{{0,80}}\d)\w+(?:[\-/.'\u2019,]\w+)*)(?!\w)
  | (?P<sign>[£€$¥₹])
  | (?P<rest>\d+)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_MINUS_BEFORE = re.compile(r"(?:^|\s|\()[-\u2212\u2013]$")
_MINUS_AFTER = re.compile(r"[-\u2212](?![\w-])")
_WHOLE_NUMERAL = re.compile(NUMERAL)
_NUMBER_BEFORE = re.compile(rf"(?<![\w.,]){NUMERAL} ?$")
_PRICED = re.compile(r"[.,]\d\d$")
_LONGEST_NUMBER = 24


@dataclass(frozen=True)
class Item:
    """A place in the text that holds a number, a code or a contact."""

    start: int
    end: int
    kind: Kind
    text: str
    value: Decimal | None = None
    """What it says, where that is certain."""
    currency: str | None = None
    """Of money: an ISO code, `$`, `¥` or "" (cents)."""
    is_negative: bool = False


def find_items(text: str, spoken: Language | None = None) -> list[Item]:
    """All items of a text, in its order; no two overlap.

    Args:
        text: any text.
        spoken: language of its number words; None: told from the text.
    """
    spoken = spoken or language(text)
    sign = decimal_sign(_WHOLE_NUMERAL.findall(text))
    found = [_item(match, text, sign) for match in _ITEM.finditer(text)]
    taken = Spans((item.start, item.end) for item in found)
    words = [
        Item(
            word.start(),
            word.end(),
            "weak_count" if word["weak"] else "count",
            word[0],
            Decimal(value(word, spoken)),
        )
        for word in pattern(spoken).finditer(text)
        if not taken.touch(word.span())
    ]
    return _once(text, sorted([*found, *words], key=lambda item: item.start))


def _once(text: str, items: list[Item]) -> list[Item]:
    """Without a number that only repeats the one before it: "20 (twenty)"."""
    kept: list[Item] = []
    for item in items:
        before = kept[-1] if kept else None
        repeats = (
            before is not None
            and item.kind == "count"
            and before.kind == "count"
            and item.value == before.value
            and text[before.end : item.start].strip() == "("
            and text[item.end : item.end + 1] == ")"
        )
        if not repeats:
            kept.append(item)
    return kept


def currencies(items: list[Item]) -> set[str]:
    """Currencies that the money in a text names."""
    return {item.currency for item in items if item.currency}


def _item(match: re.Match[str], text: str, sign: str | None) -> Item:
    kind, number, currency = next(_kinds(match, sign))
    if match["sum1"] and not _is_of_its_own(match, text):
        number = None
    is_negative = kind in {"money", "count"} and bool(
        _MINUS_BEFORE.search(text[max(0, match.start() - 2) : match.start()])
        or _MINUS_AFTER.match(text, match.end())
    )
    return Item(match.start(), match.end(), kind, match[0], number, currency, is_negative)


def _is_of_its_own(match: re.Match[str], text: str) -> bool:
    """Whether the mark of "24 EUR 28.05" belongs to the second number: only if that alone has cents."""
    before = _NUMBER_BEFORE.search(text[max(0, match.start() - _LONGEST_NUMBER) : match.start()])
    if before is None:
        return True
    return bool(_PRICED.search(match["sum1"])) and not _PRICED.search(before[0].strip())


def _kinds(match: re.Match[str], sign: str | None) -> Iterator[tuple[Kind, Decimal | None, str | None]]:
    if match["mark"]:
        yield "mark", None, None
    if match["date"]:
        yield "date", None, None
    if match["sum1"]:
        yield "money", meant(match["sum1"], sign), _currency_of(match["before"], match["tail"])
    if match["sum2"] or match["sum3"]:
        yield _money_after(match["sum2"] or match["sum3"], match["after"] or match["after3"], sign)
    if match["percent"]:
        yield "percent", meant(match["percent"], sign), None
    if match["dozens"]:
        dozens = meant(match["dozens"], sign)
        yield "count", None if dozens is None else dozens * DOZEN, None
    if match["count"]:
        yield "count", meant(match["count"], sign), None
    token = match["token"] or ""
    if _WHOLE_NUMERAL.fullmatch(token):
        yield "count", meant(token, sign), None
    yield "token", None, None


def _currency_of(before: str, tail: str | None) -> str:
    """Currency of `£`, `US$`, `CAD $`, `EUR`, or `$` with a code after the number; two that differ stay."""
    mark = before.upper().replace(" ", "")
    sign = mark[-1] if mark[-1] in _SIGNS else ""
    front = mark.removesuffix(sign)
    said = {_DOLLAR_OF.get(front, front)} if front else set()
    if sign and not (sign in "$¥" and (said or tail)):
        said.add(_SIGNS[sign])
    if tail:
        said.add(tail.upper())
    named = {_WORDS.get(each.lower(), each) for each in said}
    return "/".join(sorted(named))


def _money_after(number: str, mark: str, sign: str | None) -> tuple[Kind, Decimal | None, str | None]:
    amount, word = meant(number, sign), mark.lower()
    if word in _HUNDREDTHS:
        return "money", None if amount is None else amount / 100, _HUNDREDTHS[word]
    return "money", amount, _SIGNS.get(mark) or _WORDS.get(word) or mark.upper()

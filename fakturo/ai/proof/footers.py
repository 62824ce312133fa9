"""Lines of a letterhead or signature: phone, tax number, address, opening hours. They order nothing. Pure.

A line counts only as a whole and only by a closed grammar; an address only above the greeting or below the
closing, since "12 Mug Lane" in the middle of a letter might be anything.
"""

import re
from collections.abc import Collection, Iterator

from fakturo.ai.proof.spans import Span

LONGEST_LINE = 120
_PART = re.compile(r"\s*[|\u00b7\u2022]\s*|\s{3,}|\t")
_CONTACT = re.compile(
    r"(?:(?:tel(?:efon|ephone)?|phone|fon|fax|mobile?|mob|cell|direct|office|hotline|t|m|f|d|e|w|e-?mail"
    r"|mail|web|website|internet)"
    r"[.:)]*\s*)?(?:\[(?:phone|email|iban)\ \d+\]|\+?[\d(][\d\s()/.-]{5,20}\d|https?://\S+|www\.\S+)",
    re.IGNORECASE,
)
_CUED_CONTACT = re.compile(
    r"(?:tel|phone|fon|fax|mob|cell|direct|office|hotline|[tmfdew][.:]|.*\[|\+|https?:|www|e-?mail|web)",
    re.IGNORECASE,
)
_REGISTERED = re.compile(
    r"(?:vat|vat\s(?:reg(?:istration)?|no|id|number)[\w. ]{0,12}"
    r"|ust-?\.?\s?-?id(?:ent)?\.?(?:-?\s?nr\.?)?|uid(?:-nr\.?)?|steuer-?(?:nr\.?|nummer)|st\.?-nr\.?"
    r"|tax\s(?:id|number|no)|company\s(?:reg(?:istration)?\s?)?(?:no|number)"
    r"|reg(?:istered)?\.?\s(?:in\s[a-z]+(?:\s(?:and|&)\s[a-z]+)?\s?)?(?:no\.?|number|nr\.?)?"
    r"|handelsregister(?:nummer)?|(?:amtsgericht|ag|hrb|registergericht)(?:\s[^\W\d]+)?,?(?:\shrb)?|hrb"
    r"|eori|gln|duns)"
    r"[\s.:#-]*(?:(?:no|nr|number|id)[\s.:#-]*)?(?:[A-Z]{2,3}[\s-]?)?\d[\d\s./-]{3,20}\d",
    re.IGNORECASE,
)
_STREET = re.compile(
    r"(?:unit|flat|suite)\s\d{1,4}[a-z]?|(?:unit\s\d{1,4}[a-z]?,?\s"
    r"|flat\s\d{1,4}[a-z]?,?\s)?\d{1,4}[a-z]?(?:[-/]\d{1,4}[a-z]?)?,?\s(?:[A-Z][\w'.-]*\s){1,3}(?:street"
    r"|st|road|rd|lane|ln|avenue|ave|way"
    r"|square|sq|place|close|drive|court|park|estate|terrace|row|hill|mews|gardens|parade|quay|wharf"
    r"|boulevard|blvd)\.?"
    r"|(?:[A-ZÄÖÜ][\w.-]*[\s-]){0,3}[A-ZÄÖÜ]?[\wäöüß-]*(?:straße|strasse|str\.|weg|platz|gasse|allee|ring"
    r"|damm|ufer)\s\d{1,4}\s?[a-z]?(?:[-/]\d{1,4}[a-z]?)?"
    r"|(?:p\.?\s?o\.?\sbox|postfach)\s\d{1,6}",
    re.IGNORECASE,
)
_TOWN = re.compile(
    r"(?:[A-Z][\w'. -]{1,40}[, ]\s?)?[A-Z]{1,2}\d[A-Z\d]?\s\d[A-Z]{2}|(?:(?:D|A|CH|DE"
    r"|AT)[\s-])?\d{4,5}\s[A-ZÄÖÜ][a-zäöüß][\w/().äöüß-]*(?:\s(?:am|an|der|im|bei|[A-ZÄÖÜ][\wäöüß().]*)){0,4}"
    r"|[A-Z][a-z]+(?:\s[A-Z][a-z]+)?,\s[A-Z]{2}\s\d{5}"
)
_PLACE = re.compile(r"[A-ZÄÖÜ][^\W\d_]*(?:[\s&.'-]+[^\W\d_]+\.?){0,5}")
_HOURS = re.compile(
    r"(?:(?:(?:our\s|unsere\s)?(?:opening\shours|office\shours|öffnungszeiten|bürozeiten|geöffnet|open"
    r"|hours)|(?:mon|tue|tues|wed|thu|thur|fri|sat|sun)(?:day|sday"
    r"|nesday|rsday|urday)?s?|mo|di|mi|do|fr|sa|so|montags?|dienstags?|mittwochs?|donnerstags?|freitags?"
    r"|samstags?|sonntags?|to|till|until|bis|und|and|von"
    r"|from|daily|täglich|closed|geschlossen|(?:[01]?\d|2[0-4])(?:[:.][0-5]\d)?(?:\s?(?:am|pm|uhr"
    r"|h)\b)?)[\s.,:;/&\u2013-]*){3,24}",
    re.IGNORECASE,
)
_TIME = re.compile(r"\d{1,2}[:.]\d{2}|\d\s?(?:am|pm|uhr)\b", re.IGNORECASE)
_DAY = re.compile(
    r"\b(?:mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so)|hours|zeiten|daily|täglich", re.IGNORECASE
)
_CLOSING = re.compile(
    r"^\s*(?:--\s*$|(?:kind(?:est)?|best|warm(?:est)?|many|with\s+(?:kind|best))?\s*(?:regards|wishes)\b"
    r"|best,?\s*$|cheers|yours|sincerely|many\s+thanks|thanks|thank"
    r"\s+you|mit\s+(?:freundlichen|besten|herzlichen)|(?:freundliche|viele|beste|liebe|herzliche)\s+grüße"
    r"|grüße|gruß|mfg|lg|vg|vielen\s+dank)",
    re.IGNORECASE,
)
_OPENING = re.compile(r"^\s*(?:hi|hello|hey|dear|good\s|hallo|liebe|guten|moin|sehr\s+geehrt)", re.IGNORECASE)


def footer_spans(text: str, used: Collection[str]) -> Iterator[Span]:
    """Places of letterhead and signature lines that hold numbers.

    Args:
        text: the sender's own words.
        used: codes and numbers of the draft; a line that holds one is none of these.
    """
    lines = text.split("\n")
    opening = next((no for no, line in enumerate(lines) if _OPENING.match(line.strip()[:LONGEST_LINE])), 0)
    closing = next(
        (no for no in range(len(lines) - 1, -1, -1) if _CLOSING.match(lines[no].strip()[:LONGEST_LINE])),
        len(lines),
    )
    own = {each.casefold() for each in used}
    place = 0
    for no, line in enumerate(lines):
        said = line.strip(" \t,.;*_")
        if 0 < len(said) <= LONGEST_LINE and any(map(str.isdigit, said)):
            parts = [part for part in _PART.split(said) if part]
            outside = no < opening or no > closing
            words = set(re.findall(r"[\w-]+", said.casefold()))
            if not words & own and all(_is_footer(part, outside=outside) for part in parts):
                yield place, place + len(line)
        place += len(line) + 1


def _is_footer(part: str, *, outside: bool) -> bool:
    if _CONTACT.fullmatch(part) and _CUED_CONTACT.match(part):
        return True
    if _REGISTERED.fullmatch(part):
        return True
    if _HOURS.fullmatch(part) and _TIME.search(part) and _DAY.search(part):
        return True
    pieces = [piece for piece in re.split(r",\s*", part) if piece]
    is_address = any(_STREET.fullmatch(piece) or _TOWN.fullmatch(piece) for piece in pieces)
    return (
        outside
        and is_address
        and all(_STREET.fullmatch(each) or _TOWN.fullmatch(each) or _PLACE.fullmatch(each) for each in pieces)
    )

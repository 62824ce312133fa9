"""Numbers written as words, English and German: "two dozen", "twenty-four", "vierundzwanzig", "ein Dutzend".

Which language counts is decided by the text: "elf" is eleven in German and a figure on a shelf in English.
"""

import re
from functools import cache
from typing import Literal

Language = Literal["en", "de"]

_SEEN_IN_GERMAN = """
    und bitte wir ich der das den für mit stück von zu je euro bestellen bestellung brauchen hallo gruss
    grüsse grüssen kundennummer unsere unser artikel danke guten geehrte liebe liefern senden schicken sie
"""
_GERMAN = frozenset(_SEEN_IN_GERMAN.split())
GERMAN_WORDS_NEEDED = 2
DOZEN = 12
GROSS = 144

_UNITS: dict[Language, str] = {
    "en": "one two three four five six seven eight nine",
    "de": "ein zwei drei vier fünf sechs sieben acht neun",
}
_TEENS: dict[Language, str] = {
    "en": "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen",
    "de": "zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn",
}
_TENS: dict[Language, str] = {
    "en": "twenty thirty forty fifty sixty seventy eighty ninety",
    "de": "zwanzig dreissig vierzig fünfzig sechzig siebzig achtzig neunzig",
}
_SHAPES: dict[Language, str] = {
    "en": r"""\b(?:
        (?P<half>half\s+(?:an?\s+)?dozen)
      | (?:(?P<times>{units}|{teens}|{tens}|an?)\s+)?(?P<dozen>dozen)
      | (?:(?P<gross>{units}|an?)\s+gross(?=\s+of\b))
      | (?P<large>(?:{below}|an?)\s+thousand
            (?:,?\s+(?:and\s+)?(?:(?:{units})\s+hundred(?:\s+(?:and\s+)?(?:{below}))?|{below}))?
          | (?:{units}|{teens}|an?)\s+hundred(?:\s+(?:and\s+)?(?:{below}))?)
      | (?P<below>{below})
      | (?P<weak>an?)
    )(?![\w-])""",
    "de": r"""\b(?:
        (?P<half>(?:ein\s+)?halbes\s+dutzend)
      | (?:(?P<times>{units}|{teens}|{tens})\s+)?(?P<dozen>dutzend)
      | (?:(?P<gross>{units})\s+gros(?!\s+der\b))
      | (?P<large>(?:{below})?tausend(?:und)?(?:(?:{units})?hundert(?:und)?)?(?:{below})?
          | (?:{units})?hundert(?:und)?(?:{below})?)
      | (?P<weak>eine[nmrs]?|ein)
      | (?P<below>{below})
    )(?![\w-])""",
}
_BELOW: dict[Language, str] = {
    "en": r"(?:{tens})(?:[\s-]+(?:{units}))?|{teens}|{units}",
    "de": r"(?:(?:{units})und)?(?:{tens})|{teens}|{units}",
}


def language(text: str) -> Language:
    """Language of a text, by how many different German function words it holds."""
    words = set(re.findall(r"[a-zäöü]+", text.casefold()))  # casefold writes ß as ss
    return "de" if len(_GERMAN & words) >= GERMAN_WORDS_NEEDED else "en"


@cache
def pattern(spoken: Language) -> re.Pattern[str]:
    """Matches one number in words; `weak` is an article that may mean one."""
    said = {
        "units": _either(_UNITS[spoken]),
        "teens": _either(_TEENS[spoken]),
        "tens": _either(_TENS[spoken]),
    }
    whole = _SHAPES[spoken].format(**said, below=_BELOW[spoken].format(**said))
    return re.compile(whole, re.IGNORECASE | re.VERBOSE)


@cache
def shape(spoken: Language) -> str:
    """The same as a part of a larger pattern: no groups, no articles."""
    bare = re.sub(r"\(\?P<\w+>", "(?:", pattern(spoken).pattern)
    return f"(?x:{bare})"


def value(found: re.Match[str], spoken: Language) -> int:
    """What a match of `pattern` says."""
    if found["half"]:
        return DOZEN // 2
    if found["dozen"]:
        return DOZEN * _sum(found["times"] or "", spoken)
    if found["gross"]:
        return GROSS * _sum(found["gross"], spoken)
    if found["below"]:
        return _sum(found["below"], spoken)
    if found["weak"]:
        return 1
    thousands, has_thousands, rest = _halves(found["large"], "thousand", "tausend")
    hundreds, has_hundreds, over = _halves(rest, "hundred", "hundert")
    return (
        (1000 * _sum(thousands, spoken) if has_thousands else 0)
        + (100 * _sum(hundreds, spoken) if has_hundreds else 0)
        + _sum(over, spoken, empty=0)
    )


def _halves(said: str, *marks: str) -> tuple[str, bool, str]:
    """What stands before and after a word such as "hundred"; all of it after, where it is missing."""
    low = said.casefold()
    for mark in marks:
        if mark in low:
            before, _, after = low.partition(mark)
            return before, True, after
    return "", False, low


def _sum(said: str, spoken: Language, *, empty: int = 1) -> int:
    """Value of a number below 100; an article or nothing is `empty`."""
    parts = re.findall(_parts(spoken), _plain(said))
    return sum(_values(spoken)[part] for part in parts) if parts else empty


@cache
def _values(spoken: Language) -> dict[str, int]:
    small = dict(zip((_UNITS[spoken] + " " + _TEENS[spoken]).split(), range(1, 20), strict=True))
    tens = dict(zip(_TENS[spoken].split(), range(20, 100, 10), strict=True))
    return {_plain(word): count for word, count in (small | tens).items()}


@cache
def _parts(spoken: Language) -> re.Pattern[str]:
    return re.compile("|".join(sorted(_values(spoken), key=len, reverse=True)))


def _plain(word: str) -> str:
    return word.casefold().replace("ü", "ue").replace("ö", "oe")


def _either(words: str) -> str:
    """Alternatives, with ß for ss and ue, oe for umlauts."""
    spelled = (
        word.replace("ss", "(?:ss|ß)").replace("ü", "(?:ü|ue)").replace("ö", "(?:ö|oe)")
        for word in words.split()
    )
    return "|".join(spelled)

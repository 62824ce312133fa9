"""The languages that documents and letters speak, and how each writes numbers and dates in a country.

A language is complete or not here: reports/words, fakturo/delivery/letters and fakturo/exemptions.py each
have all of them, and tests compare.
"""

import re
from datetime import date
from functools import cache
from typing import Literal, get_args

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_date, format_interval

LanguageCode = Literal["en", "de", "fr", "es", "it", "nl"]
LANGUAGES: tuple[LanguageCode, ...] = get_args(LanguageCode)
_FALLBACK = {"en": "en_001", "de": "de_DE", "fr": "fr_FR", "es": "es_ES", "it": "it_IT", "nl": "nl_NL"}
"""Where CLDR knows no such language in the country. English as written between countries: 2 November 2026."""

_BEFORE_A_SIGN = re.compile(r"(?<=[\w)»])[ ](?=[:;!?»])|(?<=[nN]°)[ ](?=\S)|(?<=«)[ ]")


def spaced(text: str, code: LanguageCode) -> str:
    """Text with the no-break spaces that French sets before : ; ! ? and after n°; other text as it is."""
    return _BEFORE_A_SIGN.sub("\N{NO-BREAK SPACE}", text) if code == "fr" else text


@cache
def locale(code: LanguageCode, country: str) -> Locale:
    """CLDR's locale of a language in a country: 'fr', 'BE' -> fr_BE; 'fr', 'SE' -> fr_FR."""
    try:
        found = Locale.parse(f"{code}_{country}")
    except UnknownLocaleError:
        return Locale.parse(_FALLBACK[code])
    if code == "en" and found.number_symbols["latn"]["decimal"] != ".":
        return Locale.parse(_FALLBACK[code])  # CLDR's en_DE writes 1.234,56, which an English reader misreads
    return found


@cache
def number_locale(code: LanguageCode, country: str) -> Locale:
    """The locale of numbers: Switzerland writes amounts with a point in all its languages.

    CLDR gives fr_CH a decimal comma and a point for money; Babel does not read the second.
    """
    return Locale.parse("de_CH") if (code, country) == ("fr", "CH") else locale(code, country)


def period(first: date, last: date, where: Locale) -> str:
    """Two days and what lies between, as short as CLDR says it: 1-31 Oct 2026 with a dash."""
    return str(format_interval(first, last, "yMMMd", locale=where))


def day(value: date, form: Literal["medium", "long"], where: Locale) -> str:
    """A date in words: 2 November 2026, 1er mars 2026 (CLDR knows no first of the month)."""
    text = str(format_date(value, form, where))
    return text.replace("1 ", "1er ", 1) if where.language == "fr" and text.startswith("1 ") else text

"""How a document speaks: its words, and money, numbers and dates as the seller's country writes them.

Words are one YAML file a language, not gettext: keys say what a word is for, a missing one fails loudly,
and nothing has to be compiled. Plural forms and number patterns come from CLDR through Babel. Babel rounds
half-even; here it never rounds, because it is only given as many digits as the exact number has.
"""

import copy
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from babel import Locale
from babel.numbers import NumberPattern

from fakturo import languages
from fakturo.languages import LanguageCode, spaced
from fakturo.money import exponent, to_major

_WORDS = Path(__file__).parent / "words"
_LETTER_BEFORE_DIGIT = re.compile(r"(?<=[A-Z])(?=\N{MINUS SIGN}?\d)|(?<=\d)(?=[A-Z])")
_NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True)
class Language:
    """Words and formats of one language in one country, for documents in one currency."""

    locale: Locale
    numbers: Locale
    words: Mapping[str, Any]
    tax_name: str
    currency: str

    def say(self, key: str, **values: object) -> str:
        """A word or sentence, its {fields} filled; `{tax}` is what the seller's country calls the tax.

        Args:
            key: name in the YAML file.
            values: fields; `days` also chooses among plural forms.
        """
        word = self.words[key]
        if isinstance(word, Mapping):
            days = int(str(values["days"]))
            word = word.get(self.locale.plural_form(days), word["other"])
        return str(word).format(tax=self.tax_name, **values)

    def category(self, code: str) -> str:
        """Name of a tax category of EN 16931: 'AE' -> 'Reverse charge'."""
        return str(self.words["categories"][code])

    def unit(self, code: str) -> str:
        """Abbreviation of a UN/ECE Rec 20 unit; 'C62' ("one") needs none; others show their code."""
        return "" if code in {"C62", "H87", "EA"} else str(self.words["units"].get(code, code))

    def country(self, code: str | None) -> str:
        """Name of a country in capitals, as the postal union asks for."""
        return str(self.locale.territories.get(code or "", code or "")).upper()

    def day(self, value: date) -> str:
        """2 November 2026, 2. November 2026."""
        return languages.day(value, "long", self.locale).replace(" ", _NO_BREAK_SPACE)

    def short_day(self, value: date) -> str:
        """2 Nov 2026, 02.11.2026."""
        return languages.day(value, "medium", self.locale).replace(" ", _NO_BREAK_SPACE)

    def period(self, first: date, last: date) -> str:
        """The first and last day of a period, as short as the language tells it."""
        return languages.period(first, last, self.locale).replace(" ", _NO_BREAK_SPACE)

    def money(self, minor: int) -> str:
        """Minor units with the currency's sign: 123456 -> £1,234.56 or 1.234,56 €."""
        digits = exponent(self.currency)
        text = _apply(
            self.numbers.currency_formats["standard"],
            (digits, digits),
            to_major(minor, self.currency),
            self.numbers,
            currency=self.currency,
        )
        return _LETTER_BEFORE_DIGIT.sub(_NO_BREAK_SPACE, text)

    def amount(self, minor: int) -> str:
        """Minor units without the sign: 123456 -> 1,234.56."""
        return self._decimal(to_major(minor, self.currency), exponent(self.currency))

    def price(self, value: Decimal) -> str:
        """A unit price with all its digits, at least the currency's: 2.5 -> 2.50, 0.0125 -> 0.0125."""
        return self._decimal(value, exponent(self.currency))

    def quantity(self, value: Decimal) -> str:
        """A quantity with all its digits: 1200 -> 1,200, 2.50 -> 2.5."""
        return self._decimal(value, 0)

    def percent(self, rate: Decimal) -> str:
        """A rate with all its digits: 20 -> 20%, 7.7 -> 7,7 %."""
        return _apply(self.numbers.percent_formats[None], (0, _digits(rate)), rate / 100, self.numbers)

    def _decimal(self, value: Decimal, at_least: int) -> str:
        digits = (at_least, max(at_least, _digits(value)))
        return _apply(self.numbers.decimal_formats[None], digits, value, self.numbers)


def language(code: LanguageCode, country: str, currency: str) -> Language:
    """Language of a document by its code ('en', 'de') and the seller's country."""
    words = _words(code)
    names = words["tax_names"]
    own = words | words["countries"].get(country, {})
    tax_name = names.get(country, names["default"])
    where, numbers = languages.locale(code, country), languages.number_locale(code, country)
    return Language(where, numbers, own, tax_name, currency)


@cache
def _words(code: LanguageCode) -> dict[str, Any]:
    text = (_WORDS / f"{code}.yaml").read_text(encoding="utf-8")
    words: dict[str, Any] = yaml.safe_load(spaced(text, code))
    return words


def _apply(
    pattern: NumberPattern,
    digits: tuple[int, int],
    value: Decimal,
    locale: Locale,
    currency: str | None = None,
) -> str:
    exact = copy.copy(pattern)
    exact.frac_prec = digits
    text: str = exact.apply(value, locale, currency=currency, currency_digits=False)
    return text.replace("-", "\N{MINUS SIGN}")


def _digits(value: Decimal) -> int:
    """Digits after the decimal point, trailing zeros not counted."""
    return max(0, -int(value.normalize().as_tuple().exponent))

"""Personal data leaves no room unmasked: e-mail addresses, IBANs and phone numbers become numbered marks.

Masking is careful in one direction only: a number that might be an amount or an item code is left alone,
since every amount has to survive. The map back to the plain values lives in memory and is never stored.
"""

import re
from typing import NamedTuple

from stdnum import iban as iban_number
from stdnum.exceptions import ValidationError as NotValid

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
_PHONE = re.compile(
    r"(?<![\w.,])(?:\+\d{1,3}|00\d{1,3}(?=[ ()./-]))(?:[ ()./-]{0,3}\d{1,11}){1,6}(?![\w,]|\.\d)"
    r"|\b(?P<cue>(?:tel|fax|fon|telefon|phone|mobile|mobil|handy)[.: ]{1,3})"
    r"\(?0\d{1,5}\)?(?:[ /-]{0,2}\d{2,8}){1,4}(?![\w,]|\.\d)",
    re.IGNORECASE,
)
_PHONE_DIGITS = range(8, 16)
"""ITU-T E.164: at most 15; fewer than 8 may be an amount."""


class Masked(NamedTuple):
    """Text without personal data, and what each mark stands for."""

    text: str
    plain_by_mark: dict[str, str]


def mask(text: str) -> Masked:
    """Replace e-mail addresses, IBANs (check digits right) and phone numbers by `[email 1]` and so on."""
    plain_by_mark: dict[str, str] = {}
    mark_by_plain: dict[str, str] = {}
    counts = {"email": 0, "iban": 0, "phone": 0}

    def marked(kind: str, plain: str) -> str:
        if plain not in mark_by_plain:
            counts[kind] += 1
            mark = f"[{kind} {counts[kind]}]"
            mark_by_plain[plain] = mark
            plain_by_mark[mark] = plain
        return mark_by_plain[plain]

    def masked_iban(found: re.Match[str]) -> str:
        plain = found[0]
        while plain:
            if _is_iban(plain):
                return marked("iban", plain) + found[0][len(plain) :]
            plain = plain.rpartition(" ")[0]  # the pattern may have swallowed the word after it
        return found[0]

    def masked_phone(found: re.Match[str]) -> str:
        cue = found["cue"] or ""
        number = found[0][len(cue) :]
        if sum(letter.isdigit() for letter in number) not in _PHONE_DIGITS:
            return found[0]
        return cue + marked("phone", number)

    text = _EMAIL.sub(lambda found: marked("email", found[0]), text)
    text = _IBAN.sub(masked_iban, text)
    text = _PHONE.sub(masked_phone, text)
    return Masked(text, plain_by_mark)


def unmask(text: str, plain_by_mark: dict[str, str]) -> str:
    """Put the plain values back."""
    for mark, plain in plain_by_mark.items():
        text = text.replace(mark, plain)
    return text


def masked_text(text: str) -> str:
    """Text fit for a log: the masked text alone."""
    return mask(text).text


def _is_iban(text: str) -> bool:
    try:
        iban_number.validate(text, check_country=False)
    except NotValid:
        return False
    return True

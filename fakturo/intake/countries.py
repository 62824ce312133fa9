"""Country names -> ISO 3166-1 codes, in the languages orders come in. A name nobody knows stays a name."""

import re
from functools import cache

from babel import Locale

_LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pt", "pl", "sv", "da")
_ALSO = {
    "uk": "GB", "great britain": "GB", "england": "GB", "scotland": "GB", "wales": "GB",
    "northern ireland": "GB", "eire": "IE", "republic of ireland": "IE", "usa": "US", "u.s.a.": "US",
    "u.s.": "US", "united states of america": "US", "rsa": "ZA", "uae": "AE", "holland": "NL",
    "the netherlands": "NL", "czech republic": "CZ", "korea": "KR", "south korea": "KR", "turkey": "TR",
    "hong kong": "HK", "macedonia": "MK", "slovak republic": "SK", "russia": "RU",
}  # fmt: skip


def iso_code(name: str, also: dict[str, str | None] | None = None) -> str | None:
    """ISO code of a country's name or code; None where it is not known.

    Args:
        also: a mapping's own names (any case), first asked; None as value says that the name is no country.
    """
    wanted = re.sub(r"\s+", " ", name).strip()
    for known, code in (also or {}).items():
        if known.casefold() == wanted.casefold():
            return code
    if re.fullmatch("[A-Za-z]{2}", wanted):
        code = _ALSO.get(wanted.casefold(), wanted.upper())
        return code if code in _codes() else None
    return _names().get(wanted.casefold()) or _ALSO.get(wanted.casefold())


@cache
def _codes() -> frozenset[str]:
    return frozenset(_names().values())


@cache
def _names() -> dict[str, str]:
    names: dict[str, str] = {}
    for language in reversed(_LANGUAGES):
        for code, name in Locale(language).territories.items():
            if re.fullmatch("[A-Z]{2}", code) and code not in {"EU", "EZ", "UN", "XA", "XB", "ZZ", "QO"}:
                names[name.casefold()] = code
    return names

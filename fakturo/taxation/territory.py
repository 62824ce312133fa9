"""Where an address lies for tax: which state's law, which rates, inside the EU's VAT area or not.

Postcodes decide only where a part of a state is another place for tax. What is no longer or not yet in the
EU on a day is outside: GB until 2020-12-31, HR since 2013-07-01.
Source: Directive 2006/112/EC arts. 5-7; Protocol on Ireland/Northern Ireland art. 8; treaty CH-LI of 1994.
"""

import re
from datetime import date
from typing import NamedTuple

UNION = frozenset(
    {"AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU"}
    | {"IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"}
)
"""Member states today, ISO 3166-1 alpha-2."""
JOINED = {"HR": date(2013, 7, 1)}
"""Those that joined within the years of the rate table."""
GB_LEFT = date(2021, 1, 1)
"""First day after the transition period: GB is outside, Northern Ireland (XI) inside for goods."""

SPELLINGS = {"EL": "GR", "UK": "GB"}
SAME_TAX_AS = {"MC": "FR", "IM": "GB", "LI": "CH"}
"""Treated as part of another state's tax area (art. 7; LI by treaty)."""


class Territory(NamedTuple):
    """A place as tax law sees it."""

    place: str
    """Key of the rate table: DE, XI, ES-CN."""
    country: str
    """State that it belongs to."""
    name: str | None = None
    """Of a part that differs from its state."""
    goods_in_union: bool = False
    services_in_union: bool = False
    is_excluded: bool = False
    """A part of a member state outside the EU's VAT area (art. 6)."""


_PARTS: tuple[tuple[str, str, str, str, bool], ...] = (
    ("ES", r"35|38", "ES-CN", "the Canary Islands (IGIC)", True),
    ("ES", r"51", "ES-CE", "Ceuta (IPSI)", True),
    ("ES", r"52", "ES-ML", "Melilla (IPSI)", True),
    ("DE", r"78266", "DE-BUS", "Büsingen", True),
    ("DE", r"27498", "DE-HEL", "Heligoland", True),
    ("IT", r"23041|23030", "IT-LIV", "Livigno", True),
    ("IT", r"22061|22060", "IT-CAM", "Campione d'Italia", True),
    ("GR", r"6308[67]", "GR-ATH", "Mount Athos", True),
    ("FI", r"22\d{3}", "AX", "Åland", True),
    ("FR", r"97[1-8]|98[4678]", "FR-OM", "the French overseas territories", True),
    ("GR", r"8[1235]", "GR-ISL", "the Greek islands with lowered rates", False),
    ("PT", r"9[0-4]", "PT-30", "Madeira", False),
    ("PT", r"9[5-9]", "PT-20", "the Azores", False),
    ("AT", r"6691|699[123]", "AT-JM", "Jungholz and Mittelberg", False),
)
"""State, postcode (from its start), place, name, outside the EU's VAT area?"""
_OVERSEAS = {
    "AX": ("FI", "AX", "Åland"),
    **dict.fromkeys(
        ("GP", "MQ", "GF", "RE", "YT", "PM", "BL", "MF", "PF", "NC", "WF", "TF"),
        ("FR", "FR-OM", "the French overseas territories"),
    ),
}
"""Excluded parts that have an ISO code of their own: state, place, name."""


def locate(country: str, postcode: str | None, on: date) -> Territory:
    """Where an address lies for tax on a day.

    Args:
        country: ISO 3166-1 alpha-2; EL and UK are understood.
        postcode: as written, with or without the country before it.
        on: day of the supply.
    """
    code = SPELLINGS.get(country, country)
    if code in _OVERSEAS:
        state, place, name = _OVERSEAS[code]
        return Territory(place, state, name, is_excluded=True)
    state = SAME_TAX_AS.get(code, code)
    digits = re.sub(r"[^0-9A-Z]", "", (postcode or "").upper()).removeprefix(code)
    if state == "GB":
        return _british(on, is_northern=code == "GB" and re.match(r"BT\d", digits) is not None)
    inside = in_union(state, on)
    for part_of, pattern, place, name, is_excluded in _PARTS:
        if part_of == state == code and re.match(pattern, digits):
            member = inside and not is_excluded
            return Territory(place, state, name, member, member, is_excluded)
    return Territory(state, state, None, inside, inside)


def in_union(country: str, on: date) -> bool:
    """Whether a state is inside the EU's VAT area on a day; XI is so for goods only, and not asked here."""
    if country == "GB":
        return on < GB_LEFT
    return country in UNION and on >= JOINED.get(country, date.min)


def _british(on: date, *, is_northern: bool) -> Territory:
    if on < GB_LEFT:
        return Territory("GB", "GB", None, goods_in_union=True, services_in_union=True)
    if is_northern:
        return Territory("XI", "GB", "Northern Ireland", goods_in_union=True)
    return Territory("GB", "GB")

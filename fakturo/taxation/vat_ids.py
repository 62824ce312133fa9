"""Whether a VAT identification number can be one: form and check digits, of the EU, GB and XI, CH and NO.

Nobody is asked: the register of the Commission (VIES) and those of HMRC, the UID office and Brønnøysund
need the network, which this room does not use. A valid number may belong to nobody, or to somebody else;
keep the proof of a VIES query with your papers (Directive 2006/112/EC art. 138 (1) (b), Regulation 282/2011
art. 18).
Source: Directive 2006/112/EC art. 215 (prefixes; Greece is EL), Protocol on Northern Ireland (XI);
python-stdnum.
"""

import re
from typing import Literal, NamedTuple

from stdnum.ch import uid as swiss_uid
from stdnum.ch import vat as swiss_vat
from stdnum.eu import vat as eu_vat
from stdnum.exceptions import ValidationError as NotValid
from stdnum.gb import vat as british_vat
from stdnum.no import mva as norwegian_vat

Status = Literal["valid", "invalid", "not_checkable", "absent"]

_PREFIXES = {state.upper() for state in eu_vat.MEMBER_STATES if state not in {"gr", "xi"}} | {
    "EL",
    "XI",
    "GB",
    "CH",
    "NO",
}
_SEPARATORS = re.compile(r"[\s./\-_,:]+")


class VatId(NamedTuple):
    """What is known of a VAT id without asking anybody."""

    status: Status
    number: str | None = None
    """Normalised: prefix, capitals, no separators: EL094259216."""
    country: str | None = None
    """Whose id it is: ISO 3166-1 alpha-2 (GR, not EL), or XI."""
    problem: str | None = None
    """What is wrong with it, as the end of a sentence: `its check digits do not fit`."""


def read(text: str | None, country: str | None = None) -> VatId:
    """Read a VAT id as people write it.

    Args:
        text: with or without prefix, spaces, dots and capitals.
        country: of the party, ISO 3166-1 alpha-2; tried as the prefix where the number has none.
    """
    number = _SEPARATORS.sub("", text or "").upper()
    if not number:
        return VatId("absent")
    if number.startswith("GR") and number[2:].isdigit():
        number = "EL" + number[2:]
    home = "EL" if country == "GR" else country
    first = _checked(number) if number[:2] in _PREFIXES else None
    if first and first.status == "valid":
        return first
    if home in _PREFIXES and not number.startswith(home):
        second = _checked(home + number)
        if second.status == "valid" or first is None:
            return second
    if first:
        return first
    return VatId(
        "not_checkable", number, problem="it has no prefix of a country whose numbers can be checked"
    )


def _checked(number: str) -> VatId:
    prefix = number[:2]
    country = "GR" if prefix == "EL" else prefix
    try:
        return VatId("valid", _validated(number, prefix), country)
    except NotValid as error:
        if prefix == "CH" and swiss_uid.is_valid(number):
            return VatId("not_checkable", number, country, "it is a UID without MWST, TVA or IVA behind it")
        return VatId("invalid", number, country, _why(error))


def _validated(number: str, prefix: str) -> str:
    if prefix == "CH":
        return str(swiss_vat.validate(number))
    if prefix == "NO":
        return "NO" + str(norwegian_vat.validate(number))
    if prefix in {"GB", "XI"}:
        return prefix + str(british_vat.validate(number[2:]))
    return str(eu_vat.validate(number))


def _why(error: NotValid) -> str:
    return {
        "InvalidLength": "it has too few or too many characters",
        "InvalidChecksum": "its check digits do not fit",
    }.get(type(error).__name__, "it does not have the form of that country")

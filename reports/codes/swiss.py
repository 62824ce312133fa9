"""The payment part with receipt that Swiss bills carry. The only place that imports qrbill.

Source: SIX, Swiss Implementation Guidelines for the QR-bill 2.3: structured addresses, Latin characters, a QR
reference with a QR-IBAN and only there, a creditor reference (ISO 11649) with other accounts.
"""

import io
import re

from stdnum import iso11649
from stdnum.ch import esr
from stdnum.iso7064 import mod_97_10

from fakturo.errors import RenderError
from fakturo.languages import LanguageCode
from fakturo.order import Party
from fakturo.trade import SellerParty

COUNTRIES = frozenset({"CH", "LI"})
CURRENCIES = frozenset({"CHF", "EUR"})
FONTS = "Arial, Helvetica, Liberation Sans, Inter, sans-serif"
_OWN_LANGUAGES = frozenset({"de", "fr", "it", "en"})
_QR_IID = range(30000, 32000)
"""Bank numbers, digits 5 to 9 of the IBAN, that make it a QR-IBAN."""
_LATIN = re.compile(r"[\x20-\x7e\xa0-\xff\u0100-\u017f\u0218-\u021b\u20ac]*")
_HOUSE = re.compile(r"(?P<street>.*[^\d\s,]),?\s+(?P<house>\d{1,5}\s?[A-Za-z]?(?:[-/]\d{1,5}[A-Za-z]?)?)")
_LONGEST_CREDITOR_REFERENCE = 21
_QR_DIGITS = 26
_LONGEST = {"name": 70, "street": 70, "house_num": 16, "pcode": 16, "city": 35}


def reference(iban: str, number: str) -> str | None:
    """The structured reference of an invoice's number; None: this account and number cannot have one."""
    if int(iban[4:9]) in _QR_IID:
        digits = re.sub(r"\D", "", number)[-_QR_DIGITS:]
        padded = digits.zfill(_QR_DIGITS)
        return padded + str(esr.calc_check_digit(padded)) if digits else None
    kept = re.sub(r"[^A-Z0-9]", "", number.upper())
    if not kept or len(kept) > _LONGEST_CREDITOR_REFERENCE:
        return None
    check_digits = mod_97_10.calc_check_digits(kept + "RF")
    return f"RF{check_digits}{kept}"


def written(reference_number: str) -> str:
    """A reference as the payment part prints it: RF18 INV2 ..., or 00 00000 ..."""
    return str(
        iso11649.format(reference_number)
        if reference_number.startswith("RF")
        else esr.format(reference_number)
    )


def creditor(seller: SellerParty) -> dict[str, str] | None:
    """The seller's structured address; None: one that the standard does not take."""
    return _address(seller.name, seller.street, seller.postcode, seller.city, seller.country)


def svg(
    seller: SellerParty, buyer: Party, amount: str, currency: str, number: str, language: LanguageCode
) -> bytes | None:
    """The payment part with receipt, 210 x 106 mm (1 mm of it the scissors), as SVG.

    Args:
        amount: in major units with two decimals.

    Returns:
        None: the seller's address or account does not fit the standard.

    Raises:
        RenderError: qrbill is not installed.
    """
    try:
        from qrbill import QRBill
    except ImportError as error:
        message = f"Swiss payment parts need qrbill ({error}); install it: pip install 'fakturo[reports]'"
        raise RenderError(message) from None
    iban, to = seller.iban or "", creditor(seller)
    found = reference(iban, number)
    if to is None or (found is None and int(iban[4:9]) in _QR_IID):
        return None
    bill = QRBill(
        account=iban,
        creditor=to,
        amount=amount,
        currency=currency,
        debtor=_address(buyer.name, buyer.street, buyer.postcode, buyer.city, buyer.country),
        reference_number=found,
        additional_information=number if _LATIN.fullmatch(number) else "",
        language=language if language in _OWN_LANGUAGES else "en",
    )
    bill.font_family = FONTS
    stream = io.StringIO()
    bill.as_svg(stream)
    return stream.getvalue().encode()


def _address(
    name: str | None, street: str | None, postcode: str | None, city: str | None, country: str | None
) -> dict[str, str] | None:
    if not (name and postcode and city and country):
        return None
    house = _HOUSE.fullmatch(street or "")
    parts = {
        "name": name,
        "street": house["street"] if house else street or "",
        "house_num": house["house"] if house else "",
        "pcode": postcode,
        "city": city,
    }
    fits = all(len(part) <= _LONGEST[key] and _LATIN.fullmatch(part) for key, part in parts.items())
    return parts | {"country": country} if fits else None

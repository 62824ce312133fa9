"""The European code for a credit transfer in euros (Girocode). The only place that imports segno.

Source: European Payments Council, EPC069-12, "Quick Response Code: Guidelines to enable data capture", 002.
"""

import io
from decimal import Decimal

from fakturo.errors import RenderError

DOTS = 8
"""A side of a module: 250 dots an inch at 30 mm, so that no viewer that smooths pictures blurs it."""
LONGEST_NAME = 70
LONGEST_TEXT = 140
SEPA = frozenset(
    {
        *("AD", "AL", "AT", "BE", "BG", "CH", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GI"),
        *("GR", "HR", "HU", "IE", "IS", "IT", "LI", "LT", "LU", "LV", "MC", "MD", "ME", "MK", "MT", "NL"),
        *("NO", "PL", "PT", "RO", "RS", "SE", "SI", "SK", "SM", "VA"),
    }
)
"""Countries whose accounts a SEPA transfer reaches. Source: EPC409-09, and who joined in 2025."""
OUTSIDE_EEA = frozenset({"AD", "AL", "CH", "GB", "GI", "MC", "MD", "ME", "MK", "RS", "SM", "VA"})


def takes(iban: str, bic: str | None) -> bool:
    """Whether a code can name the account; one outside the EEA needs its BIC too."""
    country = iban[:2]
    return country in SEPA and (bool(bic) or country not in OUTSIDE_EEA)


def png(name: str, iban: str, bic: str | None, amount: Decimal, text: str) -> bytes:
    """The code as PNG, black without a quiet zone: four modules of white belong around it.

    Drawn in dots of grey: WeasyPrint takes longer for the lines of an SVG than for most of a page, and makes
    three colours of a picture in black and white.

    Args:
        name: who is paid; what is longer than the standard allows is cut.
        amount: EUR, 0.01 to 999,999,999.99.
        text: what the transfer says, so that it is found again.

    Raises:
        RenderError: segno is not installed.
        ValueError: a value that the standard does not take.
    """
    try:
        from PIL import Image
        from segno.helpers import make_epc_qr
    except ImportError as error:
        message = f"Payment codes need segno ({error}); install it: pip install 'fakturo[reports]'"
        raise RenderError(message) from None
    code = make_epc_qr(
        name=name[:LONGEST_NAME].strip(),
        iban=iban,
        bic=bic,
        amount=amount,
        text=text[:LONGEST_TEXT],
        encoding="utf-8",
    )
    side = len(code.matrix)
    dots = bytes(0 if dark else 255 for row in code.matrix for dark in row)
    picture = Image.frombytes("L", (side, side), dots).resize((side * DOTS,) * 2, Image.Resampling.NEAREST)
    stream = io.BytesIO()
    picture.save(stream, "PNG")
    return stream.getvalue()

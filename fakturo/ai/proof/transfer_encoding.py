"""Quoted-printable leftovers ("=C2=A31.65", a "=" at a line's end) -> text. Pure.

Decoded only where the whole text can be nothing else; "qty=24" is no escape.
Source: RFC 2045, section 6.7: "=" itself is always written "=3D", a soft break is "=" at a line's end.
"""

import quopri
import re

_ESCAPE = re.compile(r"=(?:[0-9A-F]{2}|[ \t]*(?:\n|$))")
_NEEDLESS = re.compile(r"=(?:3[0-9]|4[1-9A-F]|5[0-9A]|6[1-9A-F]|7[0-9A])")
_CERTAIN = re.compile(
    r"^content-transfer-encoding:\s*quoted-printable|=C[23]=[89AB][0-9A-F]|=E2=(?:80|82)=[89AB][0-9A-F]"
    r"|=3D[\"']"
    r"|^[^\n]{68,76}=$",
    re.IGNORECASE | re.MULTILINE,
)


def decoded(text: str) -> str:
    """The text with its escapes decoded; unchanged where that is not certain."""
    if "=" not in text or not _CERTAIN.search(text):
        return text
    if _NEEDLESS.search(text):
        return text  # no mail program escapes digits and letters
    if len(_ESCAPE.findall(text)) != text.count("=") or not text.isascii():
        return text
    try:
        return quopri.decodestring(text.encode("ascii")).decode("utf-8")
    except UnicodeDecodeError:
        return text

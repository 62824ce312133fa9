"""Which format a file of payments has: by its first bytes, never by its name."""

import re
from typing import Literal

from fakturo.errors import BadInput

Format = Literal["camt", "mt940", "json", "csv", "xlsx", "parquet"]
ALLOWED = "CSV, XLSX, Parquet, camt.053, camt.054, MT940 or JSON events"
MOST_NULS = 0.01
"""Share of NUL bytes up to which a file may be a text with a broken line or two."""


def recognise(head: bytes) -> Format:
    """Format of a file.

    Args:
        head: its first bytes, at least 64 KB of them or all.

    Raises:
        BadInput: empty, or nothing that payments are read from.
    """
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"PK\x03\x04"):
        if b"[Content_Types].xml" in head or b"xl/" in head:
            return "xlsx"
        raise BadInput("This is a ZIP archive; unpack it and import the files that are in it.")
    is_utf16 = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    if not is_utf16 and head.count(0) > len(head) * MOST_NULS:
        raise BadInput(f"This is no text and no table; payments are read from {ALLOWED}.")
    if head.startswith((b"%PDF", b"\x1f\x8b", b"\x89PNG", b"\xd0\xcf\x11\xe0")):
        raise BadInput(
            f"This is a PDF, an archive, an image or an old Excel file; payments are read from {ALLOWED}."
        )
    text = (
        head[: len(head) // 2 * 2].decode("utf-16", "replace")
        if is_utf16
        else head.decode("utf-8-sig", "replace")
    )
    start = text.lstrip()[:1]
    if not start:
        raise BadInput("The file is empty.")
    if start == "<":
        return "camt"
    if re.search(r"^:20:", text, re.MULTILINE) or text.lstrip().startswith("{1:"):
        return "mt940"
    return "json" if start in "{[" else "csv"

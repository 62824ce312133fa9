"""Look at a workbook's table of contents before it is unpacked: a zip bomb is small until it is opened."""

from pathlib import Path
from zipfile import BadZipFile, ZipFile

from fakturo.errors import BadInput

MOST_RATIO = 200
"""Unpacked over packed; real workbooks of a million rows measure 8 to 40."""
MOST_PARTS = 10_000


def check_zip(path: Path, *, most_bytes: int) -> None:
    """Refuse a workbook that would unpack to more than it should.

    Args:
        most_bytes: allowed sum of the unpacked sizes.

    Raises:
        BadInput: no workbook, too big, packed too densely, encrypted, or with parts outside of itself.
    """
    try:
        with ZipFile(path) as book:
            parts = book.infolist()
    except (BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise BadInput(f"The workbook is damaged: {error}.") from None
    names = {part.filename for part in parts}
    if "xl/workbook.xml" not in names:
        raise BadInput("This archive is no XLSX workbook; unpack it and give its files.")
    unpacked = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts) or 1
    if unpacked > most_bytes:
        raise BadInput(
            f"The workbook unpacks to {unpacked / 1e6:,.0f} MB, FAKTURO_INTAKE_MAX_UNPACKED_MB allows "
            f"{most_bytes / 1e6:,.0f} MB."
        )
    if len(parts) > MOST_PARTS or (unpacked / packed > MOST_RATIO and unpacked > most_bytes // 100):
        raise BadInput(
            f"The workbook is packed {unpacked / packed:,.0f} times over, as a zip bomb is; save it anew in "
            "your spreadsheet program or give a CSV."
        )
    if any(part.flag_bits & 1 for part in parts):
        raise BadInput("The workbook is protected by a password; save it without one.")
    if any(name.startswith("/") or ".." in name.split("/") for name in names):
        raise BadInput("The workbook holds parts with paths outside of itself; it was not opened.")

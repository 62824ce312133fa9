"""Which format a file has: by its first bytes, and by its name where bytes leave it open."""

import json
import re
from pathlib import PurePath
from typing import Literal, get_args

from fakturo.errors import BadInput

Format = Literal["csv", "json", "jsonl", "xlsx", "parquet", "ubl", "eml", "txt", "sqlite", "pdf"]
FORMATS: tuple[Format, ...] = get_args(Format)
TABLES: frozenset[str] = frozenset({"csv", "xlsx", "parquet", "sqlite"})
MOST_NULS = 0.01
"""Share of NUL bytes up to which a file may be a text with a broken line or two."""
HEAD_BYTES = 65_536
"""Enough to see a header and some rows."""

_MAGIC: tuple[tuple[bytes, Format], ...] = (
    (b"PAR1", "parquet"),
    (b"SQLite format 3\x00", "sqlite"),
    (b"PK\x03\x04", "xlsx"),
)
_FOREIGN = (
    (b"%PDF", "a PDF"),
    (b"\x1f\x8b", "a gzip archive; unpack it"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Outlook file; save it as XLSX or EML"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
)
_SUFFIXES: dict[str, Format] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".tab": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".eml": "eml",
}
_MAIL_HEADER = re.compile(
    rb"^(received|return-path|from|to|subject|date|message-id|mime-version|x-[a-z-]+|delivered-to):",
    re.IGNORECASE,
)
ALLOWED = "CSV, TSV, JSON, JSON Lines, XLSX, Parquet, UBL order XML, EML, TXT or a SQLite database"


def recognise(name: str, head: bytes) -> Format:
    """Format of a file.

    Args:
        name: its name; only the suffix is looked at.
        head: its first bytes, at least 64 KB of them or all.

    Raises:
        BadInput: empty, or nothing that we read.
    """
    for magic, found in _MAGIC:
        if head.startswith(magic):
            return found
    for magic, what in _FOREIGN:
        if head.startswith(magic):
            raise BadInput(f"This is {what}; Fakturo reads {ALLOWED}.")
    text = _text(head)
    if text is None:
        raise BadInput(f"This is no text: it starts with binary or NUL bytes. Fakturo reads {ALLOWED}.")
    if not text.strip():
        raise BadInput("The file is empty.")
    suffix = PurePath(name).suffix.lower()
    start = text.lstrip()[:1]
    if start == "<":
        return "ubl"
    if start in "{[" and suffix not in {".csv", ".tsv", ".txt", ".eml"}:
        return "jsonl" if suffix in {".jsonl", ".ndjson"} or _is_lines(text) else "json"
    return _SUFFIXES.get(suffix) or _plain(text, head, suffix)


def recognise_document(name: str, head: bytes) -> Format:
    """As `recognise`, and a PDF, which may carry an order or an invoice."""
    return "pdf" if head.startswith(b"%PDF") else recognise(name, head)


def _plain(text: str, head: bytes, suffix: str) -> Format:
    """A mail, a table or prose without a telling suffix."""
    if suffix != ".txt" and _MAIL_HEADER.match(head) and re.search(r"\r?\n\r?\n", text):
        headers = text.split("\n\n", 1)[0].splitlines()
        if sum(1 for each in headers if _MAIL_HEADER.match(each.encode())) > 1:
            return "eml"
    if suffix in {".txt", ".text"}:
        return "txt"
    first = text.splitlines()[:3]
    for delimiter in (",", ";", "\t", "|"):
        counts = {each.count(delimiter) for each in first if each.strip()}
        if len(first) > 1 and min(counts) > 1 and len(counts) == 1:
            return "csv"
    return "txt"


def _is_lines(text: str) -> bool:
    """Whether the first line is a whole JSON value and another one follows."""
    first, _, rest = text.strip().partition("\n")
    try:
        json.loads(first)
    except (ValueError, RecursionError):
        return False
    return rest.strip()[:1] in {"{", "["} if rest.strip() else False


def _text(head: bytes) -> str | None:
    """The head as text, roughly; None where it is binary."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head[: len(head) // 2 * 2].decode("utf-16", errors="replace")
    head = head.removeprefix(b"\xef\xbb\xbf")
    if head.count(0) > len(head) * MOST_NULS:
        return None
    return head.decode("utf-8", errors="replace")

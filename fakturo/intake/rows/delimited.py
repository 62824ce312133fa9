"""CSV of any delimiter -> a file of records that DuckDB reads in parallel without a question left open.

One record stands on one physical line, its fields parted by U+001F; a record that spans lines is followed
by as many filler lines, so that a record's position *is* its line in the source. What cannot be parted
(quotes that never close, bytes that do not decode) is kept as a broken record with its reason: nothing is
dropped, and line numbers hold however many rows are bad.
"""

import csv
import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, TextIO

from fakturo.errors import BadInput
from fakturo.intake.encoding import Line, chunks_of_lines, detect

FIELD = "\x1f"
FILLER = "\x1d"
BROKEN = "\x1c"
"""BROKEN + reason + FIELD + the line as it is."""
DELIMITERS = (",", ";", "\t", "|")
LONGEST_RECORD_LINES = 200
"""A quoted cell may hold so many line breaks; beyond, its quote was never meant to open."""
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_LINE_ENDS = re.compile(r"[\r\n]+")
_SAMPLE_LINES = 200


class Records(NamedTuple):
    """A file of records, the header taken off."""

    path: Path
    header: list[str]
    header_line: int
    longest_bytes: int
    encoding: str


def write_records(
    source: Path,
    target: Path,
    *,
    most_line_bytes: int,
    is_known: Callable[[str], bool],
    on_bytes: Callable[[int], None],
) -> Records:
    """Rewrite a delimited file as records.

    Args:
        is_known: whether a header's name is a column that the mapping knows; helps to find the delimiter.

    Raises:
        BadInput: no header, or a line longer than allowed.
    """
    encoding = detect(source, most_line_bytes=most_line_bytes)
    delimiter = ""
    header: list[str] = []
    header_line = written = longest = 0
    carried: list[str] = []
    with target.open("w", encoding="utf-8", newline="") as out:
        for chunk, done in chunks_of_lines(source, encoding, most_line_bytes=most_line_bytes):
            if not delimiter:
                delimiter = _delimiter(chunk, is_known)
            records, carried = _records(chunk, delimiter, carried)
            if not header:
                header, header_line = _header(records, written)
                written += len(records)
            longest = max(longest, _write(records, out))
            on_bytes(done)
        while carried:  # the file ended within a quote that its first line opened
            records, rest = _records([Line(each) for each in carried[1:]], delimiter, [])
            records.insert(0, _broken("A quote is opened and never closed", carried[0]))
            longest = max(longest, _write(records, out))
            carried = rest
    if not header:
        raise BadInput("The file has no header line with column names.")
    return Records(target, header, header_line, longest, encoding)


def _write(records: list[str], out: TextIO) -> int:
    """Write records, one a line; returns a bound on the bytes of the longest."""
    if not records:
        return 0
    text = "\n".join(record or FILLER for record in records)  # DuckDB would skip an empty line
    out.write(text)
    out.write("\n")
    return max(map(len, text.split("\n"))) * (1 if text.isascii() else 4)


def _records(chunk: list[Line] | str, delimiter: str, carried: list[str]) -> tuple[list[str], list[str]]:
    """Records of a chunk of lines, and the lines of one whose quote is still open at its end."""
    problems: dict[int, str] = {}
    if isinstance(chunk, str):
        text = chunk.removesuffix("\n")
        if not carried and '"' not in text and not _CONTROL.search(text):
            return text.replace(delimiter, FIELD).split("\n"), []
        lines = [*carried, *text.split("\n")]
    else:
        lines = [*carried, *(each.text for each in chunk)]
        problems = {n: each.problem for n, each in enumerate(chunk, start=len(carried)) if each.problem}
    records: list[str] = []
    position = 0
    while position < len(lines):
        line = lines[position]
        if position in problems:
            record, used = _broken(f"The line {problems[position]}", line), 1
        elif '"' not in line and not _CONTROL.search(line):
            record, used = line.replace(delimiter, FIELD), 1
        else:
            record, used = _quoted(lines, position, delimiter)
            if not used:
                return records, lines[position:]
        records.append(record)
        if used > 1:
            records.extend([FILLER] * (used - 1))
        position += used
    return records, []


def _quoted(lines: list[str], position: int, delimiter: str) -> tuple[str, int]:
    """One record with quotes and the lines it takes; 0 lines while its quote is open at the last of them."""
    text = lines[position]
    if _CONTROL.search(text):
        return _broken("The line holds control characters or NUL bytes", text), 1
    for used in range(1, LONGEST_RECORD_LINES + 1):
        try:
            fields = next(csv.reader([text], delimiter=delimiter, strict=True))
        except csv.Error as error:
            if "unexpected end" not in str(error):
                return _broken(f"The quotes are broken ({error})", lines[position]), 1
            if position + used == len(lines):
                return "", 0
            if _CONTROL.search(lines[position + used]):
                break
            text = f"{text}\n{lines[position + used]}"
        else:
            record = FIELD.join(fields)  # holds no other control characters
            return _LINE_ENDS.sub(" ", record) if used > 1 or "\r" in record else record, used
    return _broken("A quote is opened and never closed", lines[position]), 1


def _broken(reason: str, text: str) -> str:
    shown = _CONTROL.sub("␀", _LINE_ENDS.sub(" ", text))
    return f"{BROKEN}{reason}.{FIELD}{shown}"


def _header(records: list[str], before: int) -> tuple[list[str], int]:
    """Column names and the line they stand on: the first that is not empty."""
    for number, record in enumerate(records, start=before + 1):
        if record.startswith(BROKEN):
            raise BadInput(f"The header line cannot be read: {record[1:].split(FIELD)[0]}")
        if record.strip() and record != FILLER:
            return [name.strip() for name in record.split(FIELD)], number
    return [], 0


def _delimiter(chunk: list[Line] | str, is_known: Callable[[str], bool]) -> str:
    """The delimiter whose header has most known columns, then the most even rows."""
    lines = chunk.split("\n", _SAMPLE_LINES) if isinstance(chunk, str) else [each.text for each in chunk]
    sample = [each for each in lines[:_SAMPLE_LINES] if each.strip()]

    def merit(delimiter: str) -> tuple[int, float, int]:
        try:
            rows = list(csv.reader(sample, delimiter=delimiter))
        except csv.Error:
            return 0, 0.0, 0
        if not rows:
            return 0, 0.0, 0
        width = len(rows[0])
        even = sum(1 for row in rows if len(row) == width) / len(rows) if width > 1 else 0.0
        return sum(map(is_known, rows[0])), even, width

    return max(DELIMITERS, key=merit)

"""JSON and JSON Lines, one value at a time with the line it starts on: the file is never in memory whole."""

import codecs
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from fakturo.errors import BadInput
from fakturo.intake.encoding import CHUNK_BYTES
from fakturo.intake.rows.delimited import BROKEN, FIELD, FILLER, Records

_CONTROL = re.compile("[\x00-\x1f]+")
_SPACE = " \t\r\n"
_NO_SPACE = re.compile(r"[^ \t\r\n]")
_UTF16 = {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}
MOST_COLUMNS = 1000


class Value(NamedTuple):
    """One record of the file, or why there is none."""

    line: int
    value: Any = None
    text: str = ""
    """As it stands in the file."""
    problem: str | None = None


def values(path: Path, *, most_line_bytes: int, on_bytes: Callable[[int], None]) -> Iterator[Value]:
    """Records of a JSON array, of a lone object, or of JSON Lines; numbers keep their digits.

    Raises:
        BadInput: a record is longer than `most_line_bytes`, or the array is broken: nothing after it can be
            trusted.
    """
    with path.open("rb") as file:
        reader = _Reader(file, most_line_bytes, on_bytes)
        start = reader.peek()
        if start == "[":
            yield from _of_array(reader)
        elif start == "{" and not _is_one_object(path):
            yield from _of_lines(reader)
        else:
            yield from _of_one(reader)


def is_row(value: Any) -> bool:
    """Whether a record is one row of a table: an object without nested ones, and no text order."""
    if not isinstance(value, dict) or {"id", "text"} <= value.keys():
        return False
    return not any(isinstance(each, dict | list) for each in value.values())


def write_rows(found: Iterator[Value], target: Path) -> Records:
    """Write flat records as a file of records, at the line they stood on; columns in order of appearance."""
    columns: dict[str, int] = {}
    longest = 0
    body = target.with_suffix(".body")
    with body.open("w", encoding="utf-8", newline="") as out:
        line = 1
        for each in found:
            while line < each.line:
                out.write(FILLER + "\n")
                line += 1
            record = _record(each, columns)
            longest = max(longest, len(record) * 4)
            out.write(record + "\n")
            line += 1
    if len(columns) > MOST_COLUMNS:
        raise BadInput(f"The records have {len(columns)} different names, more than {MOST_COLUMNS}.")
    _even(body, target, len(columns))
    return Records(target, list(columns), 0, longest + len(columns) + 1, "utf-8")


def _even(body: Path, target: Path, width: int) -> None:
    """Give every record as many cells as there are columns; early ones did not know the later names."""
    with (
        body.open(encoding="utf-8", newline="\n") as rows,
        target.open("w", encoding="utf-8", newline="") as out,
    ):
        for row in rows:
            missing = 0 if row[0] in {BROKEN, FILLER} else width - 1 - row.count(FIELD)
            out.write(row[:-1] + FIELD * missing + "\n")
    body.unlink()


def _record(each: Value, columns: dict[str, int]) -> str:
    if each.problem is None and not is_row(each.value):
        each = each._replace(problem="The record is no flat object like the first one.")
    if each.problem is not None:
        return f"{BROKEN}{each.problem}{FIELD}{_CONTROL.sub(' ', each.text[:2000])}"
    for name in each.value:
        columns.setdefault(_CONTROL.sub(" ", name), len(columns))
    cells = [""] * len(columns)
    for name, cell in each.value.items():
        cells[columns[_CONTROL.sub(" ", name)]] = _CONTROL.sub(" ", _as_text(cell))
    return FIELD.join(cells)


def _as_text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return str(cell)


class _Number(str):
    """A number with the digits it was written with; 1.234 gets a fourth decimal: nobody reads it as 1234."""

    __slots__ = ()


def _number(text: str) -> _Number:
    return _Number(text + "0" if re.fullmatch(r"-?\d+\.\d{3}", text) else text)


_DECODER = json.JSONDecoder(parse_float=_number, parse_int=_Number, parse_constant=_Number)


class _Reader:
    """A text file read forward, with the line it is on."""

    def __init__(self, file: BinaryIO, most_bytes: int, on_bytes: Callable[[int], None]) -> None:
        self._file = file
        mark = "utf-16" if self._file.read(2) in _UTF16 else "utf-8-sig"
        self._file.seek(0)
        self._decoder = codecs.getincrementaldecoder(mark)(errors="strict")
        self._most = most_bytes
        self._on_bytes = on_bytes
        self._done = 0
        self.text = ""
        self.at = 0
        """Position in `text`; what lies before has been read."""
        self.line = 1
        self.ended = False

    def more(self) -> bool:
        """Read on; False at the end of the file."""
        if len(self.text) - self.at > self._most:
            raise BadInput(
                f"A record is longer than the {self._most >> 20} MB that FAKTURO_INTAKE_MAX_LINE_MB allows."
            )
        block = self._file.read(CHUNK_BYTES)
        self._done += len(block)
        self._on_bytes(self._done)
        try:
            self.text = self.text[self.at :] + self._decoder.decode(block, final=not block)
        except UnicodeDecodeError:
            raise BadInput(f"The file is not UTF-8 after line {self.line}; save it as UTF-8.") from None
        self.at = 0
        self.ended = not block
        return bool(block)

    def move(self, to: int) -> None:
        """Step over text."""
        self.line += self.text.count("\n", self.at, to)
        self.at = to

    def peek(self) -> str:
        """The next character that is no space; empty at the end."""
        while True:
            found = _NO_SPACE.search(self.text, self.at)
            if found:
                self.move(found.start())
                return found.group()
            self.move(len(self.text))
            if self.ended or not self.more():
                return ""


def _of_array(reader: _Reader) -> Iterator[Value]:
    reader.move(reader.at + 1)
    separated = True
    empty = True
    while (start := reader.peek()) != "]" or (separated and not empty):
        if start == "," and not separated:
            reader.move(reader.at + 1)
            separated = True
            continue
        if start in {"", ",", "]"} or not separated:
            raise BadInput(f"The JSON is broken at line {reader.line}; it must be an array of records.")
        yield _next_value(reader)
        separated = empty = False
    reader.move(reader.at + 1)
    if reader.peek():
        raise BadInput(f"Something follows the end of the JSON array at line {reader.line}.")


def _of_one(reader: _Reader) -> Iterator[Value]:
    if reader.peek():
        yield _next_value(reader)
    if reader.peek():
        raise BadInput(f"The JSON is broken at line {reader.line}; give an array, or one record a line.")


def _next_value(reader: _Reader) -> Value:
    while True:
        try:
            value, end = _DECODER.raw_decode(reader.text, reader.at)
        except RecursionError:
            raise BadInput(f"The JSON is nested too deeply at line {reader.line}.") from None
        except ValueError as error:
            if reader.ended or not reader.more():
                raise BadInput(f"The JSON is broken after line {reader.line}: {error}.") from None
            continue
        if end == len(reader.text) and not reader.ended and reader.more():
            continue  # a number could go on
        found = Value(reader.line, value, reader.text[reader.at : end])
        reader.move(end)
        return found


def _of_lines(reader: _Reader) -> Iterator[Value]:
    while True:
        end = reader.text.find("\n", reader.at)
        if end < 0 and not reader.ended:
            reader.more()
            continue
        line = reader.text[reader.at : end if end >= 0 else None]
        if line.strip():
            yield _value_of_line(reader.line, line)
        if end < 0:
            return
        reader.move(end + 1)


def _value_of_line(number: int, line: str) -> Value:
    text = line.strip(_SPACE)
    try:
        return Value(number, _DECODER.decode(text), text)
    except (ValueError, RecursionError) as error:
        return Value(number, text=text, problem=f"The line is no JSON: {error}.")


def _is_one_object(path: Path) -> bool:
    """Whether a file that starts with an object holds that one, written over several lines."""
    with path.open("rb") as file:
        first = file.readline(CHUNK_BYTES)
        while first and not first.strip():
            first = file.readline(CHUNK_BYTES)
    try:
        json.loads(first.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return not first.rstrip().endswith(b"}")
    return False

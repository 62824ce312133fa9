"""Which encoding a text file has, and its lines: decoded one chunk at a time, never the whole file.

A byte order mark decides; else UTF-8 if at most a few lines break it (those are quarantined); else what
charset-normalizer makes of the lines with other bytes. Single-byte encodings cannot be told apart with
certainty, so a file whose lines mix UTF-8 and others has its odd lines quarantined, not guessed.
"""

import codecs
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from charset_normalizer import from_bytes

from fakturo.errors import BadInput

CHUNK_BYTES = 4 << 20
_SAMPLE_BYTES = 256 << 10
ENOUGH_ODD_BYTES = 64
_ASCII = 127
_LIKELY = (
    "cp1252",
    "cp1250",
    "cp1251",
    "cp1253",
    "cp1254",
    "cp1257",
    "shift_jis",
    "gb18030",
    "big5",
    "euc_kr",
)
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


class Line(NamedTuple):
    """A physical line; `problem` says why its text cannot be trusted."""

    text: str
    problem: str | None = None


def detect(path: Path, *, most_line_bytes: int) -> str:
    """Encoding of a text file; walks through it once, 4 MB at a time.

    Raises:
        BadInput: a line is longer than `most_line_bytes`.
    """
    sample = bytearray()
    good = bad = 0
    with path.open("rb") as file:
        head = file.read(4)
        for mark, name in _MARKS:
            if head.startswith(mark):
                return name
        file.seek(0)
        for chunk in _cut_at_newlines(file, most_line_bytes):
            if chunk.isascii() or _decodes(chunk):
                good += not chunk.isascii()
                continue
            for line in chunk.split(b"\n"):
                if line.isascii():
                    continue
                fits = _decodes(line)
                good += fits
                bad += not fits
                if not fits and len(sample) < _SAMPLE_BYTES:
                    sample += line + b"\n"
    if bad <= good:
        return "utf-8"
    return legacy(bytes(sample))


def legacy(sample: bytes) -> str:
    """The likeliest encoding of bytes that are not UTF-8.

    A handful of odd bytes is no ground for a guess: then it is Windows' Western one, as in most offices.
    """
    odd = sum(1 for byte in sample if byte > _ASCII)
    if odd >= ENOUGH_ODD_BYTES:
        best = from_bytes(sample, cp_isolation=list(_LIKELY)).best()
        if best is not None:
            return best.encoding
    return "cp1252"


def chunks_of_lines(
    path: Path, encoding: str, *, most_line_bytes: int
) -> Iterator[tuple[list[Line] | str, int]]:
    """A file's text, whole lines at a time.

    Returns:
        Pairs of (text, bytes read so far); where a line did not decode, its chunk comes as a list of lines.

    Raises:
        BadInput: a line is longer than `most_line_bytes`.
    """
    done = 0
    if encoding == "utf-16":
        for text in _utf16(path, most_line_bytes):
            done += len(text) * 2
            yield text, done
        return
    with path.open("rb") as file:
        if file.read(3) != codecs.BOM_UTF8:
            file.seek(0)
        for chunk in _cut_at_newlines(file, most_line_bytes):
            done += len(chunk)
            strange = (
                encoding != "utf-8"
                and not chunk.isascii()
                and any(map(_is_utf8_on_purpose, chunk.split(b"\n")))
            )
            try:
                if not strange:
                    yield chunk.decode(encoding).replace("\r\n", "\n").replace("\r", " "), done
                    continue
            except UnicodeDecodeError:
                pass
            yield [_line(each, encoding) for each in _lines(chunk)], done


def _line(line: bytes, encoding: str) -> Line:
    line = line.removesuffix(b"\r").replace(b"\r", b" ")
    if encoding != "utf-8" and _is_utf8_on_purpose(line):
        return Line(line.decode("utf-8"), f"is UTF-8 in a file that is {encoding}: mixed encodings")
    try:
        return Line(line.decode(encoding))
    except UnicodeDecodeError as error:
        shown = line.decode(encoding, errors="replace")
        return Line(shown, f"is not {encoding.upper()} at byte {error.start + 1}: mixed or wrong encoding")


def _lines(chunk: bytes) -> list[bytes]:
    lines = chunk.split(b"\n")
    return lines[:-1] if not lines[-1] else lines


def _cut_at_newlines(file: object, most_line_bytes: int) -> Iterator[bytes]:
    """Chunks that end with a line's end; CR alone counts where a file has no LF at all."""
    read = file.read  # type: ignore[attr-defined]
    rest = b""
    old_mac: bool | None = None
    while block := read(CHUNK_BYTES):
        if old_mac is None:
            old_mac = b"\n" not in block and b"\r" in block
        if old_mac:
            block = block.replace(b"\r", b"\n")
        cut = block.rfind(b"\n") + 1
        if not cut:
            rest += block
            _check_length(len(rest), most_line_bytes)
            continue
        _check_length(len(rest) + block.find(b"\n"), most_line_bytes)
        yield rest + block[:cut]
        rest = block[cut:]
        _check_length(len(rest), most_line_bytes)
    if rest:
        yield rest


def _check_length(length: int, most: int) -> None:
    if length > most:
        raise BadInput(
            f"A line is longer than the {most >> 20} MB that FAKTURO_INTAKE_MAX_LINE_MB allows; "
            "this is no file of orders, or its line ends were lost."
        )


def _utf16(path: Path, most_line_bytes: int) -> Iterator[str]:
    rest = ""
    with path.open(encoding="utf-16", errors="replace", newline="") as file:
        while block := file.read(CHUNK_BYTES // 2):
            cut = block.rfind("\n") + 1
            rest += block[:cut] if cut else block
            _check_length(len(rest) if not cut else 0, most_line_bytes)
            if cut:
                yield rest.replace("\r\n", "\n").replace("\r", " ")
                rest = block[cut:]
    if rest:
        yield rest.replace("\r\n", "\n").replace("\r", " ")


def _decodes(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _is_utf8_on_purpose(line: bytes) -> bool:
    """Whether a line holds multi-byte UTF-8: by chance that is next to impossible in a Latin text."""
    return not line.isascii() and _decodes(line)

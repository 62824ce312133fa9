"""The order text as it is read: escapes decoded, markup gone, contacts masked, heads and quotes apart. Pure.

The proof reads nothing else; what a reader of the letter would not see decides nothing.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from fakturo.ai.proof.markup import hides_text, plain_lines
from fakturo.ai.proof.quoted_threads import split_quotes
from fakturo.ai.proof.transfer_encoding import decoded
from fakturo.finding import Finding
from fakturo.privacy import mask

_HEAD = re.compile(
    r"^(?:from|to|cc|bcc|date|sent|reply-to|message-id|mime-version|content-[a-z-]+|received|return-path"
    r"|x-[a-z-]+"
    r"|von|an|gesendet)\s*:.*$",
    re.IGNORECASE,
)
_INNER_HEAD = re.compile(r"^[ \t*]*(?:from|sent|von|gesendet)\s*:", re.IGNORECASE | re.MULTILINE)
_FULL_WIDTH = range(0xFF10, 0xFF1A)
_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]")
"""Characters that turn the direction of writing: a reader sees 42 where a machine reads 24."""
_JOINS_DIGITS = re.compile("\\d[\u00ad\u180e\u200b-\u200d\u2060-\u2064\ufeff]+\\d")
_NEEDLESS = re.compile(r"&#(?:0*(?:4[89]|5[0-7])|x0*3[0-9]);?", re.IGNORECASE)
"""A digit written as an entity; no program does."""
_OVERLAYS = re.compile("[\u0334-\u0338\u20d2-\u20f0]")


class SourceText(NamedTuple):
    """What a letter says, in the sender's own words and in those it quotes."""

    own: str
    quoted: str
    """Lines that quote an older letter; nothing in them is ordered."""
    findings: tuple[Finding, ...]
    """Where a reader may see something else than a machine."""


def read_source(text: str) -> SourceText:
    """Decode, take markup off, mask contacts, and set the quoted lines apart."""
    raw = decoded(text.replace("\r\n", "\n").replace("\r", "\n"))
    visible = plain_lines(raw)
    plain = unicodedata.normalize("NFKC", visible)
    plain = "".join(
        each for each in plain if each in "\n\t" or unicodedata.category(each) not in {"Cf", "Cc"}
    )
    lines = mask(plain).text.split("\n")
    body = _after_head(lines)
    own, quoted, is_unclear = split_quotes(body)
    whole = "\n".join(own)
    return SourceText(whole, "\n".join(quoted), tuple(_findings(raw, visible, whole, is_unclear)))


def _after_head(lines: list[str]) -> list[str]:
    """Lines without the mail's head; its subject stays."""
    kept: list[str] = []
    for place, line in enumerate(lines):
        if line.strip() and not _HEAD.match(line) and not line.lower().startswith("subject:"):
            return kept + lines[place:]
        if not _HEAD.match(line):
            kept.append(line)
    return kept


def _findings(raw: str, visible: str, own: str, is_unclear: bool) -> Iterator[Finding]:
    if hides_text(raw):
        yield Finding(code="hidden_text", message="The letter's markup hides or strikes out text.")
    if _TURNS.search(visible) or _OVERLAYS.search(unicodedata.normalize("NFD", visible)):
        yield Finding(code="hidden_text", message="The letter holds characters that turn or strike out text.")
    odd = (
        _NEEDLESS.search(raw)
        or any(_is_odd(letter) for letter in set(visible))
        or _JOINS_DIGITS.search(visible)
    )
    if odd or any(letter.isdigit() and not letter.isascii() for letter in set(own)):
        yield Finding(code="odd_digits", message="The letter writes digits in an unusual way.")
    if any(_is_of_another_script(letter) for letter in set(own)):
        message = "The letter holds letters of another script, which may look like digits or Latin letters."
        yield Finding(code="odd_letters", message=message)
    if is_unclear or _INNER_HEAD.search(own):
        yield Finding(
            code="quoted_thread", message="Where the older letter ends that this one quotes is not certain."
        )


def _is_of_another_script(letter: str) -> bool:
    """Whether a letter is of no Latin alphabet, as the Cyrillic "\u0417" that looks like a three."""
    return letter.isalpha() and not letter.isascii() and not unicodedata.name(letter, "").startswith("LATIN")


def _is_odd(letter: str) -> bool:
    """Whether a letter would turn into digits that nobody wrote: superscripts, circled numbers, fractions."""
    return (
        not letter.isascii()
        and ord(letter) not in _FULL_WIDTH
        and any(each.isdigit() for each in unicodedata.normalize("NFKC", letter))
    )

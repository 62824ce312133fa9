"""Which line a correction means: exactly one, or a person decides. Pure.

A line is told by its place ("the second one"), its code, words of its name, or its old quantity; all that is
said must fit one line and no other.
"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from fakturo.ai.proof.corrections import Correction, Reading
from fakturo.finding import Finding

_ORDINALS = {
    word: place
    for place, words in enumerate(
        (
            "first 1st erste 1",
            "second 2nd zweite 2",
            "third 3rd dritte 3",
            "fourth 4th vierte 4",
            "fifth 5th fünfte 5",
            "sixth 6th sechste 6",
            "seventh 7th siebte 7",
            "eighth 8th achte 8",
            "ninth 9th neunte 9",
            "tenth 10th zehnte 10",
        )
    )
    for word in words.split()
} | {"last": -1, "final": -1, "letzte": -1}
_LINE = r"(?:one|line|item|position|product|article|entry|posten|zeile|artikel|punkt|pos\.?)"
_ORDINAL_WORDS = "|".join(word for word in _ORDINALS if not word.isdigit())
_ORDINAL = re.compile(
    r"(?:the |der |die |das |den |dem |beim |bei der |bei dem |vom |von der |zum )?"
    rf"(?P<word>{_ORDINAL_WORDS})(?P<german>[nrms])?(?P<line> {_LINE})?",
    re.IGNORECASE,
)
_NUMBERED = re.compile(
    r"(?:the |der |die |den |bei )?(?:line|position|pos\.?|posten|zeile)(?: (?:no\.?|nr\.?|number"
    r"|nummer))? ?#?(?P<no>\d{1,3})",
    re.IGNORECASE,
)
_THE_CODE = re.compile(
    r"^(?:for |on |of |von |bei |the |der |die |das |den |dem )*(?:(?:items?|code|sku|article|product"
    r"|artikel|art\.?|art\.-nr\.?)[ .:#]*"
    r"(?:(?:no\.?|nr\.?|number|nummer)[ .:#]*)?)?#?",
    re.IGNORECASE,
)
_UNSAID = frozenset({"", "it", "that", "this", "es", "das", "davon"})
_SMALL_WORDS = """
    the our my those these of for on a der die das den dem von vom bei beim unsere unseren item items
    article artikel
"""
_SMALL = frozenset(_SMALL_WORDS.split())
SHORTEST_CODE = 3
SHORTEST_STEM = 3


class TextLine(NamedTuple):
    """A line as the text has it, before any correction."""

    code: str | None
    name: str
    """Empty: not known."""
    around: str
    """All of the text between the lines before and after it."""
    counted: str
    """Its quantity as written."""
    quantity: Decimal | None
    unit_price: Decimal | None


def resolve(
    corrections: Sequence[Correction], lines: Sequence[TextLine], text: str, *, has_quote: bool
) -> tuple[dict[int, Decimal | None], list[Finding]]:
    """What becomes of each line.

    Args:
        corrections: of the letter, all behind its last line.
        lines: in the order of the text.
        text: the sender's own words without the corrections.
        has_quote: whether an older letter is quoted, whose "first one" might be meant.

    Returns:
        Place of a line -> its new quantity, None where it falls away; and what is not certain.
    """
    changes: dict[int, Decimal | None] = {}
    findings = []
    for correction in corrections:
        meant = {
            (place, reading.new)
            for reading in correction.readings
            for place in [_the_one(reading, lines, text, has_quote=has_quote)]
            if place is not None
        }
        if len(meant) != 1 or next(iter(meant))[0] in changes:
            findings.append(unclear(correction))
            continue
        changes |= dict(meant)
    if len(changes) == len(lines) and None in changes.values() and set(changes.values()) == {None}:
        findings += [unclear(correction) for correction in corrections]
    return changes, findings


def unclear(correction: Correction) -> Finding:
    """The finding that a person must read a correction."""
    message = f"Which line {correction.said[:80]!r} changes, and to what, is not certain."
    return Finding(code="correction_unclear", message=message)


def _the_one(reading: Reading, lines: Sequence[TextLine], text: str, *, has_quote: bool) -> int | None:
    """The one line that fits everything said; None: none or several."""
    reference = reading.reference.strip().casefold()
    places = list(_referred(reference, lines, with_old=reading.old is not None))
    if has_quote and reading.old is None and not any(lines[place].code for place in places):
        return None
    if has_quote and (_ORDINAL.fullmatch(reference) or _NUMBERED.fullmatch(reference)) and not reading.old:
        return None
    if reading.old is not None:
        if reference in _UNSAID and any(line.unit_price == reading.old for line in lines):
            return None
        places = [place for place in places if lines[place].quantity == reading.old]
    if len(places) != 1 or reading.new == lines[places[0]].quantity or _may_be_a_code(reading.new, lines):
        return None
    if reference in _UNSAID and reading.old is not None:
        shape = re.compile(rf"(?<!\d){reading.old:f}(?!\d)")
        if len(shape.findall(text)) > len(shape.findall(lines[places[0]].counted)):
            return None  # the 24 may be a day of March
    return places[0]


def _may_be_a_code(new: Decimal | None, lines: Sequence[TextLine]) -> bool:
    """Whether a number is as long as the codes are: "should be 22552" may mean the item."""
    lengths = {sum(map(str.isdigit, line.code)) for line in lines if line.code}
    digits = 0 if new is None else len(f"{new:f}")
    return digits >= SHORTEST_CODE and digits in lengths


def _referred(reference: str, lines: Sequence[TextLine], *, with_old: bool) -> Iterator[int]:
    """Places of the lines that words may mean."""
    if reference in _UNSAID:
        if with_old or len(lines) == 1:
            yield from range(len(lines))
        return
    ordinal, numbered = _ORDINAL.fullmatch(reference), _NUMBERED.fullmatch(reference)
    if ordinal:
        place = _ORDINALS[ordinal["word"].casefold()]
        if ordinal["line"] or ordinal["german"] or with_old:
            yield from range(len(lines))[place : place + 1 or None]
        return
    if numbered:
        yield from range(len(lines))[int(numbered["no"]) - 1 : int(numbered["no"])]
        return
    bare = _THE_CODE.sub("", reference).strip(" ()")
    coded = [place for place, line in enumerate(lines) if line.code and line.code.casefold() == bare]
    if coded:
        yield from coded
    elif not any(letter.isdigit() for letter in reference):
        yield from _named(reference, lines)


def _named(reference: str, lines: Sequence[TextLine]) -> Iterator[int]:
    """Lines whose names hold every word, and those beside which the words stand."""
    words = _words(" ".join(word for word in reference.split() if word not in _SMALL))
    fitting = [line for line in lines if words and words <= _words(line.name or line.around)]
    if fitting:
        yield from (place for place, line in enumerate(lines) if words <= _words(line.around))


def _words(text: str) -> set[str]:
    return {_singular(word) for word in re.findall(r"[^\W\d_]+", text.casefold())}


def _singular(word: str) -> str:
    """The word without the endings of a plural, the same for "lantern" and "lanterns"."""
    for ending in ("es", "en", "er", "s", "n", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST_STEM:
            return word.removesuffix(ending)
    return word

"""How a letter can correct itself after its lines, and what it then orders."""

from random import Random

from tests.ai.proof.letter_layouts import WORDS, Line

COUNTS = (1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 16, 18, 20, 24, 30, 36, 48, 60, 96, 100, 140, 144, 1200)
ORDINALS = {
    "en": ("first", "second", "third", "fourth", "fifth"),
    "de": ("erste", "zweite", "dritte", "vierte", "fünfte"),
}
REMOVALS = {
    "en": (
        "Please cancel item {code}.",
        "PS: scrap the {ordinal} line.",
        "Sorry, please drop the {ordinal} one.",
    ),
    "de": ("Artikel {code} bitte streichen.", "Bitte stornieren Sie Artikel {code}."),
}
CHANGES = {
    "en": (
        "PS: make the {ordinal} one {new}, not {old}.",
        "Sorry, {new} instead of {old} of the {name}.",
        "Please change item {code} to {new}.",
        "Actually, the {ordinal} item should be {new}, not {old}.",
        "P.S. Could you change the {ordinal} line from {old} to {new}?",
        "Make the {ordinal} line {new}.",
    ),
    "de": (
        "PS: der {ordinal} Posten bitte {new} statt {old}.",
        "Entschuldigung, bitte {new} statt {old} von Artikel {code}.",
        "Bitte ändern Sie Artikel {code} auf {new}.",
        "Korrektur: Position {place} bitte {new} statt {old}.",
    ),
}


def correct(chance: Random, spoken: str, lines: tuple[Line, ...]) -> tuple[tuple[Line, ...], str]:
    """Lines after one correction, and the sentence that says it."""
    no = chance.randrange(len(lines))
    line = lines[no]
    new = chance.choice([count for count in COUNTS if count != line.quantity])
    is_removal = len(lines) > 1 and bool(line.code) and chance.random() < 0.2
    forms = REMOVALS[spoken] if is_removal else CHANGES[spoken]
    sentence = chance.choice([form for form in forms if _fits(form, line)]).format(
        code=line.code,
        name=line.name,
        ordinal=ORDINALS[spoken][no],
        place=no + 1,
        old=line.quantity,
        new=WORDS[spoken].get(new, new) if chance.random() < 0.3 else new,
    )
    changed = () if is_removal else (line._replace(quantity=new),)
    return (*lines[:no], *changed, *lines[no + 1 :]), sentence


def _fits(form: str, line: Line) -> bool:
    """Whether a form can be said of a line: it needs a code, or a plain name."""
    is_plain = not any(map(str.isdigit, line.name)) and " and " not in line.name
    return ("{code}" not in form or bool(line.code)) and ("{name}" not in form or is_plain)

"""Later corrections in a letter's own words: "make the first one 6, not 13", "bitte 6 statt 13". Pure.

The grammar is closed: a sentence is a correction as a whole, or it is none, and then its words are cautions
and a person looks. Only quantities change and lines fall away; a price is never corrected by itself.
"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from fakturo.ai.proof.amounts_in_text import find_items
from fakturo.ai.proof.number_words import Language, language, shape
from fakturo.ai.proof.sentences import sentence_spans
from fakturo.ai.proof.spans import Span

LONGEST = 160
"""Letters; a longer sentence says more than one thing."""

_TELLS = re.compile(
    r"\b(?:make|change|update|amend|correct|adjust|increase|reduce|lower|raise|set|not|instead|rather"
    r"|should|must|needs|scrap|drop|cancel"
    r"|delete|remove|omit|strike|leave|take|don't|no longer|statt|anstatt|anstelle|sondern|nicht|bitte"
    r"|auf|zu|streich\w*|stornier\w*"
    r"|weglassen|lösch\w*|entf\w*|herausnehmen|rausnehmen)\b",
    re.IGNORECASE,
)
"""A sentence without one of these is no correction; most sentences are told so at once."""
_WORD = r"(?!(?:and|und|not|nicht|but|aber|instead|statt|anstatt)\b)[^\s,.;:!?]+"
_REF = rf"{_WORD}(?: {_WORD}){{0,8}}"
_LEAD = re.compile(
    r"(?:(?:p\.?\s?p?\.?\s?s\.?|n\.?\s?b\.?|edit|update|correction|(?:one|a)\s(?:small\s|quick\s|last\s"
    r"|little\s)?(?:change|correction|thing)"
    r"|small\schange|oh|ah|sorry|apologies|my\smistake|actually|wait|oops|whoops|and|but"
    r"|on\ssecond\sthoughts?|korrektur|nachtrag|ach|ach\sja"
    r"|entschuldigung|doch|tippfehler|typo|noch\seine(?:\skleine)?\s(?:änderung|korrektur)"
    r"|eine\s(?:kleine\s)?(?:änderung|korrektur))"
    r"(?:[\s,:;.!\u2013-]+|$)){0,4}",
    re.IGNORECASE,
)
_ASK = (
    r"(?:(?:please|kindly|also|(?:could|can|would|will) (?:you|we)|let's|let us|(?:i|we)(?:'d"
    r"| would) like to|(?:i|we) (?:need|want) to) )"
    r"{0,3}"
)
_GET = (
    r"(?:(?:send|have|order|ship|deliver|need|want|book|supply|(?:i|we) (?:only |just )?(?:need|want|meant)"
    r"|(?:i|we)(?:'d| would) like|(?:it|that|there|this) should (?:be|read)|make (?:it|that)|make)(?: us"
    r"| me)? )?"
)
_TAIL = r"(?:,? (?:please|thanks|thank you|instead|now|after all|bitte|danke))*"
_AMEND = r"(?:change|update|amend|correct|adjust|increase|reduce|lower|raise|set)"
_OF = r"(?:(?:the )?(?:quantity|qty|number) (?:of|for|on) )?"
_NOT = r"(?:,? (?:and )?not|,? instead of|,? rather than) (?:the )?"
_DROP = r"(?:scrap|drop|cancel|delete|remove|omit|strike|leave out|take out|take off|leave off)"
_BITTE = (
    r"(?:(?:bitte|(?:könnten|können|würden) sie|(?:wir|ich) (?:möchten?|brauchen?|benötigen?)|liefern sie"
    r"|schicken sie|senden sie|doch"
    r"|lieber|nur|uns) ){0,4}"
)
_STATT = r"(?:,? (?:statt|anstatt|anstelle von|und nicht|nicht)) "
_AENDERN = r"(?:ändern|korrigieren|setzen|erhöhen|reduzieren|verringern)"
_STREICHEN = r"(?:streichen|stornieren|weglassen|löschen|entfernen|herausnehmen|rausnehmen)"
_BRAUCHEN = r"(?:brauchen|benötigen|nehmen|möchten|hätten)"
_MENGE = r"(?:die menge (?:von|bei|für|des|der) )?"

_QUANTITY = (
    rf"{_ASK}make REF NEW(?:{_NOT}OLD)?{_TAIL}",
    rf"{_ASK}make (?:it|that) NEW(?: of)? REF(?:{_NOT}OLD)?{_TAIL}",
    rf"{_ASK}make (?:it|that) NEW(?:{_NOT}OLD)?{_TAIL}",
    rf"{_ASK}{_AMEND} {_OF}REF(?: from OLD)? to NEW{_TAIL}",
    rf"{_ASK}{_GET}NEW{_NOT}OLD(?:(?: of)? REF)?{_TAIL}",
    rf"{_ASK}{_GET}NEW (?:of )?REF{_NOT}OLD{_TAIL}",
    rf"{_ASK}{_GET}not OLD,? but NEW(?: (?:of )?REF)?{_TAIL}",
    rf"{_OF}REF (?:should|must|needs to) (?:be|read) NEW(?:{_NOT}OLD)?{_TAIL}",
    rf"(?:for|on) REF,? {_ASK}{_GET}NEW{_NOT}OLD{_TAIL}",
    rf"REF:? NEW(?: please)?{_NOT}OLD{_TAIL}",
    rf"(?:bei |von )?REF:? (?:bitte |doch |nur |lieber )*NEW{_STATT}OLD{_TAIL}",
    rf"(?:bei |von )?REF:? bitte (?:nur |auf )?NEW{_TAIL}",
    rf"{_BITTE}NEW{_STATT}OLD(?: (?:von |vom |bei )?REF)?{_TAIL}",
    rf"{_BITTE}NEW (?:von )?REF{_STATT}OLD{_TAIL}",
    rf"{_BITTE}nicht OLD,? sondern NEW(?: (?:von )?REF)?{_TAIL}",
    rf"{_BITTE}{_AENDERN} sie (?:bitte )?{_MENGE}REF (?:von OLD )?(?:auf|zu) NEW{_TAIL}",
    rf"{_BITTE}{_MENGE}(?:bei |von )?REF (?:bitte )?(?:von OLD )?auf NEW {_AENDERN}",
    rf"(?:von|bei) REF {_BRAUCHEN} wir (?:gern )?(?:doch |nur |lieber )*NEW{_STATT}OLD",
    rf"REF soll(?:en|te|ten)? NEW{_STATT}OLD sein",
)
_REMOVAL = (
    rf"{_ASK}{_DROP} REF(?: (?:from|off) (?:the|this|our|my) order)?(?: altogether)?{_TAIL}",
    rf"{_ASK}(?:leave|take) REF (?:out|off)(?: the order)?{_TAIL}",
    r"(?:we|i) (?:don't|do not|no longer) (?:need|want) REF(?: any ?more| after all)?",
    rf"{_BITTE}REF (?:bitte )?(?:wieder )?{_STREICHEN}",
    rf"{_BITTE}{_STREICHEN} sie (?:bitte )?REF",
    r"REF (?:entfällt|entfallen|bitte doch nicht|doch nicht)",
    r"REF (?:brauchen|benötigen) wir (?:doch )?nicht(?: mehr)?",
)


class Correction(NamedTuple):
    """A sentence that changes one line's quantity, or takes a line back."""

    said: str
    span: Span
    readings: frozenset["Reading"]
    """Every way to read it; they must all come to the same."""


class Reading(NamedTuple):
    """One way to read a correction."""

    reference: str
    """Words for the line: "the first one", "item 22423", "lanterns"; empty: only its old quantity tells."""
    new: Decimal | None
    """None: the line falls away."""
    old: Decimal | None


def find_corrections(text: str) -> list[Correction]:
    """Corrections of a letter, in its order.

    Args:
        text: the sender's own words.
    """
    spoken = language(text)
    found: list[Correction] = []
    lead_start: int | None = None
    for start, end in sentence_spans(text):
        said = " ".join(text[start:end].split()).replace("\u2019", "'")
        lead = _LEAD.match(said) if len(said) <= LONGEST else None
        tells = _TELLS.search(said) is not None
        if lead and lead.end() == len(said) and said:
            lead_start = start if lead_start is None else lead_start
            continue  # "PS:" or "Sorry!" belongs to the sentence after it
        if said:
            parts = _read(said[lead.end() :], spoken) if lead and tells else ()
            span = (start if lead_start is None else lead_start, end)
            found += [Correction(said, span, readings) for readings in parts]
            lead_start = None
    return found


def _read(said: str, spoken: Language) -> Sequence[frozenset[Reading]]:
    """Readings of a sentence: of the whole, or of each of its parts; empty where one is no correction."""
    bare = said.strip(" .!;,")
    if "?" in bare[:-1] or "\n" in bare:
        return ()
    bare = bare.rstrip("?").strip()
    told, _, why = bare.partition(": ")  # "make the first one 6, not 13: we still have some"
    if why and not any(map(str.isdigit, why)) and any(map(str.isdigit, told)):
        bare = told
    whole = frozenset(_readings(bare, spoken))
    if whole:
        return (whole,)
    parts = [part for part in re.split(r"(?:;|,? (?:and|und)) ", bare) if part.strip()]
    several = [frozenset(_readings(part.strip(), spoken)) for part in parts]
    return several if len(parts) > 1 and all(several) else ()


def _readings(said: str, spoken: Language) -> Iterator[Reading]:
    quantity, removal = _forms(spoken)
    for form in removal:
        match = form.fullmatch(said)
        if match:
            yield Reading(match["ref"], None, None)
    for form in quantity:
        match = form.fullmatch(said)
        if match:
            groups = match.groupdict()
            new, old = _count(groups["new"], spoken), _count(groups.get("old"), spoken)
            if new and (old or not groups.get("old")):
                yield Reading(groups.get("ref") or "", new, old)


def _count(said: str | None, spoken: Language) -> Decimal | None:
    """The whole number that words say; None where they say none, or more."""
    if not said:
        return None
    items = find_items(said, spoken)
    if len(items) != 1 or items[0].kind != "count" or items[0].text != said or items[0].is_negative:
        return None
    value = items[0].value
    return value if value and value == value.to_integral_value() else None


@cache
def _forms(spoken: Language) -> tuple[tuple[re.Pattern[str], ...], tuple[re.Pattern[str], ...]]:
    number = rf"(?:\d{{1,6}}(?: ?(?:x|pcs|pieces|stück|stk|dozen|dutzend))?(?!\w)|{shape(spoken)})"
    quantity, removal = (
        tuple(
            re.compile(
                form.replace("REF", rf"(?P<ref>{_REF}?)")
                .replace("NEW", f"(?P<new>{number})")
                .replace("OLD", f"(?P<old>{number})"),
                re.IGNORECASE,
            )
            for form in forms
        )
        for forms in (_QUANTITY, _REMOVAL)
    )
    return quantity, removal

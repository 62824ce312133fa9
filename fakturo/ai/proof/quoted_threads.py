"""Which lines of a mail are the sender's own, and which quote an older one. Pure.

Nothing quoted is ordered. What cannot be told apart counts as own, where a number too many is a finding.
"""

import re
from collections.abc import Sequence

_MARKED = re.compile(r"^\s*(?:>|[A-Z]{2,3}>\s)")
_ATTRIBUTION = re.compile(
    r"(?!.*\b(?:i|we|ich|wir)\b)\s*(?:(?:on|am|le|el|il)\b.{0,200}\b(?:wrote|schrieb\w*|écrit|escribió|scritto)\b.{0,120}"
    r"|.{1,120}\b(?:schrieb|wrote)\s+(?:am|on)\b.{0,80}):\s*$",
    re.IGNORECASE | re.DOTALL,
)
_THREAD = re.compile(
    r"^\s*(?:-{2,}\s*(?:original message|original appointment|ursprüngliche nachricht|originalnachricht"
    r"|forwarded message"
    r"|weitergeleitete nachricht)|begin forwarded message:|anfang der weitergeleiteten)",
    re.IGNORECASE,
)
_OUTLOOK = re.compile(r"^\s*\*?(?:from|von|de)\s*:\*?\s", re.IGNORECASE)
_OUTLOOK_NEXT = re.compile(
    r"^\s*\*?(?:sent|gesendet|date|datum|to|an|cc|subject|betreff)\s*:\*?\s", re.IGNORECASE
)
LEANS = re.compile(
    r"\b(?:also|plus|too|as\s+well|in\s+addition|add(?:ed|ing|itional\w*)?|confirm\w*|yes|ok(?:ay)?"
    r"|agreed?|accept\w*|go\s+ahead|fine"
    r"|rest|others?|same|these|those|them|(?:take|have|want|order|send|buy|need|do|like)\s+(?:it|this"
    r"|that)|your\s+(?:offer|mail|email|message|proposal|suggestion)|per\s+your|noch"
    r"|dazu|außerdem|ausserdem|zusätzlich|auch|ja|bestätig\w*|einverstanden|passt|dies\w*"
    r"|ihr\w?\s+(?:angebot|mail|vorschlag))\b",
    re.IGNORECASE,
)
"""Words by which an own text may lean on the quoted one: "yes, and also 6 of the cups"."""
_DATED = re.compile(r"\[email|<|@|\b\d{1,2}:\d\d\b|\b(?:19|20)\d\d\b")
"""What a mail program writes into "On ... wrote:"; a person may write the words too."""
_RULE = re.compile(r"^\s*_{10,}\s*$")
_POSTSCRIPT = re.compile(r"^\s*(?:p\.?\s?){1,2}s\b", re.IGNORECASE)
_LONGEST_ATTRIBUTION = 3
_LONGEST_ATTRIBUTION_LETTERS = 320


def split_quotes(lines: Sequence[str]) -> tuple[list[str], list[str], bool]:
    """Own lines, quoted lines, and whether own words may hide below an older letter without marks."""
    own: list[str] = []
    quoted: list[str] = []
    place, is_unclear = 0, False
    while place < len(lines):
        line = lines[place]
        length = _attribution(lines, place)
        if length and _next_is_marked(lines, place + length):
            quoted += lines[place : place + length]
            place += length
        elif length or _THREAD.match(line) or _is_outlook(lines, place):
            rest = lines[place:]
            is_dated = not length or any(_DATED.search(each) for each in rest[:length])
            is_unclear |= not is_dated or any(_POSTSCRIPT.match(each) for each in rest)
            quoted += rest
            break
        elif _MARKED.match(line):
            follows_own = bool(own) and place > 0 and own[-1] == lines[place - 1] and bool(own[-1].strip())
            is_unclear |= follows_own  # ">" may be a bullet of the sender's own
            quoted.append(line)
            place += 1
        else:
            if not (_RULE.match(line) and _is_outlook(lines, place + 1)):
                own.append(line)
            place += 1
    return own, quoted, is_unclear


def _attribution(lines: Sequence[str], place: int) -> int:
    """How many lines an "On ... wrote:" takes here; mail programs wrap it; 0: none."""
    if not lines[place].strip():
        return 0
    for length in range(1, _LONGEST_ATTRIBUTION + 1):
        taken = lines[place : place + length]
        if (
            len(taken) < length
            or not taken[-1].strip()
            or sum(map(len, taken)) > _LONGEST_ATTRIBUTION_LETTERS
        ):
            return 0
        if _ATTRIBUTION.match("\n".join(taken)) and (
            length == 1 or not any(each.rstrip().endswith((".", "!", "?")) for each in taken)
        ):
            return length
    return 0


def _next_is_marked(lines: Sequence[str], place: int) -> bool:
    following = next((line for line in lines[place:] if line.strip()), "")
    return bool(_MARKED.match(following))


def _is_outlook(lines: Sequence[str], place: int) -> bool:
    """A head of From, Sent, To, Subject in the middle of a mail."""
    if place >= len(lines):
        return False
    heads = [line for line in lines[place + 1 : place + 5] if _OUTLOOK_NEXT.match(line)]
    return bool(_OUTLOOK.match(lines[place])) and len(heads) > 1

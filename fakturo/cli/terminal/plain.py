"""Text from outside made fit for a terminal, and spans of time in words."""

import unicodedata
from datetime import timedelta

_MINUTE_S, _HOUR_S, _DAY_S = 60, 3600, 86400


def clean(text: str) -> str:
    """Without control characters and marks that turn or hide text; line ends and tabs stay.

    A letter may hold escape sequences that would repaint the screen of whoever reviews it.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        "\N{REPLACEMENT CHARACTER}"
        if each not in "\n\t" and unicodedata.category(each) in {"Cc", "Cf"}
        else each
        for each in text
    )


def waited(span: timedelta) -> str:
    """A span of time in two units at most: 45 s, 3 min, 2 h 5 min, 4 d 3 h."""
    seconds = max(int(span.total_seconds()), 0)
    if seconds < _MINUTE_S:
        return f"{seconds} s"
    if seconds < _HOUR_S:
        return f"{seconds // _MINUTE_S} min"
    if seconds < _DAY_S:
        return _two(seconds // _HOUR_S, "h", seconds % _HOUR_S // _MINUTE_S, "min")
    return _two(seconds // _DAY_S, "d", seconds % _DAY_S // _HOUR_S, "h")


def _two(many: int, unit: str, few: int, smaller: str) -> str:
    return f"{many} {unit} {few} {smaller}" if few else f"{many} {unit}"

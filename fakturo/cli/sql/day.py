"""A day or a moment as a person types it."""

from datetime import date, datetime

from fakturo.errors import BadInput


def day_or_moment(text: str, name: str) -> date | datetime:
    """2026-11-01 -> that day (UTC); 2026-11-01T14:30:00+00:00 -> that moment.

    Args:
        name: of the option, for the sentence.

    Raises:
        BadInput: neither.
    """
    try:
        return date.fromisoformat(text) if len(text) == len("2026-11-01") else datetime.fromisoformat(text)
    except ValueError:
        raise BadInput(
            f"{name} {text!r} is no date; write 2026-11-01 or 2026-11-01T14:30:00+00:00."
        ) from None

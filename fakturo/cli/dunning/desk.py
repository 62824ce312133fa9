"""What the commands about dunning share: the seller's day, the terms, and whether letters may leave."""

from datetime import date, datetime

from fakturo import clock
from fakturo.dunning.terms import Terms, terms_of
from fakturo.errors import NotAllowed
from fakturo.issue import issue_day
from fakturo.settings import Settings


def today(settings: Settings) -> date:
    """The seller's calendar day."""
    return issue_day(clock.utc_now(), settings.seller)


def day_of(as_of: datetime | None, settings: Settings) -> date:
    """The day that was asked for, else the seller's today."""
    return as_of.date() if as_of else today(settings)


def terms(settings: Settings) -> Terms:
    """The terms of the settings."""
    return terms_of(settings.dunning, settings.seller.country)


def may_send(day: date, settings: Settings) -> None:
    """Whether letters may leave as of a day.

    Raises:
        NotAllowed: dunning is off, or the day is not today: letters bear the day on which they are sent.
    """
    if not settings.dunning.enabled:
        raise NotAllowed(
            "Dunning is off: look at `fakturo dunning list`, then set enabled = true under [dunning] in "
            "fakturo.toml. Nothing was sent."
        )
    if day != today(settings):
        raise NotAllowed(
            f"Letters bear the day on which they are sent, and {day} is not today; with --dry-run any day "
            "can be looked at. Nothing was sent."
        )

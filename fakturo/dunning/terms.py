"""The terms of dunning as the rules ask for them: the settings, with what the law says where they are silent.

Germany: base rate (sec. 247 BGB) and 9 percentage points where no consumer takes part (sec. 288 (2)), 40 EUR
once a claim (sec. 288 (5)). Of other countries nothing is known: neither is claimed, and a letter's remarks
say so.
"""

import tomllib
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import NamedTuple

from fakturo.dunning.interest import Rates, Step
from fakturo.setting_groups.dunning import Dunning

GERMANY = "DE"
LUMP_SUM_MINOR = 40_00
LUMP_SUM_CURRENCY = "EUR"
_TABLE = Path(__file__).parent / "base_rates.toml"
_JULY = 7


class Terms(NamedTuple):
    """What holds for a round."""

    settings: Dunning
    rates: Rates | None
    """None: no interest."""
    lump_sum_minor: int
    """In EUR; 0: none."""
    no_interest: str = ""
    """Why there is none, in a sentence; empty where there is, or where none is wanted."""
    no_lump_sum: str = ""


def terms_of(settings: Dunning, country: str) -> Terms:
    """The terms by the settings.

    Args:
        country: of the seller, ISO 3166-1 alpha-2.
    """
    law = settings.law or country
    lump_sum = LUMP_SUM_MINOR if law == GERMANY else 0
    no_lump_sum = "" if law == GERMANY else f"No lump sum: the law of {law} is not known here."
    no_interest, rates = "", None
    if settings.interest == "fixed" and settings.fixed_pct:
        rates = Rates((Step(date.min, settings.fixed_pct),))
    elif settings.interest == "law" and law == GERMANY:
        rates = legal_rates(settings.base_rates, settings.margin_pct)
    elif settings.interest == "law":
        no_interest = f"No interest: the law of {law} is not known here; set dunning.interest to fixed."
    return Terms(settings, rates, lump_sum, no_interest, no_lump_sum)


def legal_rates(own: dict[date, Decimal], margin_pct: Decimal) -> Rates:
    """Base rates with the margin; the last one holds to the end of its half year and no longer."""
    table = base_rates() | own
    days = sorted(table)
    return Rates(tuple(Step(day, table[day] + margin_pct) for day in days), end_of_half_year(days[-1]))


@cache
def base_rates() -> dict[date, Decimal]:
    """Percent a year, by the first day of each half year that is known."""
    with _TABLE.open("rb") as file:
        return {date.fromisoformat(day): Decimal(pct) for day, pct in tomllib.load(file)["rates"].items()}


def end_of_half_year(day: date) -> date:
    """30 June or 31 December: the base rate changes on 1 January and 1 July (sec. 247 (1) BGB)."""
    following = date(day.year, _JULY, 1) if day.month < _JULY else date(day.year + 1, 1, 1)
    return following - timedelta(days=1)

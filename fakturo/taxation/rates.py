"""Tax rates by place and day, from a table with the source of every row. What it does not say is not known.

`rates.csv`: one row per place, kind and period, from 2010-01-01 on (a rate that is older begins there).
`valid_to` is the last day; empty: in force until a new row says otherwise. `sure` is no where no source was
seen that settles it.
Source: Directive 2006/112/EC arts. 97-99 and 118; each row names its law and, for EU states, the
Commission's list "VAT rates applied in the Member States" or its database TEDB.
"""

import csv
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Literal, NamedTuple, cast, get_args

from fakturo.errors import BadInput

RateKind = Literal["standard", "reduced", "super_reduced", "parking"]

CHECKED_ON = date(2026, 9, 23)
"""Day of the TEDB extract that the standard rates of the EU states were last compared with."""
STALE_AFTER_DAYS = 366
"""Most changes come on the first of January; a table that has not seen one may be wrong."""

_TABLE = Path(__file__).with_name("rates.csv")


class Rate(NamedTuple):
    """One rate of one place over one period."""

    place: str
    """ISO 3166-1 alpha-2, or with a suffix where a part of the state has rates of its own: ES-CN, PT-20."""
    kind: RateKind
    pct: Decimal
    valid_from: date
    valid_to: date | None
    """Last day; None: still in force."""
    sure: bool
    source: str


def standard(place: str, on: date) -> Rate | None:
    """The standard rate of a place on a day; None where it is not known for sure."""
    return next((each for each in in_force(place, on) if each.kind == "standard" and each.sure), None)


def in_force(place: str, on: date) -> tuple[Rate, ...]:
    """All rates of a place on a day, sure or not; empty where nothing is known."""
    return tuple(each for each in _by_place().get(place, ()) if _covers(each, on))


def is_rate(place: str, pct: Decimal, on: date) -> bool | None:
    """Whether a place has this rate above 0 on this day; None where its rates are not known."""
    known = in_force(place, on)
    return any(each.pct == pct for each in known) if known else None


def is_stale(on: date) -> bool:
    """Whether a day lies so far behind the last check of the table that a rate may have changed unseen."""
    return on > CHECKED_ON + timedelta(days=STALE_AFTER_DAYS)


def read(lines: Iterable[str]) -> tuple[Rate, ...]:
    """Rates of a CSV table, proved.

    Raises:
        BadInput: a row that cannot be read, a period that ends before it begins, two periods of one rate that
            overlap, or standard rates of a place that overlap or leave a day out.
    """
    found = tuple(_rate(row) for row in csv.DictReader(lines))
    series: dict[tuple[str, ...], list[Rate]] = {}
    for each in found:
        key = (each.place, each.kind) if each.kind == "standard" else (each.place, each.kind, str(each.pct))
        series.setdefault(key, []).append(each)
    for periods in series.values():
        for earlier, later in pairwise(sorted(periods, key=lambda each: each.valid_from)):
            _follows(earlier, later)
    return found


def _follows(earlier: Rate, later: Rate) -> None:
    where = f"{later.place}, {later.kind}, from {later.valid_from}"
    if earlier.valid_to is None or earlier.valid_to >= later.valid_from:
        raise BadInput(f"Two rates overlap: {where}; end the earlier one the day before.")
    if later.kind == "standard" and earlier.valid_to + timedelta(days=1) != later.valid_from:
        raise BadInput(
            f"A day has no standard rate before {where}; the earlier one ends on {earlier.valid_to}."
        )


def _rate(row: dict[str, str]) -> Rate:
    try:
        rate = Rate(
            place=row["place"],
            kind=cast("RateKind", row["kind"]),
            pct=Decimal(row["rate_pct"]),
            valid_from=date.fromisoformat(row["valid_from"]),
            valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
            sure={"yes": True, "no": False}[row["sure"]],
            source=row["source"],
        )
    except (KeyError, ValueError, ArithmeticError, TypeError) as error:
        raise BadInput(f"A row of the rate table cannot be read: {row} ({error!r}).") from None
    if rate.kind not in get_args(RateKind) or not rate.source or not 0 < rate.pct <= 100:  # noqa: PLR2004  percent
        raise BadInput(f"A row of the rate table has no kind, no source or no percentage: {row}.")
    if rate.valid_to is not None and rate.valid_to < rate.valid_from:
        raise BadInput(f"A rate ends before it begins: {row}.")
    return rate


def _covers(rate: Rate, on: date) -> bool:
    return rate.valid_from <= on and (rate.valid_to is None or on <= rate.valid_to)


@cache
def _by_place() -> dict[str, tuple[Rate, ...]]:
    with _TABLE.open(encoding="utf-8", newline="") as lines:
        found = read(lines)
    return {place: tuple(each for each in found if each.place == place) for place in {r.place for r in found}}

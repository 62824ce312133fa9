"""Exchange rates that the seller keeps in a CSV file: what one unit of a currency cost on which day.

Columns `date,base,currency,rate,source`: on that day one `base` was `rate` units of `currency`, so that a
rate stands there as it was published: 1 EUR = 1.0812 USD (ECB), 1 USD = 3.6210 PLN (NBP). The European
Central Bank's own file (`eurofxref-hist.csv`: Date, then a column a currency, of one euro) is read as it is.
Nothing is fetched, turned round or taken over a third currency.
"""

import csv
import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from fakturo.errors import BadInput
from fakturo.money import exponent

COLUMNS = ("date", "base", "currency", "rate", "source")
OLDEST = timedelta(days=7)
"""No market is closed longer; an older rate means that the file was not kept up."""
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_RATE = re.compile(r"\d{1,9}(\.\d{1,10})?", re.ASCII)
LONGEST_SOURCE = 100


class Rate(NamedTuple):
    """One line of the file: one `base` is `rate` units of `currency`."""

    day: date
    base: str
    currency: str
    rate: Decimal
    source: str
    """Who published it."""


Rates = Mapping[tuple[date, str, str], Rate]
"""By day, base and currency."""


def read(file: Path) -> Rates:
    """All rates of a file; read again only after it has changed.

    Raises:
        BadInput: it cannot be read, or a line says no rate, or one that contradicts another line.
    """
    try:
        stat = file.stat()
        return _read(file, stat.st_mtime_ns, stat.st_size)
    except OSError as error:
        raise BadInput(f"the exchange rates in {file} cannot be read ({error.strerror})") from None
    except (csv.Error, UnicodeDecodeError) as error:
        raise BadInput(f"{file} is no CSV file in UTF-8 ({error})") from None


def find(rates: Rates, one: str, other: str, on: date) -> Rate | None:
    """The last rate between two currencies that was published on a day or in the seven before it.

    Args:
        one: preferred as base where a day has both directions.
    """
    for back in range(OLDEST.days + 1):
        day = on - timedelta(days=back)
        found = rates.get((day, one, other)) or rates.get((day, other, one))
        if found:
            return found
    return None


@lru_cache(maxsize=2)
def _read(file: Path, _changed_ns: int, _size: int) -> Rates:
    """The ECB's whole history, 250,000 rates, takes a second; so it is kept while the file stays."""
    rates: dict[tuple[date, str, str], Rate] = {}
    with file.open(encoding="utf-8-sig", newline="") as stream:
        for line, found in _rows(file, stream):
            key = found[:3]
            if key in rates and rates[key].rate != found.rate:
                raise BadInput(
                    f"{file}, line {line}: {found.day} has another rate of {found.base} in {found.currency} "
                    f"already ({rates[key].rate}); keep one of the two lines"
                )
            rates.setdefault(key, found)
    return rates


def _rows(file: Path, stream: Iterator[str]) -> Iterator[tuple[int, Rate]]:
    reader = csv.DictReader(stream, skipinitialspace=True)
    names = [name.strip() for name in reader.fieldnames or ()]
    is_ecb = names[:1] == ["Date"] and "USD" in names
    missing = [] if is_ecb else [name for name in COLUMNS if name not in names]
    if missing:
        raise BadInput(
            f"{file} has no column {', '.join(missing)}; its first line must be {','.join(COLUMNS)}, or "
            "those of eurofxref-hist.csv of the European Central Bank"
        )
    reader.fieldnames = names
    for row in reader:
        said = {name: (row[name] or "").strip() for name in names if name}
        try:
            for each in _of_ecb(said) if is_ecb else (said,):
                yield reader.line_num, _rate(each)
        except ValueError as error:
            raise BadInput(f"{file}, line {reader.line_num}: {error}") from None


def _of_ecb(said: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """A day of the European Central Bank; it has N/A for no rate, and currencies of the past."""
    for currency, rate in said.items():
        if rate not in {"N/A", ""} and _is_money(currency):
            yield {
                "date": said["Date"],
                "base": "EUR",
                "currency": currency,
                "rate": rate,
                "source": "European Central Bank",
            }


def _rate(said: Mapping[str, str]) -> Rate:
    """One line; ValueError tells what is wrong with it."""
    for name in ("base", "currency"):
        if not _is_money(said[name]):
            raise ValueError(f"{name} is {said[name]!r}; write an ISO 4217 code such as EUR")
    if said["base"] == said["currency"]:
        raise ValueError(f"base and currency are both {said['base']}; write two currencies")
    if not _RATE.fullmatch(said["rate"]) or not Decimal(said["rate"]):
        raise ValueError(f"rate is {said['rate']!r}; write a number above 0 such as 1.0812")
    if not 0 < len(said["source"]) <= LONGEST_SOURCE:
        raise ValueError(f"source has to say who published the rate, in {LONGEST_SOURCE} letters at most")
    return Rate(_day(said["date"]), said["base"], said["currency"], Decimal(said["rate"]), said["source"])


@cache
def _is_money(currency: str) -> bool:
    try:
        return exponent(currency) >= 0
    except BadInput:
        return False


def _day(text: str) -> date:
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise ValueError(f"date is {text!r}; write a day such as 2026-03-02")

"""Invoice numbers in what a payer wrote: `INV-2026-00042`, `inv 2026/42`, `INV202600042`; several in a text.

A number is compared run by run: letters as they are, digits without leading zeros. Runs of digits may also be
written together. What two invoices could mean, or a range from one to another, proves nothing.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from fakturo.receivables.facts import Invoice, Named, Payment

_RUN = re.compile(r"[^\W\d_]+|\d+")
_BETWEEN = re.compile(r"[\s\-/._:#\u2013]{0,3}")
"""What may stand between two runs of one number."""
_RANGE = re.compile(r"\s*(?:-|\u2013|\u2014|\.\.+|to|bis|till?|until|thru|through)\s*", re.IGNORECASE)
_TAIL = re.compile(r"[-\u2013]\d")
"""Digits hung on: `INV-2026-00042-00045` means more than it spells out."""
_AMOUNT_BEFORE = re.compile(r"(?:[^\W_]|\d[.,\-/])$")
_AMOUNT_AFTER = re.compile(r"[^\W_]|[.,\-/]\d")
_CREDITOR_REFERENCE = re.compile(r"RF\d\d(?P<number>[A-Z]*\d\w*)", re.IGNORECASE)
"""ISO 11649, as our payment codes make it of a number: `RF54INV202600042`."""
FEWEST_DIGITS = 5
"""Shorter numbers of digits only are found in every text."""

Key = tuple[str, ...]


class Spelling(NamedTuple):
    """A stretch of text that may be a number."""

    key: Key
    start: int
    end: int


class Numbers:
    """Numbers of all invoices, by every way to write them; built once, asked for each payment."""

    def __init__(self, invoices: Iterable[Invoice]) -> None:
        self._ids: dict[Key, int | tuple[int, ...]] = {}
        self._exact: dict[str, int] = {}
        self._owner: dict[int, str] = {}
        self._first: set[str] = set()
        self._most_runs = 1
        for invoice in invoices:
            self._exact[invoice.number] = invoice.id
            self._owner[invoice.id] = invoice.customer_id
            for key in spellings(invoice.number):
                self._first.add(key[0])
                self._most_runs = max(self._most_runs, len(key))
                before = self._ids.get(key)
                if before is None:
                    self._ids[key] = invoice.id
                elif before != invoice.id:
                    several = before if isinstance(before, tuple) else (before,)
                    if invoice.id not in several:
                        self._ids[key] = (*several, invoice.id)

    def owner(self, invoice_id: int) -> str:
        """The client of an invoice."""
        return self._owner[invoice_id]

    def named(self, payment: Payment, customer_id: str | None) -> Named:
        """The invoices that a payment names; where a spelling fits several, the client's own."""
        firm: dict[int, None] = {}
        weak: dict[int, None] = {}
        for stated in payment.invoice_refs:
            exact = self._exact.get(stated.strip())
            found = exact if exact is not None else self._only(_key(_runs(_unwrapped(stated))), customer_id)
            if found is not None:
                firm[found] = None
        is_range = False
        end_before: int | None = None
        for spelling, found in self._in_text(payment.remittance, customer_id):
            gap = None if end_before is None else payment.remittance[end_before : spelling.start]
            is_range |= gap is not None and _RANGE.fullmatch(gap) is not None
            is_range |= _TAIL.match(payment.remittance, spelling.end) is not None
            end_before = spelling.end
            if spelling.key[0].isdecimal():
                weak[found] = None
            else:
                firm[found] = None
        return Named(tuple(firm), tuple(each for each in weak if each not in firm), is_range)

    def _only(self, key: Key, customer_id: str | None) -> int | None:
        found = self._ids.get(key)
        if isinstance(found, tuple):
            own = [each for each in found if self._owner[each] == customer_id]
            return own[0] if len(own) == 1 else None
        return found

    def _in_text(self, text: str, customer_id: str | None) -> Iterator[tuple[Spelling, int]]:
        """Numbers from left to right, the longest at each place, none within another."""
        if not text:
            return
        runs = [(_plain(each.group()), each.start(), each.end()) for each in _RUN.finditer(text)]
        place = 0
        while place < len(runs):
            step = 1
            if runs[place][0] in self._first:
                for count in range(self._reach(text, runs, place), 0, -1):
                    part = runs[place : place + count]
                    spelling = Spelling(tuple(run[0] for run in part), part[0][1], part[-1][2])
                    found = self._only(spelling.key, customer_id)
                    if found is not None and _stands_alone(text, spelling):
                        yield spelling, found
                        step = count
                        break
            place += step

    def _reach(self, text: str, runs: Sequence[tuple[str, int, int]], place: int) -> int:
        """How many runs from here on may belong to one number."""
        count = 1
        while count < self._most_runs and place + count < len(runs):
            if not _BETWEEN.fullmatch(text, runs[place + count - 1][2], runs[place + count][1]):
                break
            count += 1
        return count


def spellings(number: str) -> set[Key]:
    """Keys of the ways to write a number: run by run, and its digits together, with zeros and without."""
    runs = _runs(number)
    if not runs:
        return set()
    with_zeros: list[str] = []
    without: list[str] = []
    for run in runs:
        plain = _plain(run)
        if with_zeros and run.isdecimal() and with_zeros[-1].isdecimal():
            with_zeros[-1] += run
            without[-1] += plain
        else:
            with_zeros.append(run)
            without.append(plain)
    return {_key(runs), _key(with_zeros), _key(without)}


def _stands_alone(text: str, spelling: Spelling) -> bool:
    """Digits only must be a word of their own, long enough, and no part of an amount or another number."""
    if not spelling.key[0].isdecimal():
        return True
    if spelling.end - spelling.start < FEWEST_DIGITS:
        return False
    before, after = text[max(spelling.start - 2, 0) : spelling.start], text[spelling.end : spelling.end + 2]
    return not _AMOUNT_BEFORE.search(before) and not _AMOUNT_AFTER.match(after)


def _unwrapped(stated: str) -> str:
    """The number in a creditor reference, which forms print in groups of four; else what was stated."""
    found = _CREDITOR_REFERENCE.fullmatch("".join(stated.split()))
    return found["number"] if found else stated


def _runs(text: str) -> list[str]:
    return _RUN.findall(text)


def _plain(run: str) -> str:
    return run.lstrip("0") or "0" if run.isdecimal() else run.upper()


def _key(runs: Sequence[str]) -> Key:
    return tuple(map(_plain, runs))

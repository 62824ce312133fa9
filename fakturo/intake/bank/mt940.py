"""SWIFT MT940 customer statements, read by the `mt-940` library one :61: with its :86: at a time.

Field by field, so that one broken line refuses its own entry and every payment knows its line. `RC` takes
back a credit, `RD` a debit. Source: SWIFT Standards MT, category 9, MT 940; Deutsche Kreditwirtschaft,
DFÜ-Abkommen, annex 3 (subfields ?00..?63 of :86:, /OCMT/ and /CHGS/ of :61:).
"""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import partial
from pathlib import Path
from typing import Any

from mt940 import Options
from mt940.models import Transactions

from fakturo.errors import BadInput
from fakturo.intake.bank.mt940_details import amount_and_fee, joined_details, kind_of, reverses_of
from fakturo.intake.bank.statement import NO_MONEY, NOT_OURS, StatementRows, account_number, reference_of
from fakturo.intake.encoding import Line, chunks_of_lines, detect

_TAG = re.compile(r":(\d{2}[A-Z]?|NS):")
_OPENING, _CLOSING = ("60F", "60M"), ("62F", "62M")
_ALL_FIXES = Options.all()
logging.getLogger("mt940").addHandler(logging.NullHandler())  # it prints what we put into words ourselves


@dataclass
class _Field:
    tag: str
    line: int
    texts: list[str]
    problem: str | None = None

    @property
    def value(self) -> str:
        return "\n".join(self.texts).strip()


@dataclass
class _Page:
    """One :20: … :62a: block: a statement, or a page of it."""

    number: str
    account: str | None = None
    opening: str = ""
    closing: str = ""
    entries: list[list[_Field]] = field(default_factory=list)

    def add(self, each: _Field, *, in_entry: bool) -> bool:
        """Take a field in; whether a :86: that follows belongs to an entry."""
        if each.tag == "61":
            self.entries.append([each])
            return True
        if each.tag in {"86", "NS"}:
            if in_entry:
                self.entries[-1].append(each)
            return in_entry
        if each.tag == "25":
            self.account = each.value.split("\n")[0]
        elif each.tag.startswith("28"):
            self.number = f"{each.value} ({self.number})"
        elif each.tag in _OPENING:
            self.opening = each.value
        elif each.tag in _CLOSING:
            self.closing = each.value
        return False


def read_mt940(path: Path, *, source: str | None, most_line_bytes: int) -> StatementRows:
    """Payments of an MT940 file.

    Raises:
        BadInput: no statement in it, or one that names no account while `source` is not given either.
    """
    rows = StatementRows()
    pages = list(_pages(_fields(path, most_line_bytes)))
    if not pages:
        raise BadInput("There is no statement in this MT940 file: no line starts with :20:.")
    for page in pages:
        name = source or account_number(page.account)
        if name is None:
            raise BadInput(
                f"MT940 statement {page.number} has no account (:25:); say it with --source ACCOUNT."
            )
        if not page.opening or not page.closing:
            raise BadInput(
                f"MT940 statement {page.number} has no opening (:60F:) or closing balance (:62F:); it was "
                "cut off, fetch it from the bank again; nothing was taken."
            )
        _read_page(rows, page, name)
    return rows


def _read_page(rows: StatementRows, page: _Page, source: str) -> None:
    booked = Decimal(0)
    unread = False
    for entry in page.entries:
        shown = partial(_shown, entry)
        line = entry[0].line
        try:
            data = _parsed(page, entry)
            amount, currency = data["amount"].amount, str(data["currency"])
            booked += amount
            if amount == 0:
                rows.skipped[NO_MONEY] += 1
                continue
            fields = _told(data, amount, currency)
        except BadInput as error:
            unread = True
            rows.refuse(line, shown, str(error))
            continue
        if fields is None:
            rows.skipped[NOT_OURS] += 1
        else:
            rows.take(line, shown, fields | {"source": source})
    opening, currency = _balance(page.opening)
    closing, _ = _balance(page.closing)
    if not unread:
        rows.check_balance(f"Statement {page.number}", opening, booked, closing, currency)


def _shown(entry: list[_Field]) -> dict[str, str]:
    return {"mt940": "\n".join(f":{each.tag}:{each.value}" for each in entry)}


def _parsed(page: _Page, entry: list[_Field]) -> dict[str, Any]:
    """What the library makes of one entry; the opening balance tells it the currency.

    Raises:
        BadInput: it cannot be parted.
    """
    for each in entry:
        if each.problem:
            raise BadInput(f"Line {each.line} {each.problem}.")
    texts = [f":60F:{page.opening}"]
    texts += [
        f":{each.tag}:{joined_details(each.texts) if each.tag == '86' else each.value}" for each in entry
    ]
    try:
        found = Transactions(options=_ALL_FIXES).parse("\n".join(texts))
    except (RuntimeError, ValueError, InvalidOperation):
        raise BadInput(
            f"The statement line :61:{entry[0].value.splitlines()[0][:60]} cannot be read."
        ) from None
    return dict(found[0].data)


def _told(data: dict[str, Any], amount: Decimal, currency: str) -> dict[str, Any] | None:
    """Fields of a payment; None where money went out that is no refund."""
    remittance = data.get("purpose") or data.get("transaction_details") or ""
    additional = data.get("additional_purpose")
    if additional:
        remittance = f"{remittance} {additional}"
    remittance = remittance.strip()
    kind = kind_of(data, amount, remittance)
    if kind is None:
        return None
    day = data["date"]
    reference = reference_of(data.get("bank_reference"))
    end_to_end = reference_of(data.get("end_to_end_reference"), data.get("customer_reference"))
    details = {
        "end_to_end_id": end_to_end,
        "transaction_code": data.get("transaction_code"),
        "type": data.get("id"),
    }
    return amount_and_fee(data, amount, currency) | {
        "reference": f"{day.isoformat()}/{reference}" if reference else None,
        "kind": kind,
        "currency": currency,
        "value_date": day.isoformat(),
        "payer": " ".join((data.get("applicant_name") or "").split()),
        "payer_account": account_number(data.get("applicant_iban") or data.get("gvc_applicant_iban")),
        "remittance": remittance,
        "reverses": reverses_of(data, end_to_end),
        "details": {name: str(value) for name, value in details.items() if value},
    }


def _balance(text: str) -> tuple[Decimal, str]:
    """Signed amount and currency of `C260131EUR1234,56`."""
    found = re.fullmatch(r"([CD])\d{6}([A-Z]{3})(\d{1,15},?\d{0,3})", text.strip())
    if found is None:
        raise BadInput(f"The balance {text[:40]!r} cannot be read; it should look like C260131EUR1234,56.")
    mark, currency, amount = found.groups()
    value = Decimal(amount.replace(",", "."))
    return (value if mark == "C" else -value), currency


def _pages(fields: Iterator[_Field]) -> Iterator[_Page]:
    page: _Page | None = None
    in_entry = False
    for each in fields:
        if each.tag == "20":
            if page is not None:
                yield page
            page, in_entry = _Page(each.value), False
        elif page is not None:
            in_entry = page.add(each, in_entry=in_entry)
    if page is not None:
        yield page


def _fields(path: Path, most_line_bytes: int) -> Iterator[_Field]:
    """Fields with the line they start on; SWIFT's envelope and end marks left out."""
    current: _Field | None = None
    for number, line in enumerate(_lines(path, most_line_bytes), start=1):
        text = line.text
        match = _TAG.match(text)
        if match:
            if current is not None:
                yield current
            current = _Field(match.group(1), number, [text[match.end() :]], line.problem)
        elif current is not None and not text.startswith("-}") and text.strip() != "-":
            current.texts.append(text)
            current.problem = current.problem or line.problem
    if current is not None:
        yield current


def _lines(path: Path, most_line_bytes: int) -> Iterator[Line]:
    encoding = detect(path, most_line_bytes=most_line_bytes)
    for chunk, _ in chunks_of_lines(path, encoding, most_line_bytes=most_line_bytes):
        if isinstance(chunk, str):
            yield from (Line(each) for each in chunk.removesuffix("\n").split("\n"))
        else:
            yield from chunk

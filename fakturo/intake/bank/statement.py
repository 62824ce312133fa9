"""What a reader makes of one file: payments, unreadable rows, rows that do not concern us, findings."""

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from fakturo.errors import BadInput
from fakturo.finding import Finding
from fakturo.ledger.landing.arrivals import Refused
from fakturo.money import plain
from fakturo.payment import Arrived, PaymentRecord

Shown = Callable[[], Mapping[str, Any]]
PENDING = "pending, not booked yet"
NOT_OURS = "a debit that is no refund (salary, rent, supplier)"
NO_MONEY = "an amount of zero"
_SHOWN_CHARS = 20_000
_REFUND = re.compile(
    r"\b(refund(ed|s)?|erstattung|r(ü|ue)ckzahlung|r(ü|ue)ckerstattung|remboursement|rimborso|reembolso|"
    r"terugbetaling)\b",
    re.IGNORECASE,
)
_NO_REFERENCE = re.compile(
    r"(?i)^(non-?ref|nref|notprovided|not provided|none|n/?a|unknown|[ek]ref\+?|0*|[-.]*)$"
)


@dataclass
class StatementRows:
    """One file's rows; rows read = payments + refused + skipped."""

    payments: list[Arrived] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)

    def take(self, line: int, shown: Shown, told: Mapping[str, Any]) -> None:
        """Take one payment in, or refuse it with every reason.

        Args:
            shown: gives the row as read, for whoever looks into the quarantine.
            told: fields of `PaymentRecord`; empty ones are left out.
        """
        given = {name: value for name, value in told.items() if value not in (None, "", ())}
        try:
            self.payments.append(Arrived(PaymentRecord.model_validate(given), line))
        except ValidationError as error:
            self.refuse(line, shown, *(_sentence(each) for each in error.errors()))

    def refuse(self, line: int, shown: Shown, *reasons: str) -> None:
        """Send a row to quarantine."""
        told = {name: str(value)[:_SHOWN_CHARS].replace("\x00", "␀") for name, value in shown().items()}
        self.refused.append(Refused(line, None, _json(list(reasons)), _json(told)))

    def check_balance(
        self, place: str, opening: Decimal | None, booked: Decimal, closing: Decimal | None, currency: str
    ) -> None:
        """Find a statement whose opening balance and entries do not give its closing balance."""
        if opening is None or closing is None or opening + booked == closing:
            return
        difference = plain(closing - opening - booked)
        self.findings.append(
            Finding(
                code="statement_balance",
                place=place[:200],
                message=f"{place}: opening balance {plain(opening)} and entries of {plain(booked)} "
                f"{currency} do not give the closing balance {plain(closing)}; the difference is "
                f"{difference}, so entries are missing or doubled: ask the bank for the whole statement.",
            )
        )


def says_refund(text: str) -> bool:
    """Whether a text calls what it pays for a refund."""
    return _REFUND.search(text) is not None


def reference_of(*candidates: str | None) -> str | None:
    """The first reference that is one: NONREF, NOTPROVIDED and zeros stand for none."""
    for each in candidates:
        if each and not _NO_REFERENCE.match(each.strip()):
            return each.strip()
    return None


def account_number(text: str | None) -> str | None:
    """An account without spaces, in capitals, so that all formats of one bank name it alike."""
    return "".join((text or "").split()).upper() or None


def given_source(text: str | None) -> str | None:
    """What a person says with --source: an account as `account_number` writes it, a plain name as it is."""
    return (
        account_number(text) if any(each.isdigit() for each in text or "") else (text or "").strip() or None
    )


def gross(booked_minor: int, fee_minor: int) -> dict[str, int]:
    """Amount and fee of a booking from which the fee was kept back: 97.00 booked, fee 3.00 -> 100.00."""
    return {"amount_minor": booked_minor + fee_minor, "fee_minor": fee_minor}


def decimal(text: str | None, what: str) -> Decimal:
    """A number in a machine's notation.

    Raises:
        BadInput: none, or something else.
    """
    if text is None or not re.fullmatch(r"[-+]?\d{1,18}(\.\d{0,10})?", text.strip()):
        raise BadInput(f"{what} {text!r} is not a number such as 1234.56.")
    return Decimal(text.strip())


def _sentence(problem: Any) -> str:
    place = ".".join(str(part) for part in problem["loc"])
    message = str(problem["msg"]).removeprefix("Value error, ")
    return f"{place}: {message}." if place else f"{message[:1].upper()}{message[1:]}."


def _json(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text.encode("utf-8", "replace").decode()  # lone surrogates of a JSON file

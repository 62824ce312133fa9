"""What :61: and :86: say of a payment: kind, what it takes back, fee, and its text put together again."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from fakturo.intake.bank.camt_transaction import RETURNED_DE
from fakturo.intake.bank.statement import gross, says_refund
from fakturo.payment import minor_units

LONGEST_LINE = 65
"""Of a line of :86:; a line as long as this was cut, not ended."""
LONGEST_PART = 27
"""Of a subfield ?20..?29, ?60..?63, ?32, ?33."""
_STRUCTURED = re.compile(r"\d{3}\?\d{2}")
_PART = re.compile(r"(\?(?:2\d|32|6[0-3]))([^?]*)(?=\?(?:2\d|33|6[0-3]))")
_STATED = re.compile(r"/(OCMT|CHGS)/([A-Z]{3})(\d{1,15},\d{0,3})/?")


def joined_details(lines: Sequence[str]) -> str:
    """Lines of a :86: as one text.

    Banks cut texts at a fixed length and take spaces off the ends: what is shorter than that ended with a
    space or a line, what is as long goes on in the next part.
    """
    if _STRUCTURED.match("".join(lines[:1])):
        whole = "".join(lines)
        return _PART.sub(lambda part: part[1] + part[2] + " " * (len(part[2]) < LONGEST_PART), whole)
    text = ""
    for line in lines:
        text += line if len(line) >= LONGEST_LINE else f"{line}\n"
    return text.rstrip()


def kind_of(data: dict[str, Any], amount: Decimal, remittance: str) -> str | None:
    """payment, refund or chargeback; None for a debit that is not ours."""
    if amount > 0:
        return "payment"
    if _is_reversal(data) or _is_return(data):
        return "chargeback"
    return "refund" if says_refund(remittance) else None


def reverses_of(data: dict[str, Any], end_to_end: str | None) -> str | None:
    """The reference that a reversal or return names: MT940 has none but the end-to-end one."""
    return end_to_end if _is_reversal(data) or _is_return(data) else None


def amount_and_fee(data: dict[str, Any], booked: Decimal, currency: str) -> dict[str, int]:
    """Amount before the fee, and the fee, where :61: or :86: state the original amount or the charges."""
    text = f"{data.get('extra_details') or ''} {data.get('transaction_details') or ''}"
    stated = {
        name: Decimal(number.replace(",", "."))
        for name, code, number in _STATED.findall(text)
        if code == currency
    }
    fee = stated.get("CHGS", Decimal(0))
    if "CHGS" not in stated and "OCMT" in stated and _is_return(data):
        fee = max(-booked - stated["OCMT"], Decimal(0))
    return gross(minor_units(booked, currency), minor_units(fee, currency))


def _is_reversal(data: dict[str, Any]) -> bool:
    return str(data.get("status") or "").upper() in {"RC", "RD"}


def _is_return(data: dict[str, Any]) -> bool:
    code = str(data.get("transaction_code") or "")
    return code in RETURNED_DE or str(data.get("id") or "").upper() == "NRTI"

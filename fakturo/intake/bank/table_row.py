"""One row of a bank's table -> the fields of a payment, or why it is none of ours."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from fakturo.errors import BadInput
from fakturo.intake.bank.mapping import SEVERAL, BankMapping, FieldName
from fakturo.intake.bank.statement import NO_MONEY, NOT_OURS, account_number, gross, reference_of
from fakturo.intake.rows.mapping import Rule, plain_name
from fakturo.intake.rows.tables import Table
from fakturo.payment import minor_units

_DEBIT = re.compile(r"(?i)^(d|db|dr|dbit|debit|s|soll|af|-)$")
_CREDIT = re.compile(r"(?i)^(c|cr|crdt|credit|h|haben|bij|\+)$")
_KINDS = {"payment", "refund", "chargeback"}


class RowReader:
    """One row -> the fields of a payment."""

    def __init__(
        self,
        table: Table,
        mapping: BankMapping,
        columns: Mapping[FieldName, tuple[int, ...]],
        source: str | None,
    ) -> None:
        self._mapping = mapping
        self._columns = columns
        self._source = source
        plain = [plain_name(name) for name in table.header]
        self._skip = _rules(mapping.skip, plain)
        self._refunds = _rules(mapping.refunds, plain)
        self._chargebacks = _rules(mapping.chargebacks, plain)

    def skipped(self, cells: list[str]) -> str | None:
        """Why the row does not concern us."""
        return next((each.reason for each in self._skip if each.fits(cells)), None)

    def told(self, cells: list[str], values: Mapping[str, Any]) -> dict[str, Any] | str:
        """Fields of the payment, or why the row is skipped.

        Raises:
            BadInput: day, amount or currency is missing or not allowed.
        """
        currency = (self._text("currency", cells) or self._mapping.constants.get("currency", "")).upper()
        if not currency:
            raise BadInput("currency is missing.")
        booked = minor_units(self._booked(cells, values), currency)
        if booked == 0:
            return NO_MONEY
        fee = minor_units(abs(Decimal(values.get("fee") or 0)), currency)
        kind = self._kind(cells, booked)
        if kind is None:
            return NOT_OURS
        day = values.get("value_date") or values.get("booked_on")
        if day is None:
            raise BadInput(f"{'value_date' if 'value_date' in self._columns else 'booked_on'} is missing.")
        account = account_number(self._text("account", cells) or self._mapping.constants.get("account"))
        end_to_end = reference_of(self._text("end_to_end_id", cells))
        net = booked if self._mapping.amounts == "booked" else booked - fee
        return gross(net, fee) | {
            "source": self._source or account or self._mapping.name,
            "reference": reference_of(self._text("reference", cells)),
            "kind": kind,
            "currency": currency,
            "value_date": day,
            "payer": self._text("payer", cells),
            "payer_account": account_number(self._text("payer_account", cells)),
            "customer_id": self._text("customer_id", cells),
            "remittance": self._text("remittance", cells),
            "invoice_refs": tuple(re.findall(r"[^\s,;|]+", self._text("invoice_refs", cells))),
            "reverses": reference_of(self._text("reverses", cells)),
            "details": {"end_to_end_id": end_to_end} if end_to_end else {},
        }

    def _booked(self, cells: list[str], values: Mapping[str, Any]) -> Decimal:
        """What was booked, money in above 0; columns of their own for credit and debit hold both above 0."""
        if values.get("amount") is not None:
            amount = Decimal(values["amount"])
            direction = self._text("direction", cells)
            if not direction:
                return amount
            if not _DEBIT.match(direction) and not _CREDIT.match(direction):
                raise BadInput(f"direction {direction[:40]!r} is neither credit nor debit.")
            return abs(amount) * (-1 if _DEBIT.match(direction) else 1)
        sides = [abs(Decimal(values[side])) for side in ("credit", "debit") if values.get(side) is not None]
        if not sides:
            raise BadInput("The amount is missing.")
        credit = abs(Decimal(values.get("credit") or 0))
        return credit - abs(Decimal(values.get("debit") or 0))

    def _kind(self, cells: list[str], booked: int) -> str | None:
        stated = self._text("kind", cells).lower()
        if stated:
            if stated not in _KINDS:
                raise BadInput(f"kind {stated[:40]!r} is none of payment, refund and chargeback.")
            return stated
        if booked > 0:
            return "payment"
        if any(each.fits(cells) for each in self._chargebacks):
            return "chargeback"
        return "refund" if any(each.fits(cells) for each in self._refunds) else None

    def _text(self, field: FieldName, cells: list[str]) -> str:
        places = self._columns.get(field, ())
        separator = "\n" if field in SEVERAL else ""
        return separator.join(cells[place] for place in places if cells[place])


class _Test(NamedTuple):
    """A rule whose column the file has."""

    place: int
    pattern: re.Pattern[str]
    reason: str

    def fits(self, cells: list[str]) -> bool:
        return self.pattern.search(cells[self.place]) is not None


def _rules(rules: tuple[Rule, ...], plain: list[str]) -> list[_Test]:
    return [
        _Test(plain.index(plain_name(rule.column)), re.compile(rule.matches, re.IGNORECASE), rule.reason)
        for rule in rules
        if plain_name(rule.column) in plain
    ]

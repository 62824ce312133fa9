"""Read a bank's file once more, with corrected cells where it is a table, for the retried rows alone.

A payment that was refused because its reference stands with other content is in quarantine as a record of its
own: its fields are the columns of the sheet, whatever file it came in.
"""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from pydantic import ValidationError

from fakturo.errors import BadInput
from fakturo.intake.bank.camt import read_camt
from fakturo.intake.bank.events import read_events
from fakturo.intake.bank.mapping import BankMapping
from fakturo.intake.bank.mt940 import read_mt940
from fakturo.intake.bank.statement import StatementRows
from fakturo.intake.bank.table import read_table, shown_names
from fakturo.intake.quarantine.correction import Correction, put_in_place
from fakturo.intake.quarantine.sheet import text_of
from fakturo.intake.reading import Request
from fakturo.intake.rows.tables import Table
from fakturo.intake.workbench import Bench
from fakturo.ledger.landing.arrivals import Refused
from fakturo.payment import Arrived, PaymentRecord, with_references

_TABLES = frozenset({"csv", "xlsx", "parquet"})
_STRUCTURED = frozenset({"details", "invoice_refs"})


class PaymentRows(NamedTuple):
    """The retried rows as they are read now."""

    payments: list[Arrived]
    refused: list[Refused]
    mapping_version: str | None


def is_record(raw: Mapping[str, Any]) -> bool:
    """Whether a quarantined row is a payment as we record it, not a row as the bank wrote it."""
    return {"source", "kind", "amount_minor", "value_date"} <= raw.keys() <= set(PaymentRecord.model_fields)


def reread_payments(
    request: Request,
    form: str,
    mapping: BankMapping | None,
    corrections: Sequence[Correction],
    lines: Collection[int],
    stands: Mapping[int, str],
) -> PaymentRows:
    """What the retried rows of a bank's file are.

    Args:
        form: csv, xlsx, parquet, camt, mt940 or json.
        stands: line -> account, of payments of this file that the ledger holds; tells whether a person named
            the account when the file came in.

    Raises:
        BadInput: a statement is not corrected in a sheet.
    """
    if form not in _TABLES and any(each.cells for each in corrections):
        raise BadInput(f"A {form} statement is not corrected in a sheet; ask the bank for a right one.")
    read = _reader(request, form, mapping, corrections)
    rows, version = read(None)
    named = {
        stands[each.line]
        for each in rows.payments
        if each.line in stands and each.record.source != stands[each.line]
    }
    if len(named) == 1:
        rows, version = read(named.pop())
    payments = [each for each in with_references(rows.payments) if each.line in lines]
    return PaymentRows(payments, [each for each in rows.refused if each.line in lines], version)


def records(raws: Mapping[int, Mapping[str, Any]], corrections: Mapping[int, Correction]) -> PaymentRows:
    """Payments from rows that are records, line by line, with their corrected fields."""
    payments, refused = [], []
    for line, raw in sorted(raws.items()):
        told = {name: text_of(value) for name, value in raw.items()} | dict(corrections[line].cells)
        fields = {name: _field(name, text) for name, text in told.items() if text}
        try:
            payments.append(Arrived(PaymentRecord.model_validate(fields), line))
        except ValidationError as error:
            reasons = [
                f"{'.'.join(map(str, each['loc'])) or 'it'}: {each['msg']}." for each in error.errors()
            ]
            shown = (json.dumps(each, ensure_ascii=False) for each in (reasons, told))
            refused.append(Refused(line, told.get("reference"), *shown))
    return PaymentRows(payments, refused, None)


def _field(name: str, text: str) -> Any:
    if name not in _STRUCTURED:
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def _reader(
    request: Request, form: str, mapping: BankMapping | None, corrections: Sequence[Correction]
) -> Callable[[str | None], tuple[StatementRows, str | None]]:
    path, longest = request.taken.path, request.settings.intake.max_line_mb << 20

    def correct(bench: Bench, table: Table) -> None:
        put_in_place(bench, shown_names(table.header), corrections, request.folder)

    def read(source: str | None) -> tuple[StatementRows, str | None]:
        if form in _TABLES:
            rows, used = read_table(
                path, request.folder, form=form, mapping=mapping, source=source,
                limits=request.settings.intake, correct=correct,
            )  # fmt: skip
            return rows, used.version
        readers: dict[str, Callable[..., StatementRows]] = {
            "camt": read_camt,
            "mt940": partial(read_mt940, most_line_bytes=longest),
            "json": partial(read_events, most_line_bytes=longest),
        }
        return readers[form](path, source=source), None

    return read

"""Rows of a table -> what is told about customers, or why a row is refused."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NamedTuple

from fakturo.intake.rows.fields import FieldName, dictionary
from fakturo.intake.rows.judge import read_values
from fakturo.intake.rows.mapping import Mapping
from fakturo.intake.rows.tables import Table, cells_by_name
from fakturo.intake.workbench import Bench, literal
from fakturo.ledger.landing.arrivals import Refused
from fakturo.ledger.landing.customers import Told
from fakturo.order import LONGEST_MANDATE, Party, checked_iban
from fakturo.seller import Seller
from fakturo.tax import Client, determine, unlawful

_PARTY: tuple[FieldName, ...] = (
    "street", "city", "postcode", "country", "vat_id", "legal_id", "endpoint", "endpoint_scheme", "email",
)  # fmt: skip
_FIELDS: tuple[FieldName, ...] = (
    "customer_id", "customer_name", *_PARTY, "currency", "terms_days", "tax_category", "tax_rate",
    "payment_means", "mandate_id", "debited_iban",
)  # fmt: skip
_LONGEST_ID = 120
_LONGEST_TERMS_DAYS = 365
_AT_A_TIME = 5_000


class CustomerRows(NamedTuple):
    """A table that was read: its customers, each once."""

    told: list[Told]
    rows_duplicate: int
    refused: list[Refused]
    lines: dict[str, int]
    """Customer's id -> the line that told it."""


def read_customers(bench: Bench, table: Table, mapping: Mapping, seller: Seller) -> CustomerRows:
    """Read all rows of `raw`.

    Args:
        seller: whose law says which tax can be.

    Raises:
        BadInput: the column of the customers' ids is missing.
    """
    columns = mapping.resolve(table.header, required=("customer_id",))
    read_values(bench, table, mapping, columns, seller.currency)
    first: dict[str, tuple[int, Told]] = {}
    refused: list[Refused] = []
    duplicate = 0
    for line, raw, values, problems in _rows(bench, table, mapping, columns):
        key = values["customer_id"]
        reasons = problems or list(_reasons(values, seller))
        told = None if reasons else _told(values)
        if told is not None and key in first:
            if first[key][1] == told:
                duplicate += 1
                continue
            reasons = [f"Customer {key} stands in line {first[key][0]} already, with other data; keep one."]
        if reasons:
            shown = json.dumps(reasons, ensure_ascii=False)
            refused.append(Refused(line, key[:200] if key else None, shown, raw))
        elif told is not None:
            first[key] = (line, told)
    told_on = {key: line for key, (line, _) in first.items()}
    return CustomerRows([told for _, told in first.values()], duplicate, refused, told_on)


def _rows(
    bench: Bench, table: Table, mapping: Mapping, columns: dict[FieldName, int]
) -> Iterator[tuple[int, str, dict[str, Any], list[str]]]:
    """Line, the row as JSON, what its cells mean, and what is wrong with them."""
    cells, joins, problems = [], [], ["raw.problem"]
    for field in _FIELDS:
        column, prefix = columns.get(field), dictionary(field)
        if column is None:
            constant = mapping.constants.get(field)
            cells.append("NULL" if constant is None else literal(constant))
        elif prefix:
            joins.append(f"LEFT JOIN {prefix}_{field} ON raw.c{column} = {prefix}_{field}.text")
            cells.append(f"{prefix}_{field}.value")
            problems.append(f"{prefix}_{field}.problem")
        elif mapping.whole_ids and field == "customer_id":
            cells.append(rf"regexp_replace(raw.c{column}, '\.0+$', '')")
        else:
            cells.append(f"raw.c{column}")
    country = columns.get("country")
    cells.append("NULL" if country is None else f"raw.c{country}")
    answer = bench.execute(f"""
        SELECT raw.line, {cells_by_name(table)}, [{", ".join(problems)}], {", ".join(cells)}
        FROM raw {" ".join(joins)} ORDER BY raw.line
    """)  # noqa: S608  every piece is ours or quoted
    while chunk := answer.fetchmany(_AT_A_TIME):
        for line, raw, wrong, *values in chunk:
            named = dict(zip((*_FIELDS, "country_name"), values, strict=True))
            yield int(line), raw, named, [each for each in wrong if each]


def _reasons(values: dict[str, Any], seller: Seller) -> Iterator[str]:
    key, terms = values["customer_id"], values["terms_days"]
    if not key:
        yield "customer_id is missing."
    elif len(key) > _LONGEST_ID:
        yield f"customer_id is longer than {_LONGEST_ID} characters."
    if terms is not None and Decimal(terms) not in range(_LONGEST_TERMS_DAYS + 1):
        yield f"terms_days {terms} must be whole days from 0 to {_LONGEST_TERMS_DAYS}."
    yield from _debit_reasons(values)
    client = _client(values | {"terms_days": None, "debited_iban": None})
    if client.tax_category is None and client.tax_rate is None:
        return
    tax = determine(client.tax_category, client.tax_rate, Client(), seller)
    if tax is None:
        yield "0 % without a tax category says too little; say Z (zero-rated), E (exempt), AE, K, G or O."
        return
    refusal = unlawful(tax, key or "")
    if refusal:
        yield refusal.message


def _debit_reasons(values: dict[str, Any]) -> Iterator[str]:
    mandate, account = values["mandate_id"], values["debited_iban"]
    if mandate is not None and len(mandate) > LONGEST_MANDATE:
        yield f"mandate_id is longer than {LONGEST_MANDATE} characters."
    if account is not None:
        try:
            checked_iban(account)
        except ValueError as error:
            yield f"debited_iban {account[:40]} must be {error}."
    if (mandate is None) != (account is None):
        yield "mandate_id and debited_iban belong together; give both."


def _told(values: dict[str, Any]) -> Told:
    party = {"id": values["customer_id"], "name": values["customer_name"]}
    party |= {field: values[field] for field in _PARTY}
    if values["country"] is None:
        party["country_name"] = values["country_name"]
    return Told(Party.model_validate(party), _client(values), values["currency"])


def _client(values: dict[str, Any]) -> Client:
    rate, terms = values["tax_rate"], values["terms_days"]
    return Client(
        tax_category=values["tax_category"],
        tax_rate=None if rate is None else Decimal(rate),
        terms_days=None if terms is None else int(Decimal(terms)),
        payment_means=values["payment_means"],
        mandate_id=values["mandate_id"],
        debited_iban=None if values["debited_iban"] is None else checked_iban(values["debited_iban"]),
    )

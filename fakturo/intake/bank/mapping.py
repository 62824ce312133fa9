"""Column mappings of payments: a small YAML that says which column of a bank's table is what.

Names of columns are compared as those of orders are: without case, spaces and punctuation.
"""

import hashlib
import re
from collections.abc import Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Literal

import yaml
from pydantic import Field, ValidationError, field_validator

from fakturo.errors import BadInput
from fakturo.intake.rows.mapping import Rule, plain_name
from fakturo.money import exponent
from fakturo.order import Record

FieldName = Literal[
    "account", "reference", "booked_on", "value_date", "amount", "credit", "debit", "direction", "currency",
    "fee", "kind", "payer", "payer_account", "customer_id", "remittance", "invoice_refs", "reverses",
    "end_to_end_id",
]  # fmt: skip
DAYS: tuple[FieldName, ...] = ("value_date", "booked_on")
NUMBERS: tuple[FieldName, ...] = ("amount", "credit", "debit", "fee")
SEVERAL: frozenset[FieldName] = frozenset({"remittance", "invoice_refs"})
"""Fields that take all of their columns, not the first one only."""


class BankMapping(Record):
    """What the columns of a bank's table mean."""

    name: str = Field(pattern=r"^[a-z0-9_]{1,60}$")
    columns: dict[FieldName, tuple[str, ...]]
    constants: dict[Literal["account", "currency"], str] = Field(default_factory=dict)
    """Values that no column holds."""
    decimal: Literal[".", ","] | None = None
    """Decimal sign; None: seen from the column."""
    amounts: Literal["booked", "gross"] = "booked"
    """Whether a fee was taken off the amounts already."""
    date_order: Literal["dmy", "mdy"] | None = None
    """Of 03/04/2026; None: seen from the column."""
    short_years: bool = False
    """Whether 02.01.26 is 2026."""
    skip: tuple[Rule, ...] = ()
    """Rows that do not concern us, such as pending ones."""
    refunds: tuple[Rule, ...] = ()
    """Money out that is a refund to a client."""
    chargebacks: tuple[Rule, ...] = ()
    """Money out that takes a payment back."""
    recognised_by: tuple[str, ...] = ()
    """Columns that no other export has: a file with all of them is read by this mapping unasked."""

    @field_validator("constants")
    @classmethod
    def _currency_is_money(cls, value: dict[str, str]) -> dict[str, str]:
        try:
            exponent(value.get("currency", "EUR"))
        except BadInput as error:
            raise ValueError(str(error)) from None
        return value

    @property
    def version(self) -> str:
        """Name and content hash: the same file under a changed mapping is read again."""
        return f"{self.name}@{hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:12]}"

    def resolve(self, header: Sequence[str]) -> dict[FieldName, tuple[int, ...]]:
        """Positions of each field's columns in the header.

        Raises:
            BadInput: a needed column is missing, or one that is used occurs twice.
        """
        plain = [plain_name(name) for name in header]
        found: dict[FieldName, tuple[int, ...]] = {}
        for field, names in self.columns.items():
            places = [plain.index(name) for name in dict.fromkeys(map(plain_name, names)) if name in plain]
            if places:
                found[field] = tuple(places) if field in SEVERAL else (places[0],)
            for place in found.get(field, ()):
                if plain.count(plain[place]) > 1:
                    raise BadInput(
                        f"Column {header[place]!r} occurs {plain.count(plain[place])} times; keep one."
                    )
        missing = [
            self._needed(*fields)
            for fields in (("value_date", "booked_on"), ("amount", "credit", "debit"), ("currency",))
            if not any(field in found or field in self.constants for field in fields)
        ]
        if missing:
            raise BadInput(
                f"Columns are missing for payment mapping {self.name!r}: needed {'; '.join(missing)}; found "
                f"{', '.join(header[:40])}. Say what the columns are with --mapping FILE.yaml."
            )
        return found

    def knows(self, name: str) -> bool:
        """Whether a header's name is one of the columns."""
        return any(plain_name(name) in map(plain_name, names) for names in self.columns.values())

    def fits(self, header: Sequence[str]) -> bool:
        """Whether a file with this header is read by this mapping unasked."""
        have = set(map(plain_name, header))
        return bool(self.recognised_by) and all(plain_name(name) in have for name in self.recognised_by)

    def _needed(self, *fields: FieldName) -> str:
        names = [name for field in fields for name in self.columns.get(field, ())[:3]]
        hint = ", a constant" if fields == ("currency",) else ""
        return f"{' or '.join(fields)} ({', '.join(names) or 'not mapped'}{hint})"


def load(name: str) -> BankMapping:
    """A ready mapping by name, or one from a YAML file.

    Raises:
        BadInput: no such mapping or file, or what stands in it is not allowed.
    """
    if not name.endswith((".yaml", ".yml")):
        if name not in ready():
            raise BadInput(
                f"There is no payment mapping {name!r}; ready: {', '.join(ready())}; or give FILE.yaml."
            )
        return ready()[name]
    try:
        return _parsed(Path(name).read_text(encoding="utf-8"), name)
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"Mapping {name} cannot be read: {error}.") from None


@cache
def ready() -> dict[str, BankMapping]:
    """The payment mappings that ship with Fakturo, by name."""
    folder = resources.files("fakturo.intake.bank") / "mappings"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".yaml")), key=lambda f: f.name)
    loaded = [_parsed(file.read_text(encoding="utf-8"), file.name) for file in files]
    return {mapping.name: mapping for mapping in loaded}


def recognised(header: Sequence[str]) -> BankMapping:
    """The mapping for a file that came without one: by its header, else `generic`."""
    return next((each for each in ready().values() if each.fits(header)), ready()["generic"])


def _parsed(text: str, name: str) -> BankMapping:
    try:
        found = yaml.safe_load(text)
        if isinstance(found, dict):
            found.setdefault("name", re.sub(r"\W", "_", Path(name).stem.lower()))
        return BankMapping.model_validate(found)
    except yaml.YAMLError as error:
        raise BadInput(f"Mapping {name} is no YAML: {' '.join(str(error).split())}.") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise BadInput(f"Mapping {name}: {where} is not allowed: {first['msg']}.") from None

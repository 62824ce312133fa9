"""Column mappings: a small YAML that says which column of a table is what.

Names of columns are compared without case, spaces and punctuation: `Unit price`, `UNIT_PRICE` and `unitPrice`
are one. The first name of a field's list that the file has wins.
"""

import hashlib
import re
from collections.abc import Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Literal, Self

import yaml
from pydantic import Field, ValidationError, field_validator, model_validator

from fakturo.errors import BadInput
from fakturo.intake.rows.fields import REQUIRED, FieldName
from fakturo.money import exponent
from fakturo.order import Record

_MONEY = re.compile(
    "disc|rebate|rabatt|skonto|allowance|charge|fee|tax|vat|mwst|gross|brutto|incl|cancel|storno|status|refund|"
    "return|free|deposit|pfand|price|preis|amount|betrag|total|summe|currency|pack|minimum"
)


class Rule(Record):
    """Rows that are singled out by what a column holds."""

    column: str
    """A column of the file."""
    matches: str
    """Regular expression, searched for without case."""
    reason: str

    @field_validator("matches")
    @classmethod
    def _compiles(cls, value: str) -> str:
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"a regular expression ({error})") from None
        return value


class Mapping(Record):
    """What the columns of a table mean."""

    name: str = Field(pattern=r"^[a-z0-9_]{1,60}$")
    columns: dict[FieldName, tuple[str, ...]]
    constants: dict[FieldName, str] = Field(default_factory=dict)
    """Values that no column holds, such as the currency."""
    decimal: Literal[".", ","] | None = None
    """Decimal sign; None: seen from the column, and quarantined where nothing tells."""
    date_order: Literal["dmy", "mdy"] | None = None
    """Of 03/04/2026; None: seen from the column, and quarantined where nothing tells."""
    identical_rows: Literal["keep", "duplicate"] = "keep"
    """Whether a row that repeats another in every column is a slip of the export."""
    carry_down: bool = False
    """Whether cells of the order stand on its first row only."""
    whole_ids: bool = False
    """Whether an id such as 13085.0 is 13085 that went through a float."""
    kinds: dict[str, Literal["order", "cancellation"]] = Field(default_factory=dict)
    """Words in the column `kind` that only this source uses, in small letters."""
    number_prefix: str = Field(default="", max_length=30)
    """Of invoices that come in as history: put before each number, where two systems share them."""
    cancellation_prefix: str | None = None
    """Order ids that start so are cancellations, with negative quantities."""
    negative_takes_back: bool = False
    """Whether a price below 0 makes a row one of a cancellation."""
    free_lines: bool = True
    """Whether a unit price of 0 is a gift; else it is a mistake."""
    prices: Literal["net", "prove"] = "net"
    """`prove`: prices may hold tax; only an order whose stated total shows that they do not is issued."""
    reject: tuple[Rule, ...] = ()
    """Rows that are no orders."""
    review: tuple[Rule, ...] = ()
    """Orders that a person must see."""
    countries: dict[str, str | None] = Field(default_factory=dict)
    """Names of countries that only this source uses; null says that the name is none."""
    strict: bool = False
    """Whether a column that sounds like money but is not mapped sends every order to a person."""
    ignore: tuple[str, ...] = ()
    """Columns that say nothing about the amounts, whatever they sound like."""
    sql: str | None = None
    """Query over an attached SQLite file, as `db`, that gives the columns."""
    recognised_by: tuple[str, ...] = ()
    """Columns that no other export has: a file with all of them is read by this mapping unasked."""

    @field_validator("constants")
    @classmethod
    def _currency_is_money(cls, value: dict[FieldName, str]) -> dict[FieldName, str]:
        try:
            exponent(value.get("currency", "EUR"))
        except BadInput as error:
            raise ValueError(str(error)) from None
        return value

    @model_validator(mode="after")
    def _fractions_know_their_currency(self) -> Self:
        if self.carry_down and "discount_fraction" in self.columns:
            raise ValueError("discount_fraction needs the currency on every row, so no carry_down")
        return self

    @property
    def version(self) -> str:
        """Name and content hash: the same file under a changed mapping is read again."""
        return f"{self.name}@{hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:12]}"

    def resolve(
        self, header: Sequence[str], required: Sequence[FieldName] = REQUIRED
    ) -> dict[FieldName, int]:
        """Position of each field's column in the header.

        Args:
            required: what must be there; of order lines, `name` or `code` too.

        Raises:
            BadInput: a required column is missing, or a needed one occurs twice.
        """
        plain = [plain_name(name) for name in header]
        found: dict[FieldName, int] = {}
        for field, names in self.columns.items():
            for name in map(plain_name, names):
                if name in plain:
                    found[field] = plain.index(name)
                    if plain.count(name) > 1:
                        column = header[found[field]]
                        raise BadInput(
                            f"Column {column!r} occurs {plain.count(name)} times; keep one of them."
                        )
                    break
        missing = [field for field in required if field not in found and field not in self.constants]
        if required is REQUIRED and not {"name", "code"} & (found.keys() | self.constants.keys()):
            missing.append("name")
        if missing:
            needed = "; ".join(f"{field} ({', '.join(self.columns.get(field, ())[:4])})" for field in missing)
            raise BadInput(
                f"Columns are missing for mapping {self.name!r}: needed {needed}; found "
                f"{', '.join(header[:40])}. Rename them, or say what they are with --mapping FILE.yaml."
            )
        return found

    def knows(self, name: str) -> bool:
        """Whether a header's name is one of the columns."""
        return plain_name(name) in self._names()

    def not_understood(self, header: Sequence[str]) -> list[str]:
        """Columns that may change what is owed and that nothing is known about."""
        if not self.strict:
            return []
        ignored = set(map(plain_name, self.ignore))
        return [
            name
            for name in header
            if _MONEY.search(plain_name(name)) and not self.knows(name) and plain_name(name) not in ignored
        ]

    def fits(self, header: Sequence[str]) -> bool:
        """Whether a file with this header is read by this mapping unasked."""
        have = set(map(plain_name, header))
        return bool(self.recognised_by) and all(plain_name(name) in have for name in self.recognised_by)

    def _names(self) -> frozenset[str]:
        return frozenset(plain_name(name) for names in self.columns.values() for name in names)


def plain_name(name: str) -> str:
    """A column's name without case, spaces and punctuation."""
    return re.sub(r"[\W_]+", "", name).casefold()


def load(name: str) -> Mapping:
    """A ready mapping by name, or one from a YAML file.

    Raises:
        BadInput: no such mapping or file, or what stands in it is not allowed.
    """
    if not name.endswith((".yaml", ".yml")):
        if name not in ready():
            raise BadInput(
                f"There is no mapping {name!r}; ready ones are {', '.join(ready())}; or give FILE.yaml."
            )
        return ready()[name]
    try:
        return parsed(Path(name).read_text(encoding="utf-8"), name)
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"Mapping {name} cannot be read: {error}.") from None


@cache
def ready() -> dict[str, Mapping]:
    """The mappings that ship with Fakturo, by name."""
    folder = resources.files("fakturo.intake.rows") / "mappings"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".yaml")), key=lambda f: f.name)
    loaded = [parsed(file.read_text(encoding="utf-8"), file.name) for file in files]
    return {mapping.name: mapping for mapping in loaded}


def recognised(header: Sequence[str]) -> Mapping:
    """The mapping for a file that came without one: by its header, else `generic`."""
    return next((each for each in ready().values() if each.fits(header)), ready()["generic"])


def parsed(text: str, name: str) -> Mapping:
    """A mapping from the text of a YAML file; `name` is the file's, for a mapping without one.

    Raises:
        BadInput: what stands in it is not allowed.
    """
    try:
        found = yaml.safe_load(text)
        if isinstance(found, dict):
            found.setdefault("name", Path(name).stem.lower().replace("-", "_"))
        return Mapping.model_validate(found)
    except yaml.YAMLError as error:
        raise BadInput(f"Mapping {name} is no YAML: {' '.join(str(error).split())}.") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise BadInput(f"Mapping {name}: {where} is not allowed: {first['msg']}.") from None

"""Every reason for which a row is no order line, as SQL over what `judge` reads of a row."""

from typing import NamedTuple

from fakturo.intake.rows.fields import REQUIRED, FieldName, dictionary
from fakturo.intake.rows.mapping import Mapping
from fakturo.intake.workbench import literal

LONGEST: tuple[tuple[FieldName, int], ...] = (
    ("external_id", 200), ("customer_id", 120), ("name", 1000), ("po_number", 200),
    ("buyer_reference", 200), ("contract", 200), ("project", 200),
)  # fmt: skip
"""Characters; what the ledger's columns and the record hold."""
_BOUNDS: tuple[tuple[FieldName, str, str], ...] = (
    ("price_base", "<= 0", "must be above 0"),
    ("discount", "< 0", "must not be below 0"),
    ("order_discount", "< 0", "must not be below 0"),
    ("shipping", "< 0", "must not be below 0"),
    ("discount_fraction", "NOT BETWEEN 0 AND 1", "must lie between 0 and 1"),
    ("terms_days", "NOT IN (SELECT unnest(range(366)))", "must be whole days from 0 to 365"),
    ("tax_rate", "NOT BETWEEN 0 AND 100", "must be a percentage from 0 to 100"),
)


class Reason(NamedTuple):
    """What is wrong with a row."""

    condition: str
    """SQL that is true where it applies."""
    sentence: str
    """SQL of the sentence for a person."""


def reasons_of(mapping: Mapping, columns: dict[FieldName, int]) -> list[Reason]:
    """All reasons of a row that could be parted, in the order in which a person would look."""
    return [
        *_missing(mapping, columns),
        *(
            Reason(f"length({field}) > {most}", literal(f"{field} is longer than {most} characters."))
            for field, most in LONGEST
        ),
        *(
            Reason(f"{field}_problem IS NOT NULL", f"{field}_problem")
            for field in columns
            if dictionary(field)
        ),
        *_quantity(mapping),
        *_price(mapping),
        *(
            Reason(f"TRY_CAST({field} AS DOUBLE) {wrong}", f"'{field} ' || {field} || ' {allowed}.'")
            for field, wrong, allowed in _BOUNDS
            if field in columns
        ),
        *_tax(columns),
        *_fraction(columns),
        *_due(columns),
    ]


def _missing(mapping: Mapping, columns: dict[FieldName, int]) -> list[Reason]:
    """Where cells of the order stand on its first row only, the order is asked for them, not the row."""
    once = {"customer_id", "ordered_on"} if mapping.carry_down else set()
    found = [
        Reason(f"{field}_text IS NULL", literal(f"{field} is missing."))
        for field in REQUIRED
        if field in columns and field not in once
    ]
    return [*found, Reason("coalesce(name, code) IS NULL", "'name is missing.'")]


def _quantity(mapping: Mapping) -> list[Reason]:
    number, says = "TRY_CAST(quantity AS DOUBLE)", "'quantity ' || quantity || "
    above = Reason(
        f"kind = 'order' AND {number} <= 0", f"{says}' must be above 0; only cancellations take back.'"
    )
    if mapping.cancellation_prefix:
        return [
            above,
            Reason(
                f"kind = 'cancellation' AND {number} >= 0", f"{says}' of a cancellation must be below 0.'"
            ),
        ]
    return [above, Reason(f"kind = 'cancellation' AND {number} = 0", f"{says}' must not be 0.'")]


def _price(mapping: Mapping) -> list[Reason]:
    wrong, allowed = ("< 0", "must not be below 0") if mapping.free_lines else ("<= 0", "must be above 0")
    return [
        Reason(f"TRY_CAST(unit_price AS DOUBLE) {wrong}", f"'unit_price ' || unit_price || ' {allowed}.'"),
        Reason(
            "price_sign <> '?' AND price_sign <> currency_stated",
            "'unit_price ' || unit_price_text || ' is not in ' || currency_stated || ', as its row says.'",
        ),
    ]


def _tax(columns: dict[FieldName, int]) -> list[Reason]:
    if "tax_rate" not in columns:
        return []
    number = "TRY_CAST(tax_rate AS DOUBLE)"
    return [
        Reason(
            f"{number} > 0 AND {number} < 1",
            "'tax_rate ' || tax_rate || ' looks like a fraction; write percent.'",
        )
    ]


def _due(columns: dict[FieldName, int]) -> list[Reason]:
    if "due_on" not in columns:
        return []
    return [
        Reason(
            "(due_on - ordered_on::DATE) NOT BETWEEN 0 AND 365",
            "'due_on ' || due_on || ' must lie 0 to 365 days after ' || ordered_on || '.'",
        )
    ]


def _fraction(columns: dict[FieldName, int]) -> list[Reason]:
    """A discount given as a fraction is worked out exactly, or not at all."""
    if "discount_fraction" not in columns:
        return []
    return [
        Reason(
            "TRY_CAST(discount_fraction AS DOUBLE) > 0 AND (TRY_CAST(price_base AS DOUBLE) <> 1 OR "
            "quantity::DECIMAL(24, 10) <> TRY_CAST(quantity AS DECIMAL(12, 3)) OR "
            "unit_price::DECIMAL(24, 10) <> TRY_CAST(unit_price AS DECIMAL(12, 4)))",
            "'quantity or price has too many digits for a discount given as a fraction.'",
        )
    ]

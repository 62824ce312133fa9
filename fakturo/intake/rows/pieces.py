"""One order line as JSON, made by SQL of what `judge` read: `,"code":"85123A","name":…}`, to be numbered."""

from fakturo.intake.rows.fields import FieldName
from fakturo.intake.rows.mapping import Mapping
from fakturo.money import exponent

_EXACT = (
    "TRY_CAST(ltrim(quantity, '-') AS DECIMAL(12, 3)) * TRY_CAST(unit_price AS DECIMAL(12, 4)) "
    "* TRY_CAST(discount_fraction AS DECIMAL(7, 6))"
)


def order_line(mapping: Mapping, columns: dict[FieldName, int]) -> str:
    """SQL of the piece, in the order of fields of `fakturo.order.OrderLine`."""
    parts = [
        """coalesce(',"code":' || to_json(code), '')""",
        _optional("buyer_code", mapping, columns),
        _optional("gtin", mapping, columns),
        _optional("order_line", mapping, columns),
        """',"name":' || to_json(coalesce(name, code))""",
        """',"quantity":"' || if(kind = 'cancellation', ltrim(quantity, '-'), quantity) || '"'""",
        _optional("unit", mapping, columns, default="C62"),
        """',"unit_price":"' || unit_price || '"'""",
        _optional("price_base", mapping, columns, default="1"),
        _allowances(mapping, columns),
        _optional("tax_category", mapping, columns),
        _optional("tax_rate", mapping, columns),
        """',"source_line":' || line || '}'""",
    ]
    return " || ".join(part for part in parts if part)


def _optional(field: FieldName, mapping: Mapping, columns: dict[FieldName, int], *, default: str = "") -> str:
    """SQL of a field that may be left out; the record leaves its default out."""
    if field not in columns and field not in mapping.constants:
        return ""
    return f"""coalesce(',"{field}":' || to_json(nullif({field}, '{default}')), '')"""


def _allowances(mapping: Mapping, columns: dict[FieldName, int]) -> str:
    amounts = []
    if "discount" in columns:
        amounts.append("if(TRY_CAST(discount AS DOUBLE) > 0, discount, NULL)")
    if "discount_fraction" in columns:
        worth = _rounded(mapping)
        amounts.append(f"if(TRY_CAST(discount_fraction AS DOUBLE) > 0, ({worth})::VARCHAR, NULL)")
    if not amounts:
        return ""
    each = ", ".join(f"""'{{"kind":"allowance","amount":"' || {amount} || '"}}'""" for amount in amounts)
    return f"""coalesce(',"adjustments":[' || array_to_string([{each}], ',') || ']', '')"""


def _rounded(mapping: Mapping) -> str:
    """Quantity x price x fraction, exact, rounded half away from zero to the currency's minor unit."""
    constant = mapping.constants.get("currency")
    if constant:
        return f"round({_EXACT}, {exponent(constant)})"
    cases = " ".join(f"WHEN {digits} THEN round({_EXACT}, {digits})" for digits in (0, 2, 3, 4))
    return f"CASE currency_digits {cases} END"

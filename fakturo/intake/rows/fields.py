"""What a column of a table can mean, and how each meaning is read."""

from typing import Literal, get_args

FieldName = Literal[
    "external_id", "customer_id", "ordered_on", "quantity", "unit_price", "name", "code", "currency", "unit",
    "price_base", "tax_rate", "tax_category", "discount", "discount_fraction", "kind", "cancels", "po_number",
    "note", "terms_days", "customer_name", "street", "city", "postcode", "country", "vat_id", "email",
    "order_discount", "shipping", "stated_net", "stated_total", "line_net", "due_on",
    "buyer_reference", "contract", "project", "delivered_on", "period_first", "period_last",
    "legal_id", "endpoint", "endpoint_scheme", "gtin", "buyer_code", "order_line",
    "payment_means", "mandate_id", "debited_iban", "card_number",
]  # fmt: skip
FIELDS: tuple[FieldName, ...] = get_args(FieldName)
REQUIRED: tuple[FieldName, ...] = ("external_id", "customer_id", "ordered_on", "quantity", "unit_price")
"""And one of `name` and `code`."""
DAYS: frozenset[FieldName] = frozenset(
    {"ordered_on", "due_on", "delivered_on", "period_first", "period_last"}
)
NUMBERS: frozenset[FieldName] = frozenset({
    "quantity", "unit_price", "price_base", "tax_rate", "discount", "discount_fraction", "terms_days",
    "order_discount", "shipping", "stated_net", "stated_total", "line_net",
})  # fmt: skip
WORDS: frozenset[FieldName] = frozenset(
    {"currency", "country", "kind", "unit", "tax_category", "payment_means"}
)
"""Of a small vocabulary."""
WITH_SIGN: frozenset[FieldName] = frozenset({"unit_price", "line_net"})
"""Amounts that may stand with a currency sign."""
STRICT: tuple[FieldName, ...] = (
    "customer_id", "currency", "kind", "ordered_on", "cancels", "po_number", "terms_days", "order_discount",
    "shipping", "stated_net", "stated_total", "buyer_reference", "contract", "project", "delivered_on",
    "period_first", "period_last", "payment_means", "mandate_id", "debited_iban", "card_number",
)  # fmt: skip
"""What all rows of an order must agree on, where they say it."""
LOOSE = (
    "customer_name", "street", "city", "postcode", "vat_id", "legal_id", "endpoint", "endpoint_scheme",
    "email", "note", "country", "country_name",
)  # fmt: skip
"""What the first row of an order that says something decides."""


def dictionary(field: FieldName) -> str:
    """Prefix of the table that holds what a field's distinct texts mean; empty for plain text."""
    if field in DAYS:
        return "d"
    if field in NUMBERS:
        return "n"
    return "k" if field in WORDS else ""

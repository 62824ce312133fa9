"""What of the ledger reaches the warehouse, column by column. What is not named here stays in the ledger.

Left out on purpose: raw texts, addresses, drafts and answers of the model, event payloads, audit details.
Kept in part: an invoice's content, as the declared structure below, which holds nothing of the buyer but
the country; reasons and messages, without quoted values and e-mail addresses; account numbers and file
names that hold an e-mail address, as a keyed hash of it. Who pays, from which account and with which words,
like customers' names, only where settings.warehouse.names allows it; so too what persons wrote as reasons.
"""

from sqlalchemy import Column, Date, Double, Integer, Table

from fakturo.ledger.alert_tables import kpi_readings
from fakturo.ledger.columns import Utc
from fakturo.ledger.delivery_tables import deliveries
from fakturo.ledger.dunning_tables import dunning_notices
from fakturo.ledger.payment_tables import payments
from fakturo.ledger.prediction_tables import predictions
from fakturo.ledger.tables import orders

# one metadata; naming a table of each file makes sure that all of them are in it
_LEDGER = {
    **orders.metadata.tables,
    **{each.name: each for each in (payments, deliveries, dunning_notices, predictions, kpi_readings)},
}

COPY = "{column}"
MASKED_ID = (
    "case when {column} like '%@%' "
    "then 'masked-' || left(sha256(getvariable('mask_key') || lower({column})), 16) else {column} end"
)
"""An id that is an e-mail address: the same hash wherever it stands, so that joins hold."""
MASKED_TEXT = (
    "regexp_replace(regexp_replace({column}, '[^\\s''\"]+@[^\\s''\"]+', '[e-mail]', 'g'), "
    "'''[^'']*''|\"[^\"]*\"', '…', 'g')"
)
"""Sentences without what they quote; equal reasons become equal texts, which also groups them."""
NAMED = "case when getvariable('publish_names') then {column} end"
"""Only where settings.warehouse.names allows it."""
MASKED_LIST = (
    "list_transform(from_json({column}, '[\"VARCHAR\"]'), lambda reason: "
    + MASKED_TEXT.replace("{column}", "reason")
    + ")"
)
"""A JSON list of sentences as a list, each without what it quotes."""
REASON = (
    "case when rule <> 'person' then " + MASKED_TEXT + " when getvariable('publish_names') then {column} end"
)
"""What rules write names no payer; what persons write may."""

_ADJUSTMENT = '{"kind": "VARCHAR", "amount": "VARCHAR", "reason": "VARCHAR"}'
INVOICE_STRUCTURE = f"""{{
    "language": "VARCHAR", "terms_days": "INTEGER", "is_deposit": "BOOLEAN",
    "seller": {{"name": "VARCHAR", "country": "VARCHAR", "specimen": "BOOLEAN"}},
    "buyer": {{"country": "VARCHAR"}},
    "lines": [{{
        "no": "INTEGER", "code": "VARCHAR", "name": "VARCHAR", "quantity": "VARCHAR",
        "unit": "VARCHAR", "unit_price": "VARCHAR", "price_base": "VARCHAR",
        "adjustments": [{_ADJUSTMENT}], "net_minor": "BIGINT", "tax_category": "VARCHAR",
        "tax_rate": "VARCHAR", "deducts": "VARCHAR"
    }}],
    "adjustments": [{{
        "kind": "VARCHAR", "amount_minor": "BIGINT", "reason": "VARCHAR", "tax_category": "VARCHAR",
        "tax_rate": "VARCHAR"
    }}],
    "tax_groups": [{{
        "category": "VARCHAR", "rate": "VARCHAR", "taxable_minor": "BIGINT", "tax_minor": "BIGINT",
        "exemption_reason": "VARCHAR"
    }}],
    "line_net_minor": "BIGINT", "allowance_minor": "BIGINT", "charge_minor": "BIGINT",
    "net_minor": "BIGINT", "tax_minor": "BIGINT", "total_minor": "BIGINT"
}}"""
"""What is read out of `invoices.content`, see fakturo/invoice.py.

Numbers stay text: DuckDB casts text to decimals of more than 18 digits 200 times slower than to shorter
ones, which the macro `exact_number` of the dbt project goes round.
"""

ORDER_STRUCTURE = """{"lines": [{"quantity": "VARCHAR", "unit_price": "VARCHAR", "price_base": "VARCHAR"}]}"""
"""What is read out of `orders.content`, see fakturo/order.py; null where the order is only a text yet."""

PUBLISHED: dict[str, dict[str, str]] = {
    "files": dict.fromkeys(
        (
            *("id", "kind", "sha256", "source", "format", "mapping", "bytes", "rows_in", "rows_accepted"),
            *("rows_duplicate", "rows_quarantined", "orders_new", "orders_duplicate", "orders_conflict"),
            *("received_at", "run_id", "retry_of"),
        ),
        COPY,
    )
    | {"name": MASKED_ID},
    "customers": dict.fromkeys(
        (
            *("country", "currency", "terms_days", "tax_category", "tax_rate"),
            *("first_seen_at", "updated_at"),
        ),
        COPY,
    )
    | {"id": MASKED_ID, "name": NAMED},
    "orders": dict.fromkeys(
        (
            *("id", "source", "content_sha256", "kind", "lane", "status", "currency", "ordered_on"),
            *("line_count", "file_id", "first_line", "conflict_of", "attempts", "parks", "not_before"),
            *("leased_until", "received_at", "updated_at", "run_id"),
        ),
        COPY,
    )
    | {
        "external_id": MASKED_ID,
        "cancels": MASKED_ID,
        "po_number": MASKED_ID,
        "customer_id": MASKED_ID,
        "status_reason": MASKED_TEXT,
        "content": "from_json({column}, '" + ORDER_STRUCTURE + "')",
    },
    "quarantine": dict.fromkeys(
        ("id", "file_id", "line", "status", "created_at", "resolved_at", "resolved_in"), COPY
    )
    | {"external_id": MASKED_ID, "reasons": MASKED_LIST},
    "drafts": dict.fromkeys(
        (
            *("id", "order_id", "drafter", "model", "prompt_version", "answer_sha256", "reasks"),
            *("outcome", "created_at", "run_id"),
        ),
        COPY,
    )
    | {"content_sha256": "sha256(content)"},  # tells an approved draft from a corrected one
    "findings": dict.fromkeys(
        ("id", "order_id", "draft_id", "stage", "code", "place", "created_at", "run_id"), COPY
    )
    | {"message": MASKED_TEXT},
    "ai_calls": dict.fromkeys(
        (
            *("id", "order_id", "endpoint", "model", "prompt_version", "request_sha256", "answer_sha256"),
            *("outcome", "http_status", "prompt_tokens", "completion_tokens", "cost_micros", "duration_ms"),
            *("started_at", "run_id"),
        ),
        COPY,
    ),
    "ai_answers": dict.fromkeys(("request_sha256", "created_at"), COPY),
    "ai_endpoints": dict.fromkeys(("name", "updated_at"), COPY),
    "ai_spending": dict.fromkeys(("scope", "tokens", "cost_micros", "updated_at"), COPY),
    "series": dict.fromkeys(("name", "next_seq"), COPY),
    "invoices": dict.fromkeys(
        (
            *("id", "number", "series", "seq", "kind", "order_id", "draft_id", "currency", "issue_date"),
            *("due_date", "tax_point_date", "net_minor", "tax_minor", "total_minor", "content_sha256"),
            *("status", "payment_status", "issued_at", "run_id", "corrects_id"),
        ),
        COPY,
    )
    | {
        "customer_id": MASKED_ID,
        "content": "from_json({column}, '" + INVOICE_STRUCTURE + "')",
        "content_intact": "sha256(content) = content_sha256",
    },
    "payments": dict.fromkeys(
        (
            *("id", "kind", "currency", "amount_minor", "fee_minor", "value_date", "file_id", "line"),
            *("created_at", "run_id"),
        ),
        COPY,
    )
    | dict.fromkeys(("source", "reference", "reverses", "customer_id"), MASKED_ID)
    | dict.fromkeys(("payer", "payer_account", "remittance"), NAMED),
    "allocations": dict.fromkeys(
        (
            *("id", "payment_id", "credit_note_id", "invoice_id", "kind", "currency", "amount_minor"),
            *("effective_on", "rule", "actor", "recorded_at", "run_id"),
        ),
        COPY,
    )
    | {"reason": REASON},
    "customer_payers": {
        "payer_key": NAMED,
        "customer_id": MASKED_ID,
        "learned_from": MASKED_TEXT,
        "created_at": COPY,
    },
    "documents": dict.fromkeys(
        ("id", "invoice_id", "kind", "path", "sha256", "bytes", "pages", "created_at", "run_id"), COPY
    ),
    "dunning_notices": dict.fromkeys(
        (
            *("id", "currency", "level", "tone", "notice_date", "pay_by_date", "open_minor"),
            *("interest_minor", "lump_sum_minor", "fee_minor", "earlier_minor", "credit_minor"),
            *("total_minor", "outbox_id", "created_at", "actor", "run_id"),
        ),
        COPY,
    )
    | {"customer_id": MASKED_ID},
    "dunned_invoices": dict.fromkeys(
        (
            *("id", "notice_id", "invoice_id", "level", "days_overdue", "open_minor", "interest_minor"),
            *("lump_sum_minor", "fee_minor", "earlier_minor"),
        ),
        COPY,
    ),
    "payment_promises": dict.fromkeys(
        ("id", "invoice_id", "due_date", "amount_minor", "open_minor", "actor", "created_at"), COPY
    )
    | {"note": NAMED},
    "dunning_stops": dict.fromkeys(("id", "kind", "until_date", "actor", "created_at"), COPY)
    | {"customer_id": MASKED_ID, "reason": NAMED},
    "model_runs": dict.fromkeys(
        (
            *("id", "model", "version", "state", "confidence", "message", "baseline", "scores"),
            *("as_of_date", "window_first_date", "trained_rows", "features_sha256", "artifact_sha256"),
            *("publish_id", "made_at", "run_id"),
        ),
        COPY,
    ),
    "predictions": dict.fromkeys(
        (
            *("id", "model_run_id", "measure", "subject_kind", "currency", "target_date", "middle"),
            *("low_80", "high_80", "low_95", "high_95", "place"),
        ),
        COPY,
    )
    | {"subject_id": MASKED_ID, "reasons": MASKED_LIST},
    "anomaly_verdicts": dict.fromkeys(
        ("id", "subject_kind", "subject_id", "verdict", "kind", "actor", "decided_at"), COPY
    )
    | {"reason": NAMED},
    "kpi_readings": dict.fromkeys(
        (
            *("id", "kpi", "currency", "state", "value", "n", "level", "warning_level", "critical_level"),
            *("first_date", "last_date", "sentence", "publish_id", "read_at", "outbox_id", "run_id"),
        ),
        COPY,
    ),
    "usual_products": dict.fromkeys(
        ("product_id", "currency", "line_count", "price", "low_price", "top_price", "quantity", "read_at"),
        COPY,
    ),
    "outbox": dict.fromkeys(("id", "event", "created_at", "sent_at", "attempts"), COPY)
    | {"subject": MASKED_ID},
    "deliveries": dict.fromkeys(
        (
            *("id", "outbox_id", "receiver", "status", "attempts", "first_tried_at", "last_status"),
            *("delivered_at", "created_at"),
        ),
        COPY,
    )
    | {"subject": MASKED_ID, "last_error": MASKED_TEXT},
    "delivery_log": dict.fromkeys(
        (
            *("id", "delivery_id", "attempt", "outcome", "http_status", "started_at", "duration_ms"),
            "run_id",
        ),
        COPY,
    )
    | {"error": MASKED_TEXT},
    "delivery_receivers": dict.fromkeys(
        ("name", "known_since", "failures", "failing_since", "paused_until", "updated_at"), COPY
    ),
    "audit": dict.fromkeys(("seq", "at", "actor", "action", "subject", "sha256"), COPY),
    "audit_head": dict.fromkeys(("id", "seq", "sha256"), COPY),
}
"""Table -> column -> how it is read; `{column}` stands for the column itself."""


def selection(table: str) -> str:
    """Select list that copies a table: every published column with the type that the warehouse gives it."""
    ledger = _LEDGER[table]
    return ",\n    ".join(
        f'{how.replace("{column}", _typed(ledger, name))} as "{name}"'
        for name, how in PUBLISHED[table].items()
    )


def _typed(table: Table, name: str) -> str:
    return f'cast("{name}" as {_type(table.columns[name])})' if name in table.columns else name


def _type(column: Column[object]) -> str:
    if isinstance(column.type, Utc):
        return "timestamp"
    if isinstance(column.type, Double):
        return "double"
    if isinstance(column.type, Date):
        return "date"
    if isinstance(column.type, Integer):  # BigInteger is one
        return "bigint"
    return "varchar"

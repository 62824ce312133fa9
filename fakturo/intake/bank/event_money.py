"""A charge, refund or dispute object -> the fields of a payment. Source: Stripe API reference."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from fakturo.errors import BadInput
from fakturo.intake.bank.statement import gross
from fakturo.money import exponent
from fakturo.payment import minor_units

Object = Mapping[str, Any]
WHOLE_UNITS = frozenset({
    "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF",
})  # fmt: skip
"""Currencies whose amounts are sent without decimals; of these MGA has two in ISO 4217."""
HUNDREDTHS = frozenset({"ISK", "UGX"})
"""Sent with two decimals that are always zero; ISO 4217 gives them none."""
_INVOICE_KEYS = ("invoice", "invoice_number", "invoices")
_CUSTOMER_KEYS = ("customer_id", "customer_number", "customer")


def charge_told(charge: Object) -> dict[str, Any] | str:
    """Fields of the payment; a sentence for one that brought no money."""
    if charge.get("status") not in {None, "succeeded"}:
        return f"a charge that is {charge.get('status')}"
    if charge.get("captured") is False:
        return "a charge that is authorised, not captured"
    billing = charge.get("billing_details") or {}
    captured = charge.get("amount_captured")
    amount = amount_of(captured if captured is not None else charge["amount"], charge["currency"])
    fee = _fee([charge.get("balance_transaction")], charge["currency"])
    return _money(charge, amount, fee) | {
        "reference": charge["id"],
        "kind": "payment",
        "payer": billing.get("name") or billing.get("email") or charge.get("receipt_email"),
        "payer_account": _id_of(charge.get("customer")),
        "customer_id": _of_metadata(charge, _CUSTOMER_KEYS),
        "remittance": charge.get("description") or "",
        "invoice_refs": tuple(_invoice_refs(charge)),
        "details": _told(payment_intent=_id_of(charge.get("payment_intent"))),
    }


def refund_told(refund: Object) -> dict[str, Any] | str:
    """Fields of the refund; a sentence while it is not done.

    Raises:
        BadInput: it failed: whether its money had left before is not told, so a person looks.
    """
    status = refund.get("status") or "succeeded"
    if status == "failed":
        raise BadInput(f"Refund {refund['id']} failed; if it was taken in before, settle it by hand.")
    if status != "succeeded":
        return f"a refund that is {status}"
    amount = -amount_of(refund["amount"], refund["currency"])
    fee = _fee([refund.get("balance_transaction")], refund["currency"])
    return _money(refund, amount, fee) | {
        "reference": refund["id"],
        "kind": "refund",
        "customer_id": _of_metadata(refund, _CUSTOMER_KEYS),
        "remittance": refund.get("description") or refund.get("reason") or "",
        "invoice_refs": tuple(_invoice_refs(refund)),
        "reverses": _id_of(refund.get("charge")),
    }


def dispute_told(dispute: Object, *, is_won: bool) -> dict[str, Any] | str:
    """Fields of a chargeback, or of the money that comes back with one that was won."""
    if str(dispute.get("status") or "").startswith("warning"):
        return "an inquiry before a dispute, no money moved"
    amount = amount_of(dispute["amount"], dispute["currency"])
    moved = dispute.get("balance_transactions") or []
    of_this = [
        each for each in moved if isinstance(each, dict) and (Decimal(str(each["amount"])) > 0) == is_won
    ]
    fee = _fee(of_this, dispute["currency"])
    name = str(dispute["id"])
    return _money(dispute, amount if is_won else -amount, fee) | {
        "reference": f"{name}/won" if is_won else name,
        "kind": "payment" if is_won else "chargeback",
        "customer_id": _of_metadata(dispute, _CUSTOMER_KEYS),
        "remittance": dispute.get("reason") or "",
        "reverses": name if is_won else _id_of(dispute.get("charge")),
    }


def amount_of(smallest: Any, currency: Any) -> Decimal:
    """An amount in the processor's smallest unit as a number of the currency.

    Raises:
        BadInput: no whole number, or no currency.
    """
    if not re.fullmatch(r"-?\d{1,18}", str(smallest)):
        raise BadInput(f"The amount {smallest!r} is no whole number of the currency's smallest unit.")
    code = str(currency).upper()
    digits = 0 if code in WHOLE_UNITS else 2 if code in HUNDREDTHS else exponent(code)
    return Decimal(str(smallest)).scaleb(-digits)


def _money(found: Object, amount: Decimal, fee: Decimal) -> dict[str, Any]:
    """Here the amount is the gross one already; the day is the object's own, in UTC, not its event's."""
    code = str(found["currency"]).upper()
    fee_minor = minor_units(fee, code)
    day = datetime.fromtimestamp(int(str(found["created"])), UTC).date()
    return gross(minor_units(amount, code) - fee_minor, fee_minor) | {
        "currency": code,
        "value_date": day.isoformat(),
    }


def _fee(moved: Iterable[Any], currency: Any) -> Decimal:
    """Fee of expanded balance transactions in the charge's own currency; an id alone says nothing."""
    own = [each for each in moved if isinstance(each, dict) and each.get("currency") == currency]
    return sum((amount_of(each.get("fee") or 0, currency) for each in own), Decimal(0))


def _invoice_refs(found: Object) -> list[str]:
    text = _of_metadata(found, _INVOICE_KEYS) or ""
    return [each for each in (part.strip() for part in re.split(r"[,;]", text)) if each]


def _of_metadata(found: Object, keys: Iterable[str]) -> str | None:
    metadata = found.get("metadata")
    if not isinstance(metadata, dict):
        return None
    return next((str(metadata[key]) for key in keys if metadata.get(key)), None)


def _id_of(found: Any) -> str | None:
    """An id, of an object that may be expanded."""
    name = found.get("id") if isinstance(found, dict) else found
    return str(name) if name else None


def _told(**fields: str | None) -> dict[str, str]:
    return {name: value for name, value in fields.items() if value}

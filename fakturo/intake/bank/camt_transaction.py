"""One transaction (TxDtls) of an entry -> the fields of a payment. Source: ISO 20022 external code sets."""

from decimal import Decimal
from typing import Any

from fakturo.errors import BadInput
from fakturo.intake.bank.camt_paths import Node, find, find_all, text_of
from fakturo.intake.bank.statement import account_number, decimal, gross, reference_of, says_refund
from fakturo.payment import minor_units

RETURNED = {
    "RCDT": {"RRTN", "RPCR"},  # credit transfers that we received
    "IDDT": {"UPDD", "PRDD", "RCDD"},  # direct debits that we drew
    "RCQT": {"UPCQ", "CQRV"},  # cheques that we paid in
}
"""Family -> sub-families of the bank transaction code PMNT that take money back from us."""
RETURNED_DE = frozenset({"108", "109"})
"""German business transaction codes (GVC) of returned direct debits."""
REFUND_PURPOSE = "REFU"


def told(
    entry: Node, transaction: Node, *, amount: Decimal, fee: Decimal, currency: str, reference: str | None
) -> dict[str, Any] | None:
    """Fields of the payment; None where money went out that is no refund.

    Args:
        amount: as booked, money in above 0.

    Raises:
        BadInput: no date, or an amount that the currency cannot have.
    """
    node = entry if transaction is None else transaction
    takes_back = text_of(entry, "RvslInd") in {"true", "1"}
    returned = find(node, "RtrInf") is not None or _is_return_code(entry, node)
    remittance = _remittance(node) or text_of(entry, "AddtlNtryInf") or ""
    end_to_end = reference_of(text_of(node, "Refs/EndToEndId"))
    kind = "payment"
    if amount < 0:
        if takes_back or returned:
            kind = "chargeback"
        elif text_of(node, "Purp/Cd") == REFUND_PURPOSE or says_refund(remittance):
            kind = "refund"
        else:
            return None
    if takes_back and reference:
        reverses: str | None = reference  # banks give both bookings one reference
        reference = f"{reference}/reversal"
    else:
        reverses = end_to_end if takes_back or returned else None
    details = {
        "end_to_end_id": end_to_end,
        "return_reason": text_of(node, "RtrInf/Rsn/Cd", "RtrInf/Rsn/Prtry"),
        "charges": text_of(node, "Chrgs/TtlChrgsAndTaxAmt"),
    }
    return gross(minor_units(amount, currency), minor_units(fee, currency)) | {
        "reference": reference,
        "kind": kind,
        "currency": currency,
        "value_date": _day(entry),
        "payer": _other_name(node, kind),
        "payer_account": _other_account(node, kind),
        "remittance": remittance,
        "invoice_refs": tuple(_invoice_refs(node)),
        "reverses": reverses,
        "details": {name: value for name, value in details.items() if value},
    }


def fee_of(entry: Node, transaction: Node, booked: Decimal, *, is_only: bool) -> Decimal:
    """What was kept back of the amount, above 0; charges booked apart are none of this payment's.

    Up to version 3 all charges are included in the amount; later the indicator says so, and where it is
    missing the instructed amount shows it.

    Args:
        is_only: whether the entry has no other transaction, so that its charges are this one's.
    """
    owners = [transaction] if transaction is not None else []
    if is_only:
        owners.append(entry)
    for owner in owners:
        records = find_all(owner, "Chrgs/Rcrd") or [
            each for each in find_all(owner, "Chrgs") if find(each, "Amt") is not None
        ]
        total = sum(
            (_charge(each) for each in records if _is_included(each, transaction, booked)), Decimal(0)
        )
        if total:
            return total
    return Decimal(0)


def _charge(record: Node) -> Decimal:
    amount = decimal(text_of(record, "Amt"), "Charge")
    return -amount if text_of(record, "CdtDbtInd") == "CRDT" else amount


def _is_included(record: Node, transaction: Node, booked: Decimal) -> bool:
    says = text_of(record, "ChrgInclInd")
    if says is not None:
        return says in {"true", "1"}
    if not str(record.tag).endswith("}Rcrd"):
        return True
    instructed = find(transaction, "AmtDtls/InstdAmt/Amt") if transaction is not None else None
    if instructed is None:
        return False
    return abs(decimal(instructed.text, "Amount")) - abs(booked) == _charge(record) * (
        1 if booked > 0 else -1
    )


def _is_return_code(entry: Node, node: Node) -> bool:
    code = find(node, "BkTxCd")
    if code is None:
        code = find(entry, "BkTxCd")
    if code is None:
        return False
    family = text_of(code, "Domn/Fmly/Cd") or ""
    if text_of(code, "Domn/Fmly/SubFmlyCd") in RETURNED.get(family, set()):
        return True
    parts = (text_of(code, "Prtry/Cd") or "").split("+")
    return any(part in RETURNED_DE for part in parts)


def _day(entry: Node) -> str:
    found = text_of(entry, "ValDt/Dt", "ValDt/DtTm", "BookgDt/Dt", "BookgDt/DtTm")
    if found is None:
        raise BadInput("The entry has neither a value date (ValDt) nor a booking date (BookgDt).")
    return found[:10]


def _other_name(node: Node, kind: str) -> str | None:
    """The client: who paid, also where it is taken back; who is refunded. The ultimate one, if named."""
    party = _party(kind)
    names = [f"RltdPties/{each}/{name}" for each in (f"Ultmt{party}", party) for name in ("Nm", "Pty/Nm")]
    return text_of(node, *names)


def _other_account(node: Node, kind: str) -> str | None:
    place = f"RltdPties/{_party(kind)}Acct/Id"
    return account_number(text_of(node, f"{place}/IBAN", f"{place}/Othr/Id"))


def _party(kind: str) -> str:
    return "Cdtr" if kind == "refund" else "Dbtr"


def _remittance(node: Node) -> str:
    """Unstructured text line by line, then what the structured one says in words."""
    texts = [each.text for each in find_all(node, "RmtInf/Ustrd")]
    texts += [each.text for each in find_all(node, "RmtInf/Strd/AddtlRmtInf")]
    return "\n".join(text.strip() for text in texts if text and text.strip())


def _invoice_refs(node: Node) -> list[str]:
    """Numbers of referred documents and creditor references, each once, in order."""
    found: dict[str, None] = {}
    for structured in find_all(node, "RmtInf/Strd"):
        for path in ("RfrdDocInf/Nb", "CdtrRefInf/Ref"):
            for each in find_all(structured, path):
                if each.text and each.text.strip():
                    found[each.text.strip()] = None
    return list(found)

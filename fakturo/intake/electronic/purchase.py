"""An invoice that a supplier sent us -> what is kept of it, with what the official rules say."""

import json
from collections.abc import Iterator
from decimal import Decimal

from fakturo.einvoice.verifying.file import verify_bytes
from fakturo.einvoice.verifying.finding import Finding, Weight
from fakturo.einvoice.verifying.verdict import Verdict
from fakturo.errors import BadInput
from fakturo.ledger.purchases.landing import PurchaseDocument
from fakturo.money import exponent, to_minor
from fakturo.seller import Seller

CREDIT_NOTES = frozenset({"81", "83", "261", "296", "308", "381", "396", "420", "458", "532"})
"""UNTDID 1001: codes of credit notes that EN 16931 allows (BR-CL-01)."""
MOST_FINDINGS = 100
"""Kept of one document; where each of its lines is wrong, the first ones say so."""


def read_purchase(name: str, data: bytes, seller: Seller) -> PurchaseDocument:
    """What a PDF or XML bills us.

    Raises:
        BadInput: no invoice that can be read, without a number or a currency, or one of our own.
    """
    verdict = verify_bytes(name, data)
    said, profile = verdict.said, verdict.profile
    if said is None or profile is None:
        raise BadInput(" ".join(each.text for each in verdict.findings))
    if not said.number:
        raise BadInput("The invoice has no number (BT-1); ask the supplier for one that has.")
    exponent(said.currency)  # refuses what is no money
    if _is_ours(verdict, seller):
        raise BadInput(
            f"Invoice {said.number} is one of our own ({said.seller}); purchase documents are what others "
            "bill us. `fakturo verify` checks it."
        )
    findings = [*verdict.findings, *_of_buyer(verdict, seller)]
    return PurchaseDocument(
        kind="credit_note" if said.type_code in CREDIT_NOTES else "invoice",
        type_code=said.type_code,
        syntax=str(profile.syntax),
        specification=profile.specification,
        number=said.number,
        issue_date=said.issue_date,
        due_date=said.due_date,
        supplier=said.seller,
        supplier_vat_id=said.seller_vat_id or None,
        buyer=said.buyer,
        currency=said.currency,
        net_minor=_minor(verdict, "BT-109"),
        tax_minor=_minor(verdict, "BT-110"),
        total_minor=_minor(verdict, "BT-112"),
        due_minor=_minor(verdict, "BT-115"),
        is_accepted=verdict.is_accepted,
        findings=json.dumps([_told(each) for each in findings[:MOST_FINDINGS]], ensure_ascii=False),
    )


def _is_ours(verdict: Verdict, seller: Seller) -> bool:
    """By the VAT id; by the name where one of the two has none."""
    if verdict.seller_vat_id and seller.vat_id:
        return _bare(verdict.seller_vat_id) == _bare(seller.vat_id)
    return verdict.seller.casefold() == seller.name.casefold()


def _of_buyer(verdict: Verdict, seller: Seller) -> Iterator[Finding]:
    billed = verdict.said.buyer_vat_id if verdict.said else ""
    if billed and seller.vat_id and not seller.is_sample and _bare(billed) != _bare(seller.vat_id):
        text = f"The invoice bills the customer with VAT id {billed}, not us ({seller.vat_id})."
        yield Finding(Weight.WARNING, "buyer", "Buyer VAT identifier (BT-48)", "", text, "Send it back.")


def _bare(vat_id: str) -> str:
    return "".join(each for each in vat_id if each.isalnum()).upper()


def _minor(verdict: Verdict, term: str) -> int | None:
    """A total in minor units; None where it is absent, or finer than its currency."""
    figure = verdict.said.totals.get(term) if verdict.said else None
    if figure is None:
        return None
    scaled: Decimal = figure.value.scaleb(exponent(verdict.currency))
    return to_minor(figure.value, verdict.currency) if scaled == scaled.to_integral_value() else None


def _told(finding: Finding) -> dict[str, str]:
    return {"weight": str(finding.weight), "rule": finding.rule, "about": finding.about, "text": finding.text}

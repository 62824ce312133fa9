"""Which doubts a person may overrule, and where it is kept that somebody did.

Doubts about reading (stages intake and drafting) end with the person's word. Of what is proved again at issue
only STILL_A_CHOICE may be overruled: never arithmetic, never tax. What was overruled is kept as findings of
stage 'review' at the draft that the person made, so that it holds for that draft and no other.
"""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, select

from fakturo.finding import Finding
from fakturo.invoice import Invoice
from fakturo.ledger.issuing.preparing import Prepared
from fakturo.ledger.tables import findings

STAGE = "review"
STILL_A_CHOICE = frozenset(
    (
        *("po_already_invoiced", "stated_amount_differs", "total_not_positive"),
        *("unusual_duplicate", "unusual_ten_times", "unusual_swapped"),
    )
)
"""Codes of stage 'issue' that are a person's to judge; each stands for an amount that code has computed."""
_WRONG_AS_ASKED = frozenset({"line_negative", "total_not_positive", "order_unreadable"})
_MISSING = {
    "exemption_reason_missing": "Set the reason",
    "exchange_rate_missing": "Add the rate",
    "direct_debit_incomplete": "Add it",
}
_WHATEVER_IT_NAMES = frozenset(
    {"po_already_invoiced", "unusual_duplicate", "unusual_ten_times", "unusual_swapped"}
)
"""Overruled for the order, not for the one invoice that the sentence happens to name."""


def may_overrule(finding: Finding, invoice: Invoice | None) -> bool:
    """Whether a person's word is enough to issue although the proof says this."""
    if finding.code == "total_not_positive" and (invoice is None or invoice.total_minor < 0):
        return False  # nothing at all may be invoiced, less than nothing is a credit note
    return finding.code in STILL_A_CHOICE


def way_out(finding: Finding, order_id: int) -> str:
    """What to do about a finding of stage 'issue' that nobody may overrule: one sentence."""
    edit = f"`fakturo review edit {order_id}`"
    if finding.code in _MISSING:
        return f"{_MISSING[finding.code]}, then approve again."
    if finding.code.startswith("tax_") and finding.code not in {"tax_wrong", "tax_groups_wrong"}:
        return f"Correct the tax with {edit}."
    if finding.code == "dated_in_future":
        return f"Correct `ordered_on` with {edit}, or approve on that day."
    if finding.code == "einvoice_refused":
        return f"Correct the order with {edit}, or the customer's or seller's record, then approve again."
    if finding.code.startswith(("credit_", "deposit_")) or finding.code in _WRONG_AS_ASKED:
        return f"Correct it with {edit}, or reject it with `fakturo review reject {order_id} --reason …`."
    return "No amount is issued that code cannot prove."


def remaining(
    found: Iterable[Finding], invoice: Invoice | None, overruled: Iterable[tuple[str, str]]
) -> list[Finding]:
    """Findings that nobody has overruled.

    Args:
        overruled: (code, message) as it was then; another total in the sentence is another doubt.
    """
    kept = set(overruled)
    always = {code for code, _ in kept} & _WHATEVER_IT_NAMES

    def is_gone(finding: Finding) -> bool:
        return finding.code in always or (finding.code, finding.message) in kept

    return [each for each in found if not (may_overrule(each, invoice) and is_gone(each))]


def without_overruled(
    connection: Connection, prepared: Sequence[Prepared], draft_ids: Mapping[int, int | None]
) -> list[Prepared]:
    """Prepared orders, each without the findings that a person has overruled for its proved draft.

    Args:
        draft_ids: the proved draft of each order that has one.
    """
    doubtful = [draft_ids.get(each.claimed.id) for each in prepared if each.findings]
    kept = overruled(connection, [draft_id for draft_id in doubtful if draft_id is not None])
    if not kept:
        return list(prepared)
    return [
        each._replace(
            findings=remaining(each.findings, each.invoice, kept.get(draft_ids.get(each.claimed.id) or 0, ()))
        )
        for each in prepared
    ]


def overruled(connection: Connection, draft_ids: Sequence[int]) -> dict[int, list[tuple[str, str]]]:
    """What was overruled for each of some drafts: (code, message) pairs."""
    kept: dict[int, list[tuple[str, str]]] = {}
    if not draft_ids:
        return kept
    query = select(findings.c.draft_id, findings.c.code, findings.c.message).where(
        findings.c.stage == STAGE, findings.c.draft_id.in_(draft_ids)
    )
    for draft_id, code, message in connection.execute(query):
        kept.setdefault(draft_id, []).append((code, message))
    return kept

"""What a person decides about an order in review: approve, edit, reject, reopen.

The same decision again writes nothing. Amounts are not a person's to decide: code proves each of them before
the decision and again at issue.
"""

from collections.abc import Collection, Sequence
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection, Row

from fakturo.errors import NotAllowed
from fakturo.finding import Finding
from fakturo.ledger import findings
from fakturo.ledger.issuing import deposits, overruling
from fakturo.ledger.issuing.outlook import Outlook, Unread, look_ahead
from fakturo.ledger.open import reading
from fakturo.ledger.review.cases import UNDECIDED, Case, Twin, twins
from fakturo.ledger.review.decisions import (
    Action,
    Decision,
    Desk,
    codes,
    hashes,
    last_action,
    log,
    move,
    save_order,
    too_late,
    write_once,
)
from fakturo.order import Order, content

MAY_BE_READ = frozenset({"no_model", "attachment_not_read", "conflict", "reopened"})
"""What keeps a text in review that no model has read; approving it lets the model read it."""


def approve(desk: Desk, case: Case, *, model_reads: bool) -> Decision:
    """Let the draft stand as proposed although it was not proved; a text that nobody read goes to the model.

    Args:
        model_reads: whether a model is set up.

    Raises:
        NotAllowed: there is nothing to approve, code cannot prove an amount, a doubt is new and not
            overruled, or somebody else has decided meanwhile.
    """
    if case.status not in UNDECIDED:
        return _decided_before(desk, case, None)
    if case.content is None:
        return _release(desk, case, model_reads=model_reads)
    try:
        order = Order.model_validate_json(case.content)
    except ValidationError:
        by_hand = f"write it anew with `fakturo review edit {case.id}`"
        raise NotAllowed(f"Order {case.external_id} does not read back; {by_hand}.") from None
    return _accept(desk, case, order, "approved", seen=codes(case.findings))


def edit(desk: Desk, case: Case, order: Order) -> Decision:
    """Put another content in the place of the draft.

    Raises:
        NotAllowed: it is another order, code cannot prove an amount, a doubt is left that `desk.overrule`
            does not name, or somebody else has decided meanwhile.
    """
    if order.external_id != case.external_id:
        raise NotAllowed(
            f"external_id is {order.external_id!r}, but this order is {case.external_id!r}; it cannot change."
        )
    if case.status not in UNDECIDED:
        return _decided_before(desk, case, content(order))
    return _accept(desk, case, order, "edited", seen=())


def reject(desk: Desk, case: Case, *, reason: str) -> Decision:
    """Decide that the order is never invoiced; `reopen` takes it back.

    Raises:
        NotAllowed: no reason is given, or somebody else has decided meanwhile.
    """
    reason = reason.strip()
    if not reason:
        raise NotAllowed("Say why the order is rejected; whoever asks later reads the reason.")
    if case.status == "rejected":
        return _rejected(desk, case, is_new=False)
    if case.status not in UNDECIDED:
        raise too_late(desk, case)

    def write(connection: Connection, _: Row[Any]) -> None:
        move(connection, desk, case, status="rejected", status_reason=reason)
        log(connection, desk, case, "rejected", {"reason": reason, "codes": codes(case.findings)})

    is_new = write_once(desk, case, write, lambda order, _: order.status == "rejected")
    return _rejected(desk, case, is_new=is_new)


def _rejected(desk: Desk, case: Case, *, is_new: bool) -> Decision:
    with reading(desk.engine) as connection:
        standing = deposits.standing(connection, case.id)
    return Decision(case.id, "rejected", is_new, deposits=standing)


def reopen(desk: Desk, case: Case) -> Decision:
    """Take a rejection back: the order waits for a person again.

    Raises:
        NotAllowed: it is not rejected, or somebody else has decided meanwhile.
    """
    if case.status == "needs_review":
        return Decision(case.id, "reopened", is_new=False)
    if case.status != "rejected":
        raise too_late(desk, case)
    reason = f"It was rejected before: {case.status_reason}"

    def write(connection: Connection, _: Row[Any]) -> None:
        again = [Finding(code="reopened", message=reason), *case.findings]
        rows = [(case.id, None, each) for each in again]
        findings.record(connection, rows, stage="check", now=desk.now, run_id=None)
        move(connection, desk, case, status="needs_review", status_reason=reason)
        log(connection, desk, case, "reopened", {"rejected_for": case.status_reason, "note": desk.note})

    is_new = write_once(desk, case, write, lambda order, _: order.status == "needs_review")
    return Decision(case.id, "reopened", is_new)


def unproved(desk: Desk, case: Case, order: Order) -> Outlook:
    """What would keep this content from being issued now, twins of the order included."""
    (outlook,) = look_ahead(
        desk.engine,
        [Unread(case.id, content(order), case.received_at)],
        seller=desk.seller,
        now=desk.now,
    )
    return outlook._replace(findings=(*outlook.findings, *_conflict(case, case.twins)))


def _accept(desk: Desk, case: Case, order: Order, action: Action, *, seen: Collection[str]) -> Decision:
    text = content(order)
    outlook = unproved(desk, case, order)
    known = {*seen, *desk.overrule, *_overruled_before(desk, case, text)}
    at_issue = [each for each in outlook.findings if each.code != "conflict"]
    for each in at_issue:
        if not overruling.may_overrule(each, outlook.invoice):
            raise NotAllowed(f"{each.message} {overruling.way_out(each, case.id)}")
        if each.code not in known:
            raise NotAllowed(f"{each.message} To issue it all the same, add --overrule {each.code}.")
    gone = codes(case.findings, outlook.findings)

    def write(connection: Connection, row: Row[Any]) -> None:
        _refuse_twins(connection, desk, case, row)
        draft_id = save_order(connection, desk, case, order, text)
        rows = [(case.id, draft_id, each) for each in at_issue]
        findings.record(connection, rows, stage=overruling.STAGE, now=desk.now, run_id=None)
        details = {"draft": draft_id, "overruled": gone, "note": desk.note}
        log(connection, desk, case, action, details | hashes(case.content, text))

    def same(row: Row[Any], draft: Row[Any] | None) -> bool:
        on_its_way = row.status not in {*UNDECIDED, "rejected"}
        return on_its_way and draft is not None and (draft.drafter, draft.content) == ("person", text)

    return Decision(case.id, action, write_once(desk, case, write, same), gone)


def _release(desk: Desk, case: Case, *, model_reads: bool) -> Decision:
    """A text without a draft goes to the model, where that is all it waits for."""
    gone = codes(case.findings)
    by_hand = f"write it with `fakturo review edit {case.id}`, or reject it"
    if case.status != "needs_review" or case.raw is None or not MAY_BE_READ.issuperset(gone):
        raise NotAllowed(f"Order {case.external_id} has no draft that could be approved; {by_hand}.")
    if not model_reads:
        raise NotAllowed(
            f"Order {case.external_id} is free text and no AI model is set up; set FAKTURO_AI_BASE_URL and "
            f"approve it again, or {by_hand}."
        )

    def write(connection: Connection, row: Row[Any]) -> None:
        _refuse_twins(connection, desk, case, row)
        values = {"status": "queued", "status_reason": None, "attempts": 0, "parks": 0, "not_before": None}
        move(connection, desk, case, **values)
        log(connection, desk, case, "released", {"overruled": gone, "note": desk.note})

    is_new = write_once(desk, case, write, lambda row, _: (row.status, row.lane) == ("queued", "model"))
    return Decision(case.id, "released", is_new, gone)


def _decided_before(desk: Desk, case: Case, text: str | None) -> Decision:
    """The decision that was made before, if it is the very same; for `text` None an approval."""
    with reading(desk.engine) as connection:
        last = last_action(connection, case.id)
    by_person = case.drafter == "person" and case.status != "rejected"
    if text is None and last == "order.approved" and by_person:
        return Decision(case.id, "approved", is_new=False)
    if text is None and last == "order.released" and case.status != "rejected":
        return Decision(case.id, "released", is_new=False)
    if text is not None and by_person and case.content == text:
        return Decision(case.id, "edited", is_new=False)
    raise too_late(desk, case)


def _overruled_before(desk: Desk, case: Case, text: str) -> Collection[str]:
    """Codes that a person overruled for this very content in an earlier round."""
    if case.draft_id is None or text != case.content:
        return ()
    with reading(desk.engine) as connection:
        return {code for code, _ in overruling.overruled(connection, [case.draft_id]).get(case.draft_id, ())}


def _refuse_twins(connection: Connection, desk: Desk, case: Case, row: Row[Any]) -> None:
    """Look again under lock: a twin may have moved since the person looked."""
    for each in _conflict(case, twins(connection, row)):
        if each.code not in desk.overrule:
            raise NotAllowed(each.message)


def _conflict(case: Case, others: Sequence[Twin]) -> list[Finding]:
    """Why an order cannot be issued beside another one of its number; at most one finding."""
    for twin in others:
        if twin.status == "rejected":
            continue
        first = "came first" if twin.came_first else "came later"
        what = f"is {twin.status}; reject this one"
        if twin.status in UNDECIDED:
            what = f"waits too; reject it with `fakturo review reject {twin.id} --reason …`"
        message = (
            f"Order {twin.id} has the same number {case.external_id}, {first} and {what}, or add --overrule "
            "conflict if both are meant, each with an invoice of its own."
        )
        return [Finding(code="conflict", message=message)]
    return []

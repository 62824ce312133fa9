"""Write what a person decided, while the order stands as that person saw it: audited, one transaction."""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from typing import Any, Literal, NamedTuple

from sqlalchemy import Connection, Engine, Row, insert, select, update

from fakturo.errors import NotAllowed
from fakturo.finding import Finding
from fakturo.invoice import content_sha256
from fakturo.ledger import audit_chain
from fakturo.ledger.issuing import customers
from fakturo.ledger.open import reading, writing
from fakturo.ledger.review.cases import Case, newest_draft
from fakturo.ledger.tables import audit, drafts, orders
from fakturo.order import Order
from fakturo.seller import Seller

Action = Literal["approved", "edited", "rejected", "reopened", "released"]
ACTIONS = ("order.approved", "order.edited", "order.rejected", "order.reopened", "order.released")
Write = Callable[[Connection, Row[Any]], None]
Same = Callable[[Row[Any], Row[Any] | None], bool]
"""Whether the order, with its newest draft, stands as this decision would leave it."""


class Decision(NamedTuple):
    """What was decided."""

    order_id: int
    action: Action
    is_new: bool
    """False: the very same was decided before, nothing was written."""
    overruled: tuple[str, ...] = ()
    """Codes of the findings that no longer keep the order in review."""
    deposits: tuple[str, ...] = ()
    """Numbers of the order's deposit invoices that still stand, where it is rejected."""


class Desk(NamedTuple):
    """Who decides, when, and what holds today."""

    engine: Engine
    seller: Seller
    actor: str
    """The person's login."""
    now: datetime
    note: str | None = None
    overrule: Collection[str] = ()
    """Codes that the person overrules although the order did not come to review for them."""


def write_once(desk: Desk, case: Case, write: Write, same: Same) -> bool:
    """Run `write` inside a transaction if nothing has changed since the person looked.

    Returns:
        False when `same` was decided before; nothing is written then.

    Raises:
        NotAllowed: somebody else has decided meanwhile.
    """
    with writing(desk.engine) as connection:
        order = _locked(connection, case)
        draft = newest_draft(connection, case.id)
        if (order.status, order.updated_at, draft.id if draft else None) != case.version:
            if same(order, draft):
                return False
            told = _last(connection, case.id) or f"it is {order.status} now"
            raise NotAllowed(
                f"Order {case.external_id}: somebody else has decided meanwhile: {told}; look at it again."
            )
        write(connection, order)
    return True


def too_late(desk: Desk, case: Case) -> NotAllowed:
    """The error for an order that does not wait for a person."""
    with reading(desk.engine) as connection:
        told = _last(connection, case.id)
    since = f" ({told})" if told else ""
    return NotAllowed(
        f"Order {case.external_id} is {case.status}{since}; only orders in review and dead letters are "
        "decided."
    )


def last_action(connection: Connection, order_id: int) -> str | None:
    """What a person decided last about an order: 'order.approved' and so on."""
    row = _last_row(connection, order_id)
    return None if row is None else str(row.action)


def move(connection: Connection, desk: Desk, case: Case, **values: Any) -> None:
    """Change the order's row; nobody holds a lease on it afterwards."""
    still = {"leased_until": None, "leased_by": None, "updated_at": desk.now}
    connection.execute(update(orders).where(orders.c.id == case.id).values(**values | still))


def log(connection: Connection, desk: Desk, case: Case, action: Action, details: dict[str, Any]) -> None:
    """Append the decision to the audit chain."""
    entry = (f"order.{action}", f"order:{case.id}", {key: value for key, value in details.items() if value})
    audit_chain.append(connection, at=desk.now, actor=desk.actor, entries=[entry])


def save_order(connection: Connection, desk: Desk, case: Case, order: Order, text: str) -> int:
    """Make `text`, the JSON of `order`, the order's proved content, and queue it; the id of its draft.

    What stood there before is kept in the drafts.
    """
    _keep_before(connection, desk, case, text)
    draft_id: int = connection.execute(
        insert(drafts)
        .values(order_id=case.id, drafter="person", outcome="proved", content=text, created_at=desk.now)
        .returning(drafts.c.id)
    ).scalar_one()
    customers.add_missing(connection, [order.customer], desk.now)
    move(
        connection,
        desk,
        case,
        status="queued",
        status_reason=None,
        lane="rules",
        kind=order.kind,
        cancels=order.cancels,
        content=text,
        customer_id=order.customer.id,
        currency=order.currency,
        ordered_on=order.ordered_on,
        po_number=order.po_number,
        line_count=len(order.lines),
        attempts=0,
        parks=0,
        not_before=None,
    )
    return draft_id


def hashes(before: str | None, after: str) -> dict[str, str | None]:
    """Which content was replaced by which, for the audit chain."""
    return {
        "content_sha256_before": None if before is None else content_sha256(before),
        "content_sha256_after": content_sha256(after),
    }


def codes(*found: Iterable[Finding]) -> tuple[str, ...]:
    """Codes of findings, each once, sorted."""
    return tuple(sorted({each.code for some in found for each in some}))


def _locked(connection: Connection, case: Case) -> Row[Any]:
    """The order's row, locked together with its twins: two people may decide about two of them at once."""
    same = (orders.c.source == case.source, orders.c.external_id == case.external_id)
    rows = connection.execute(select(orders).where(*same).order_by(orders.c.id).with_for_update())
    return next(row for row in rows.all() if row.id == case.id)


def _keep_before(connection: Connection, desk: Desk, case: Case, text: str) -> None:
    if case.lane != "rules" or case.content in {None, text}:
        return  # the model's draft is a row of its own
    mine = drafts.c.order_id == case.id
    filled = connection.execute(
        update(drafts)
        .where(mine, drafts.c.outcome == "proved", drafts.c.content.is_(None))
        .values(content=case.content)
    ).rowcount
    kept = select(drafts.c.id).where(mine, drafts.c.content == case.content)
    if filled or connection.execute(kept).first():
        return
    understood = {"drafter": "rules", "outcome": "refused", "content": case.content, "created_at": desk.now}
    connection.execute(insert(drafts).values(order_id=case.id, **understood))


def _last(connection: Connection, order_id: int) -> str | None:
    row = _last_row(connection, order_id)
    if row is None:
        return None
    return f"{row.action.removeprefix('order.')} by {row.actor} at {row.at:%Y-%m-%d %H:%M} UTC"


def _last_row(connection: Connection, order_id: int) -> Row[Any] | None:
    query = (
        select(audit.c.action, audit.c.actor, audit.c.at)
        .where(audit.c.subject == f"order:{order_id}", audit.c.action.in_(ACTIONS))
        .order_by(audit.c.seq.desc())
        .limit(1)
    )
    return connection.execute(query).first()

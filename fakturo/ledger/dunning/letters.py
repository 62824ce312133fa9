"""A letter as it stands when it is sent: what it claimed, what has come in since, and to whom it goes."""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, select

from fakturo.errors import NotFound
from fakturo.languages import LanguageCode
from fakturo.ledger.dunning.addresses import Addressee, addressee
from fakturo.ledger.dunning_tables import dunned_invoices, dunning_notices
from fakturo.ledger.payments.balances import Standing, chunks, standings
from fakturo.ledger.tables import invoices


class Letter(NamedTuple):
    """A notice with its invoices."""

    notice: Row[Any]
    lines: Sequence[Row[Any]]
    """Columns of `dunned_invoices` with `number`, `issue_date`, `due_date`, `content`; the oldest first."""
    now: dict[int, Standing]
    """Invoice -> how it stands now."""
    to: Addressee
    language: LanguageCode
    """Of the newest invoice."""
    country: str
    """Of its seller."""
    has_lump_sum: bool
    """Whether it or an earlier letter claims the lump sum of the law for one of its invoices."""

    @property
    def received_minor(self) -> int:
        """What has come in for its invoices since it was written."""
        return sum(max(each.open_minor - self.now[each.invoice_id].open_minor, 0) for each in self.lines)

    @property
    def is_settled(self) -> bool:
        """Whether nothing of its invoices is open any more."""
        return all(each.open_minor == 0 for each in self.now.values())

    @property
    def worked_out(self) -> dict[str, list[dict[str, Any]]]:
        """Number -> segments of its interest (first, last, balance_minor, pct)."""
        found: dict[str, list[dict[str, Any]]] = json.loads(self.notice.content)["interest"]
        return found


def read_letter(connection: Connection, outbox_id: int) -> Letter:
    """All that the letter of an event says.

    Raises:
        NotFound: no such notice.
    """
    notice = connection.execute(
        select(dunning_notices).where(dunning_notices.c.outbox_id == outbox_id)
    ).first()
    if notice is None:
        raise NotFound(f"Event {outbox_id} is no letter; `fakturo outbox show {outbox_id}` tells what it is.")
    columns = [invoices.c[name] for name in ("number", "issue_date", "due_date", "content")]
    lines = connection.execute(
        select(dunned_invoices, *columns)
        .join(invoices, invoices.c.id == dunned_invoices.c.invoice_id)
        .where(dunned_invoices.c.notice_id == notice.id)
        .order_by(invoices.c.due_date, invoices.c.number)
    ).all()
    contents = [each.content for each in lines]
    newest = json.loads(contents[-1])
    return Letter(
        notice,
        lines,
        standings(connection, [each.invoice_id for each in lines]),
        addressee(connection, notice.customer_id, contents),
        newest.get("language", "en"),
        newest["seller"]["country"],
        _has_lump_sum(connection, notice.id, [each.invoice_id for each in lines]),
    )


def _has_lump_sum(connection: Connection, notice_id: int, ids: Sequence[int]) -> bool:
    columns = dunned_invoices.c
    claimed = select(columns.id).where(columns.lump_sum_minor > 0, columns.notice_id <= notice_id)
    return any(
        connection.execute(claimed.where(columns.invoice_id.in_(part)).limit(1)).first()
        for part in chunks(ids)
    )

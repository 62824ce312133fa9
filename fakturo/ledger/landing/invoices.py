"""Land the invoices of another system: orders that are issued already, and one invoice or credit note each.

All of a file stands or nothing does. Numbers are kept; the series 'imported' counts them only. The audit log
gets one entry a file, see `fakturo.ledger.import_log`.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, insert, select, update

from fakturo.errors import BadInput
from fakturo.finding import Finding
from fakturo.history import SERIES
from fakturo.ledger import findings
from fakturo.ledger.bulk import insert_rows
from fakturo.ledger.import_log import Digest, log_import
from fakturo.ledger.issuing.numbering import take
from fakturo.ledger.landing.arrivals import FileFacts, Landed, Landing, Refused
from fakturo.ledger.landing.made_invoices import Made, MadeInvoices
from fakturo.ledger.landing.orders import land
from fakturo.ledger.open import reading
from fakturo.ledger.tables import drafts, files, invoices, orders

LANE = "history"
"""Of orders that no worker ever takes."""
BATCH = 1_000
"""Invoices at a time: memory holds so many, with their lines."""


def land_invoices(
    engine: Engine,
    facts: FileFacts,
    *,
    rows_in: int,
    rows_duplicate: int,
    landings: Callable[[], Iterable[Landing]],
    refused: Callable[[], Iterable[Refused]],
    now: datetime,
    run_id: str | None = None,
    dry_run: bool = False,
    made: MadeInvoices,
    prefix: str = "",
    and_then: Callable[[Connection, int], None] | None = None,
) -> Landed:
    """As `fakturo.ledger.landing.land`, and every order becomes the invoice that it was.

    Args:
        made: the invoice of each order, worked out before the ledger is locked.
        prefix: put before each number, where two systems used the same ones.
        and_then: called with the file's id before the transaction ends.

    Raises:
        BadInput: a number was given to another invoice since the file was held against `taken_numbers`.
    """

    def invoiced(connection: Connection, file_id: int) -> None:
        _invoice_all(_Import(connection, file_id, made, prefix, now, run_id))
        if and_then is not None:
            and_then(connection, file_id)

    return land(
        engine,
        facts,
        rows_in=rows_in,
        rows_duplicate=rows_duplicate,
        landings=lambda: map(_done, landings()),
        refused=refused,
        now=now,
        run_id=run_id,
        dry_run=dry_run,
        and_then=invoiced,
    )


def taken_numbers(engine: Engine, source: str, wanted: Sequence[tuple[str, str]]) -> set[str]:
    """Those numbers of (number, external id) that another invoice bears already."""
    with reading(engine) as connection:
        return _taken(connection, source, wanted)


def _taken(connection: Connection, source: str, wanted: Sequence[tuple[str, str]]) -> set[str]:
    query = (
        select(invoices.c.number, orders.c.source, orders.c.external_id)
        .join(orders, orders.c.id == invoices.c.order_id)
        .where(invoices.c.number.in_([number for number, _ in wanted]))
    )
    ours = {(number, source, external_id) for number, external_id in wanted}
    return {row[0] for row in connection.execute(query).tuples() if tuple(row) not in ours}


class _Import(NamedTuple):
    connection: Connection
    file_id: int
    made: MadeInvoices
    prefix: str
    now: datetime
    run_id: str | None


class _New(NamedTuple):
    """An order without its invoice yet."""

    id: int
    external_id: str
    content_sha256: str
    source: str
    cancels: str | None


class _Original(NamedTuple):
    """An invoice that may be corrected."""

    id: int
    customer_id: str
    currency: str


def _done(landing: Landing) -> Landing:
    return landing._replace(lane=LANE, status="issued")


def _invoice_all(job: _Import) -> None:
    """Draft and invoice of every new order of the file; invoices first, so that credit notes find them."""
    job.connection.execute(update(files).where(files.c.id == job.file_id).values(kind="invoices"))
    digest = Digest()
    for kind in ("order", "cancellation"):
        made = job.made.of(kind)
        for batch in _batches(job, kind):
            rows = _rows(job, batch, made)
            insert_rows(job.connection, invoices, list(rows[0]), [tuple(row.values()) for row in rows])
            for row in rows:
                digest.add(row["seq"], row["kind"], row["number"], row["content_sha256"])
            if kind == "cancellation":
                _tell_unmatched(job, [row for row in rows if row["corrects_id"] is None])
    log_import(job.connection, job.file_id, digest, job.now)


def _batches(job: _Import, kind: str) -> Iterator[list[_New]]:
    """New orders of the file that have no draft yet.

    The status is compared here: SQLite would go by the index that begins with it, and sort all orders of the
    file for each batch.
    """
    last = 0
    while True:
        query = (
            select(*(orders.c[name] for name in _New._fields), orders.c.status)
            .outerjoin(drafts, drafts.c.order_id == orders.c.id)
            .where(
                orders.c.file_id == job.file_id,
                orders.c.lane == LANE,
                orders.c.kind == kind,
                drafts.c.id.is_(None),
                orders.c.id > last,
            )
            .order_by(orders.c.id)
            .limit(BATCH)
        )
        rows = [(_New(*row), status) for *row, status in job.connection.execute(query)]
        if not rows:
            return
        last = rows[-1][0].id
        if batch := [new for new, status in rows if status == "issued"]:
            yield batch


def _rows(job: _Import, batch: list[_New], made: Iterator[Made]) -> list[dict[str, Any]]:
    """Rows of `invoices`, each with a draft that says who drafted it: another system."""
    numbers = [(job.prefix + each.external_id, each.external_id) for each in batch]
    taken = _taken(job.connection, batch[0].source, numbers)
    if taken:
        raise BadInput(f"Number {min(taken)} was given to another invoice meanwhile; import the file again.")
    new = [
        {"order_id": each.id, "drafter": "import", "outcome": "proved", "created_at": job.now}
        | {"run_id": job.run_id}
        for each in batch
    ]
    returned = insert(drafts).returning(drafts.c.order_id, drafts.c.id)
    drafted = dict(job.connection.execute(returned, new).tuples().all())
    originals = _originals(job, batch)
    rows = []
    for each, (number, _), seq in zip(batch, numbers, take(job.connection, SERIES, len(batch)), strict=True):
        # both in the order of the file; those that stood in the ledger before are passed over
        key = (each.external_id, each.content_sha256)
        invoice = next(one for one in made if (one.external_id, one.order_sha256) == key)
        rows.append(
            {
                "number": number,
                "series": SERIES,
                "seq": seq,
                "kind": invoice.kind,
                "order_id": each.id,
                "draft_id": drafted[each.id],
                "customer_id": invoice.customer_id,
                "currency": invoice.currency,
                "issue_date": invoice.issue_date,
                "due_date": invoice.due_date,
                "tax_point_date": invoice.tax_point_date,
                "net_minor": invoice.net_minor,
                "tax_minor": invoice.tax_minor,
                "total_minor": invoice.total_minor,
                "payment_status": "open" if invoice.total_minor else "paid",  # nobody pays 0.00
                "content": invoice.content,
                "content_sha256": invoice.content_sha256,
                "issued_at": job.now,
                "run_id": job.run_id,
                "corrects_id": _corrected(invoice, originals.get(each.cancels or "")),
            }
        )
    return rows


def _corrected(invoice: Made, original: _Original | None) -> int | None:
    """Id of the original; only an invoice of the same customer in the same currency can be one."""
    if original is None or original[1:] != (invoice.customer_id, invoice.currency):
        return None
    return original.id


def _originals(job: _Import, batch: list[_New]) -> dict[str, _Original]:
    """Invoice that each cancelled order became, by the order's external id."""
    named = sorted({each.cancels for each in batch if each.cancels})
    if not named:
        return {}
    query = (
        select(orders.c.external_id, invoices.c.id, invoices.c.customer_id, invoices.c.currency)
        .join(invoices, invoices.c.order_id == orders.c.id)
        .where(
            orders.c.source == batch[0].source,
            orders.c.external_id.in_(named),
            invoices.c.kind == "invoice",
        )
    )
    return {row[0]: _Original(*row[1:]) for row in job.connection.execute(query)}


def _tell_unmatched(job: _Import, rows: list[dict[str, Any]]) -> None:
    """A finding for each credit note whose invoice is not known for certain."""
    found = [
        (
            row["order_id"],
            row["draft_id"],
            Finding(
                code="original_unknown",
                message=f"Credit note {row['number']} names no known invoice of customer "
                f"{row['customer_id']}, and none or several hold its goods, at its price and not taken back "
                "yet; it stands alone.",
            ),
        )
        for row in rows
    ]
    findings.record(job.connection, found, stage="intake", now=job.now, run_id=job.run_id)

"""Retry rows of orders, and of invoices that come in as history."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from sqlalchemy import Connection, select

from fakturo.errors import BadInput
from fakturo.intake.history import mapping as history
from fakturo.intake.history.whole_invoices import reasons_against
from fakturo.intake.quarantine.reread import Reread, reread_rows, without
from fakturo.intake.quarantine.reread_documents import reread_documents
from fakturo.intake.quarantine.retried_file import Job, Outcome
from fakturo.intake.rows import mapping as orders_mapping
from fakturo.intake.rows.mapping import Mapping
from fakturo.issue import issue_day
from fakturo.ledger.landing.arrivals import Landed, Landing
from fakturo.ledger.landing.invoices import land_invoices, taken_numbers
from fakturo.ledger.landing.made_invoices import MadeInvoices
from fakturo.ledger.landing.orders import contents_of, land
from fakturo.ledger.open import reading
from fakturo.ledger.quarantine.completing import complete
from fakturo.ledger.quarantine.resolving import readings_of
from fakturo.ledger.tables import invoices, orders


def retry_orders(job: Job, known: Outcome) -> Outcome:
    """Read the rows again and land what is good; `known` counts what was taken in before.

    Raises:
        BadInput: the mapping is not known any more, or the file has no rows that could be retried.
        NotAllowed: somebody else retried one of the rows meanwhile.
    """
    mapping = _mapping(job)
    with MadeInvoices(job.settings.home / "tmp") as made, _reread(job, mapping, made) as first:
        same = job.unchanged({line: each.reasons for line, each in first.failed.items()})
        reread = without(first, same)
        if not reread.reading.rows_in:
            return known._replace(same=len(same))
        if job.root.kind != "invoices" or mapping is None:
            return _land(job, land, reread, same, known)
        lander = partial(land_invoices, made=made, prefix=mapping.number_prefix)
        return _land(job, lander, reread, same, known)


def _land(job: Job, lander: Callable[..., Landed], reread: Reread, same: set[int], known: Outcome) -> Outcome:
    completed: set[str] = set()
    settled: list[int] = []

    def take(connection: Connection, standing: Sequence[Landing]) -> Collection[str]:
        readings = readings_of(connection, job.root.id)
        done = complete(
            connection, standing, readings=readings, actor=job.actor, now=job.now, run_id=job.run_id
        )
        completed.update(done)
        return done

    def and_then(connection: Connection, file_id: int) -> None:
        job.settle(connection, file_id, reread.landed, reread.failed.keys())
        settled.append(file_id)

    read = reread.reading
    given: dict[str, Any] = {
        "rows_in": read.rows_in,
        "rows_duplicate": read.rows_duplicate,
        "landings": read.landings,
        "refused": read.refused,
        "now": job.now,
        "run_id": job.run_id,
        "and_then": and_then,
    }
    if lander is land:
        given["complete"] = take
    landed = lander(job.engine, job.facts(read.mapping_version, same), **given)
    if not settled:  # another process landed the very same retry first
        return known._replace(known=known.rows)
    failed = len(reread.failed)
    return known._replace(
        landed=len(job.rows) - failed - len(same),
        failed=failed,
        same=len(same),
        orders_new=landed.orders_new,
        completed=len(completed),
    )


@contextmanager
def _reread(job: Job, mapping: Mapping | None, made: MadeInvoices) -> Iterator[Reread]:
    if mapping is None:
        corrections = {each.line: each for each in job.corrections}
        yield reread_documents(job.request(), job.root.source, corrections, job.rows.keys())
        return
    against = partial(_against, job, mapping, made) if job.root.kind == "invoices" else None
    request = job.request(mapping, against)
    request = request._replace(earlier_orders=partial(contents_of, job.engine))
    with reread_rows(request, job.corrections, job.rows.keys()) as found:
        yield found


def _mapping(job: Job) -> Mapping | None:
    """The column mapping; None of documents, which need none."""
    name = job.mapping_name()
    if name is None or (job.root.mapping is None and job.mapping is None):
        return None
    is_history = job.root.kind == "invoices"
    ready = history.ready() if is_history else orders_mapping.ready()
    if not name.endswith((".yaml", ".yml")) and name not in ready:
        raise BadInput(
            f"It was read by mapping {name!r}, which is none of the ready ones; name its file with "
            f"--mapping {name}.yaml."
        )
    if not is_history:
        return orders_mapping.load(name)
    return history.load(name, prefix=job.prefix or _prefix(job))


def _prefix(job: Job) -> str:
    """What stands before the numbers of this system, as its invoices in the ledger show it."""
    query = (
        select(invoices.c.number, orders.c.external_id)
        .join(orders, orders.c.id == invoices.c.order_id)
        .where(orders.c.source == job.root.source, orders.c.file_id == job.root.id)
        .limit(1)
    )
    with reading(job.engine) as connection:
        row = connection.execute(query).first()
    return "" if row is None else str(row.number).removesuffix(row.external_id)


def _against(
    job: Job, mapping: Mapping, made: MadeInvoices, name: str, landings: Sequence[Landing]
) -> dict[str, list[str]]:
    return reasons_against(
        landings,
        seller=job.settings.seller,
        prefix=mapping.number_prefix,
        today=issue_day(job.now, job.settings.seller),
        taken=partial(taken_numbers, job.engine, name),
        keep=made.add,
    )

"""Land one file of customers in one transaction: clients, quarantined rows, file row, audit entry.

What a row tells wins over what is known, what it leaves open stays. Tax is told as a whole: a category
without a rate, or a rate without a category, takes the place of both. So is a mandate with its account.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from fakturo.ledger import audit_chain
from fakturo.ledger.bulk import insert_rows
from fakturo.ledger.landing.arrivals import FileFacts, Refused
from fakturo.ledger.landing.parties import merged
from fakturo.ledger.landing.stepping_back import step_back
from fakturo.ledger.open import reading, writing
from fakturo.ledger.tables import customers, files, quarantine
from fakturo.money import plain
from fakturo.order import Party
from fakturo.tax import Client

_MOST_IDS = 500
_DEBIT = ("mandate_id", "debited_iban")
_TOLD = ("currency", "terms_days", "tax_category", "tax_rate", "payment_means", *_DEBIT)


class Told(NamedTuple):
    """What one row says about a customer."""

    party: Party
    client: Client = Client()
    currency: str | None = None


class CustomersLanded(NamedTuple):
    """How a file's rows ended: in = accepted + duplicate + quarantined, and accepted = new + changed."""

    rows_in: int
    rows_accepted: int = 0
    rows_duplicate: int = 0
    rows_quarantined: int = 0
    new: int = 0
    changed: int = 0


def land_customers(
    engine: Engine,
    facts: FileFacts,
    *,
    told: Sequence[Told],
    rows_duplicate: int,
    refused: Sequence[Refused],
    now: datetime,
    run_id: str | None = None,
    dry_run: bool = False,
    and_then: Callable[[Connection, int], None] | None = None,
) -> CustomersLanded:
    """Write a file's customers into the ledger, or with `dry_run` only say what would become of them.

    Args:
        told: one for each customer.
        rows_duplicate: rows that repeat another row of the same file.
        and_then: called with the file's id before the transaction ends.
    """
    job = _Job(facts, told, rows_duplicate, refused, now, run_id, and_then)
    if dry_run:
        with reading(engine) as connection:
            return _repeated(connection, facts) or _sorted_out(connection, job)[0]
    try:
        return _write(engine, job)
    except IntegrityError:  # another process landed the same file first: now we see it
        return _write(engine, job)


class _Job(NamedTuple):
    facts: FileFacts
    told: Sequence[Told]
    rows_duplicate: int
    refused: Sequence[Refused]
    now: datetime
    run_id: str | None
    and_then: Callable[[Connection, int], None] | None


def _write(engine: Engine, job: _Job) -> CustomersLanded:
    with writing(engine) as connection:
        before = _repeated(connection, job.facts)
        if before:
            return before
        landed, fresh, changed = _sorted_out(connection, job)
        file_id = _file_row(connection, job, landed)
        for start in range(0, len(fresh), _MOST_IDS):
            connection.execute(insert(customers), fresh[start : start + _MOST_IDS])
        if changed:
            values: dict[str, Any] = {name: bindparam(name) for name in changed[0] if name != "key"}
            connection.execute(
                update(customers).where(customers.c.id == bindparam("key")).values(values), changed
            )
        stamped = [(file_id, *each, "open", job.now) for each in job.refused]
        insert_rows(connection, quarantine, _QUARANTINE, stamped)
        if job.and_then is not None:
            job.and_then(connection, file_id)
        facts = {"kind": "customers", "name": job.facts.name, "sha256": job.facts.sha256}
        entry = ("file.landed", f"file:{file_id}", facts | {"source": job.facts.source} | landed._asdict())
        audit_chain.append(connection, at=job.now, actor="intake", entries=[entry])
    return landed


def _repeated(connection: Connection, facts: FileFacts) -> CustomersLanded | None:
    """What became of the very same file before; None when it is new, or now read by another mapping."""
    row = _file_before(connection, facts)
    if row is None or row.mapping != facts.mapping:
        return None
    return CustomersLanded(row.rows_in, rows_duplicate=row.rows_in)


def _file_before(connection: Connection, facts: FileFacts) -> Any:
    same = (files.c.source == facts.source) & (files.c.sha256 == facts.sha256)
    return connection.execute(select(files).where(same)).first()


def _file_row(connection: Connection, job: _Job, landed: CustomersLanded) -> int:
    """Id of the file's row; a file read again under another mapping keeps its row, old refusals step back."""
    values = job.facts._asdict() | {"kind": "customers", "received_at": job.now, "run_id": job.run_id}
    values |= {name: getattr(landed, name) for name in CustomersLanded._fields if name.startswith("rows_")}
    values |= {"orders_new": 0, "orders_duplicate": 0, "orders_conflict": 0}
    before = _file_before(connection, job.facts)
    if before is None:
        return int(connection.execute(insert(files).values(**values).returning(files.c.id)).scalar_one())
    connection.execute(update(files).where(files.c.id == before.id).values(**values))
    step_back(connection, before.id)
    return int(before.id)


def _sorted_out(
    connection: Connection, job: _Job
) -> tuple[CustomersLanded, list[dict[str, Any]], list[dict[str, Any]]]:
    """How the rows end, rows of new customers, and of those about whom something new is told."""
    known = _known(connection, [each.party.id for each in job.told])
    fresh, changed = [], []
    for each in job.told:
        before = known.get(each.party.id)
        after = _row(each, before, job.now)
        if before is None:
            fresh.append(after | {"id": each.party.id, "first_seen_at": job.now})
        elif any(after[name] != before[name] for name in ("content", *_TOLD)):
            changed.append(after | {"key": each.party.id})
    news = len(fresh) + len(changed)
    duplicate = job.rows_duplicate + len(job.told) - news
    rows_in = news + duplicate + len(job.refused)
    landed = CustomersLanded(rows_in, news, duplicate, len(job.refused), len(fresh), len(changed))
    return landed, fresh, changed


def _row(told: Told, before: Mapping[str, Any] | None, now: datetime) -> dict[str, Any]:
    party = merged(Party.model_validate_json(before["content"]) if before else None, told.party)
    row: dict[str, Any] = {"name": party.name, "country": party.country, "updated_at": now}
    row["content"] = party.model_dump_json(exclude_defaults=True)
    row |= {name: before[name] if before else None for name in _TOLD}
    client = told.client
    if told.currency is not None:
        row["currency"] = told.currency
    if client.terms_days is not None:
        row["terms_days"] = client.terms_days
    if client.tax_category is not None or client.tax_rate is not None:
        rate = None if client.tax_rate is None else plain(client.tax_rate)
        row |= {"tax_category": client.tax_category, "tax_rate": rate}
    if client.payment_means is not None:
        row["payment_means"] = client.payment_means
    if client.mandate_id is not None or client.debited_iban is not None:
        row |= {name: getattr(client, name) for name in _DEBIT}
    return row


def _known(connection: Connection, ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    found: dict[str, Mapping[str, Any]] = {}
    for start in range(0, len(ids), _MOST_IDS):
        query = select(customers).where(customers.c.id.in_(ids[start : start + _MOST_IDS]))
        found.update((str(row["id"]), dict(row)) for row in connection.execute(query).mappings())
    return found


_QUARANTINE = ("file_id", "line", "external_id", "reasons", "raw", "status", "created_at")

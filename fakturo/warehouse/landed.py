"""What stands in the ledger, as rows for checks: one an order, a file or an invoice, nothing personal."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from fakturo.settings import Settings
from fakturo.warehouse.publish import CATALOG, publish_id
from fakturo.warehouse.reading import open_locked
from fakturo.warehouse.snapshot import snapshot

FEWEST_FOR_MEDIAN = 50
"""Orders or invoices of a currency, below which "usual" means nothing: `times_median` is null."""
ORDERS = """
with landed as (
    select id as order_id, external_id, lane, customer_id, currency, ordered_on, line_count,
        cast(conflict_of is not null as integer) as is_conflict,
        cast(status = 'dead_letter' as integer) as is_dead_letter,
        list_transform(content.lines, lambda line: try_cast(line.quantity as double)) as pieces,
        list_transform(content.lines, lambda line:
            try_cast(line.quantity as double) * try_cast(line.unit_price as double)
            / coalesce(try_cast(line.price_base as double), 1)) as amounts
    from ledger.orders
    where received_at >= $since
),
valued as (
    select * exclude (pieces, amounts), list_max(pieces) as most_pieces, list_sum(amounts) as about
    from landed
)
select *,
    case when count(about) over by_currency >= $fewest
        then about / nullif(median(about) over by_currency, 0) end as times_median
from valued
window by_currency as (partition by currency)
order by order_id
"""
FILES = """
select id as file_id, source, format,
    rows_in - rows_accepted - rows_duplicate - rows_quarantined as rows_missing,
    rows_quarantined / nullif(rows_in, 0) as quarantined_share
from ledger.files
where received_at >= $since and retry_of is null and $fewest > 0
order by file_id
"""
INVOICES = """
select number as invoice_number, series = 'imported' as is_imported, currency, issue_date,
    cast(total_minor as double) as total,
    tax_minor / nullif(net_minor, 0) as tax_share, due_date - issue_date as terms,
    case when count(*) over by_currency >= $fewest
        then total_minor / nullif(median(total_minor) over by_currency, 0) end as times_median
from ledger.invoices
where issued_at >= $since
window by_currency as (partition by currency)
order by id
"""

PAYMENTS = """
select id as payment_id, currency, value_date,
    cast(sign(amount_minor) * if(kind = 'payment', 1, -1) as tinyint) as sign,
    cast(kind = 'chargeback' as tinyint) as is_chargeback, fee_minor / nullif(amount_minor, 0) as fee_share,
    case when count(*) over by_currency >= $fewest
        then abs(amount_minor) / nullif(median(abs(amount_minor)) over by_currency, 0) end as times_median
from ledger.payments
where created_at >= $since
window by_currency as (partition by currency)
order by id
"""
CUSTOMERS = """
select id as customer_id, country, terms_days,
    cast(count(*) over (partition by lower(replace(id, ' ', ''))) - 1 as integer) as is_twin
from ledger.customers
where updated_at >= $since and $fewest > 0
order by id
"""
QUARANTINE = """
select id as quarantine_id, len(reasons) as reason_count,
    case when status = 'open' then date_diff('day', created_at, publish.made_at) end as waited_days
from ledger.quarantine cross join ledger.publish
where (created_at >= $since or status = 'open') and $fewest > 0
order by id
"""
VOLUMES = """
with daily as (
    select kind || ' of ' || source as what, cast(received_at as date) as day, sum(rows_in) as rows_in
    from ledger.files
    where retry_of is null
    group by all
),
judged as (
    select daily.what, daily.day, daily.rows_in,
        median(before.rows_in) as usual_rows, count(before.day) as weeks
    from daily left join daily as before
        on before.what = daily.what and before.day < daily.day and before.day >= daily.day - $weeks * 7
            and isodow(before.day) = isodow(daily.day)
    group by all
)
select judged.what || ' on ' || judged.day as volume, judged.rows_in,
    case when weeks >= $fewest_weeks and usual_rows >= $fewest_rows
        then judged.rows_in / usual_rows end as share_of_usual
from judged, ledger.publish
where judged.day >= cast($since as date) and judged.day < cast(publish.made_at as date)
order by judged.what, judged.day
"""
"""Whole days in UTC on which a source sent anything; suites of the marts see a day without any."""


@contextmanager
def landed(settings: Settings, *, now: datetime) -> Iterator[duckdb.DuckDBPyConnection]:
    """A copy of the ledger as of now, to be asked with `rows`, gone after the block.

    Raises:
        WarehouseError: the ledger cannot be read.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="landed-", dir=settings.home) as folder:
        file = Path(folder) / f"{CATALOG}.duckdb"
        snapshot(settings, file, publish_id=publish_id(now), now=now)
        with open_locked(file, memory_mb=settings.warehouse.memory_mb // 2) as connection:
            yield connection


def rows(
    copy: duckdb.DuckDBPyConnection, query: str, *, since: datetime, **more: object
) -> duckdb.DuckDBPyConnection:
    """A result of one of these queries, of what was received or issued since then.

    Args:
        more: parameters of the query, in place of `fewest`.
    """
    moment = since.astimezone(UTC).replace(tzinfo=None)
    return copy.execute(query, {"since": moment} | (more or {"fewest": FEWEST_FOR_MEDIAN}))

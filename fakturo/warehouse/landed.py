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
select number as invoice_number, currency, issue_date, cast(total_minor as double) as total,
    tax_minor / nullif(net_minor, 0) as tax_share, due_date - issue_date as terms,
    case when count(*) over by_currency >= $fewest
        then total_minor / nullif(median(total_minor) over by_currency, 0) end as times_median
from ledger.invoices
where issued_at >= $since
window by_currency as (partition by currency)
order by id
"""


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


def rows(copy: duckdb.DuckDBPyConnection, query: str, *, since: datetime) -> duckdb.DuckDBPyConnection:
    """A result of ORDERS, FILES or INVOICES, of what was received or issued since then."""
    moment = since.astimezone(UTC).replace(tzinfo=None)
    return copy.execute(query, {"since": moment, "fewest": FEWEST_FOR_MEDIAN})

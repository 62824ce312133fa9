"""What stands in the ledger, as rows for checks: one an order, a file or an invoice, nothing personal."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import duckdb

from fakturo.settings import Settings
from fakturo.warehouse.snapshot import attach_ledger, limit, refusals

FEWEST_FOR_MEDIAN = 50
"""Orders or invoices of a currency, below which "usual" means nothing: `times_median` is null."""
ORDERS = """
with landed as (
    select id as order_id, external_id, lane, customer_id, currency, cast(ordered_on as date) as ordered_on,
        cast(line_count as bigint) as line_count,
        cast(conflict_of is not null as integer) as is_conflict,
        cast(status = 'dead_letter' as integer) as is_dead_letter,
        from_json(content, '{"lines": [{"quantity": "DOUBLE", "unit_price": "DOUBLE"}]}').lines as lines
    from {schema}.orders
    where cast(received_at as timestamp) >= $since
),
valued as (
    select * exclude (lines),
        list_max(list_transform(lines, lambda line: line.quantity)) as most_pieces,
        list_sum(list_transform(lines, lambda line: line.quantity * line.unit_price)) as approximate_value
    from landed
)
select *,
    case when count(approximate_value) over by_currency >= {fewest}
        then approximate_value / nullif(median(approximate_value) over by_currency, 0) end as times_median
from valued
window by_currency as (partition by currency)
order by order_id
"""
FILES = """
select id as file_id, source, format,
    cast(rows_in - rows_accepted - rows_duplicate - rows_quarantined as bigint) as rows_missing,
    cast(rows_quarantined as double) / nullif(cast(rows_in as double), 0) as quarantined_share
from {schema}.files
where cast(received_at as timestamp) >= $since
order by file_id
"""
INVOICES = """
select number as invoice_number, currency, cast(issue_date as date) as issue_date,
    cast(total_minor as double) as total,
    cast(tax_minor as double) / nullif(cast(net_minor as double), 0) as tax_share,
    cast(due_date as date) - cast(issue_date as date) as terms,
    case when count(*) over by_currency >= {fewest}
        then cast(total_minor as double) / nullif(median(cast(total_minor as double)) over by_currency, 0)
        end as times_median
from {schema}.invoices
where cast(issued_at as timestamp) >= $since
window by_currency as (partition by currency)
order by id
"""


@contextmanager
def landed(settings: Settings, query: str, *, since: datetime) -> Iterator[duckdb.DuckDBPyConnection]:
    """A result over the ledger, to be fetched inside the block.

    Args:
        query: ORDERS, FILES or INVOICES.
        since: received or issued at or after, aware.

    Raises:
        WarehouseError: the ledger cannot be read.
    """
    with refusals("The ledger could not be read"), duckdb.connect(":memory:") as connection:
        limit(connection, settings, settings.home)
        schema = attach_ledger(connection, settings)
        text = query.replace("{schema}", schema).replace("{fewest}", str(FEWEST_FOR_MEDIAN))
        yield connection.execute(text, {"since": since.astimezone(UTC).replace(tzinfo=None)})

"""The same import as plain SQL in DuckDB: `python with_duckdb.py INVOICES.csv LEDGER.duckdb`.

It writes a DuckDB file, which no second process could write to or read meanwhile.
"""

import sys

import duckdb

SQL = """
create table rows as
select *, try_cast(quantity as bigint) as units, try_cast(price as decimal(12, 2)) as amount,
    try_cast(invoice_date as date) as day
from read_csv('{source}', all_varchar = true);
create table quarantine as
select *, if(units is null or amount is null or day is null or customer_id is null,
    'cannot be read', 'its invoice waits') as reason
from rows where invoice_no in (
    select invoice_no from rows where units is null or amount is null or day is null or customer_id is null
);
create table invoices as
with good as (select *, units * amount as net from rows anti join quarantine using (invoice_no)),
taxed as (
    select invoice_no, kind, corrects, customer_id, day, due_date, currency, tax_rate, sum(net) as net,
        list({{sku: sku, name: name, quantity: units, price: amount, tax_rate: tax_rate, net: net}}) as lines
    from good group by all
)
select * exclude (tax_rate, net, lines, tax), sum(net) as net, to_json(flatten(list(lines))) as content,
    sum(if(currency = 'JPY', round(tax, 0), tax)::decimal(15, 2)) as tax
from (select *, round(net * tax_rate::int * 0.01, 2)::decimal(15, 2) as tax from taxed) group by all;
"""


def main(source: str, target: str) -> None:
    """Read, judge, write."""
    with duckdb.connect(target) as ledger:
        ledger.execute("set threads = 2")
        for statement in SQL.format(source=source).split(";"):
            ledger.execute(statement)


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Files of another system, made from a seed: invoices with a line a row, and payments, at any size.

Invoices hold 1 to 35 rows, three currencies (one without decimals), two rates of tax. One in 50 is a credit
note for lines of the one before it; 2 rows in 1,000 cannot be read. Four invoices in five are paid: eight in
ten whole and by number, one without a word, one by half.
"""

from pathlib import Path

import duckdb

TODAY = "2026-03-02"
_LINES = """
create table heads as
select o, 1 + draw(hash(o, {seed}), 35) as size, o % 50 = 0 as is_credit,
    draw(hash(if(o % 50 = 0, o - 1, o), {seed}, 1), {customers}) as customer,
    date '{today}' - draw(hash(o, {seed}, 2), 700) as issued_on
from range(1, {invoices} + 1) as r(o);
create table lines as
select o, 'H-' || o as number, is_credit, 'K' || customer as customer, issued_on,
    'H-' || (o - 1) as cancels, l, 'P' || product as sku,
    'Product ' || product || ', assorted colours' as name,
    if(is_credit, 1, [1, 2, 3, 6, 12, 24, 48][1 + draw(hash(source, l, {seed}, 4), 7)]) as quantity,
    cast(if(currency = 'JPY', cents, cents / 100) as decimal(12, 2)) as price,
    currency, if(product % 7 = 0, 5, 20) as rate, draw(hash(o, l, {seed}, 5), 1000) < 2 as is_bad
from (
    select *, if(is_credit, o - 1, o) as source, unnest(range(if(is_credit, 1, size))) as l,
        ['EUR', 'EUR', 'GBP', 'EUR', 'JPY', 'EUR'][1 + customer % 6] as currency
    from heads
), lateral (
    select draw(hash(source, l, {seed}, 3), 3000) as product,
        1 + draw(hash(source, l, {seed}, 7), 3000) as cents
)
"""
_ROWS = """
copy (
    select number as invoice_no, if(is_credit, 'credit note', 'invoice') as kind,
        if(is_credit, cancels, null) as corrects, customer as customer_id, issued_on as invoice_date,
        issued_on + 30 as due_date, sku, name, if(is_bad, 'n/a', cast(quantity as varchar)) as quantity,
        trim_price(price) as price, currency, rate as tax_rate
    from lines order by o, l
) to '{file}' (header true)
"""
TOTALS = """
create view totals as
with taxed as (
    select o, number, is_credit, customer, issued_on, currency, rate, bool_or(is_bad) as is_bad,
        cast(sum(cast(quantity * price as decimal(18, 2))) as decimal(15, 2)) as net
    from lines group by all
)
select o, number, is_credit, customer, issued_on, currency, bool_or(is_bad) as is_bad, sum(net) as net,
    sum(net + cast(if(currency = 'JPY', round(tax, 0), tax) as decimal(15, 2))) as total
from (select *, cast(round(net * rate * 0.01, 2) as decimal(15, 2)) as tax from taxed) group by all
"""
"""What each invoice comes to: lines net, tax per rate on the sum, rounded half away from zero."""
_PAYMENTS = """
copy (
    select 'T' || o as reference, issued_on + 15 + draw(hash(o, {seed}, 8), 50) as date,
        trim_price(cast(case when how < 9 then total else half end as decimal(18, 2))) as amount,
        currency, 'Payer ' || customer as payer, if(how = 8, customer, null) as customer_id,
        if(how = 8, null, 'Invoice ' || number) as text
    from (
        select *, draw(hash(o, {seed}, 9), 10) as how,
            cast(if(currency = 'JPY', floor(total * 0.5), total * 0.5) as decimal(18, 2)) as half
        from totals
    )
    where not is_credit and draw(hash(o, {seed}, 10), 5) > 0 and date <= date '{today}'
    order by date, o
) to '{file}' (header true)
"""


def make(folder: Path, lines: int, seed: int) -> tuple[Path, Path]:
    """Write invoices.csv and payments.csv; keeps what they were made from in made.duckdb.

    Args:
        lines: about so many rows of invoices.
    """
    invoices, payments = folder / "invoices.csv", folder / "payments.csv"
    count = max(1, lines // 18)
    with duckdb.connect(str(folder / "made.duckdb")) as made:
        made.execute("create macro trim_price(p) as regexp_replace(cast(p as varchar), '\\.00$', '')")
        made.execute("create macro draw(key, n) as cast(key % n as int)")
        given = {"seed": seed, "today": TODAY, "invoices": count, "customers": max(3, count // 9)}
        made.execute(_LINES.format(**given))
        made.execute(TOTALS)
        made.execute(_ROWS.format(file=invoices))
        made.execute(_PAYMENTS.format(file=payments, **given))
    return invoices, payments

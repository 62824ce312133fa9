"""Documents and lines out of the published marts, up to a day: invoices; payments, of one line each.

`documents`, one row each: document_id (text), customer_id, currency, country, created_at (timestamp, UTC),
net, tax, total (float, major units), tax_rate_pct (mean of its rates, weighted by net; null without),
bank_account (null where it is not known or not published). `lines`, one row each: document_id, line_number,
product, quantity, unit_price (of one unit), net.
"""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from fakturo.warehouse.reading import Connection

_INVOICES = """
with
rates as (
    select
        invoice_id,
        sum(taxable_amount * tax_rate_pct) / nullif(sum(taxable_amount), 0) as tax_rate_pct
    from fct_invoice_taxes
    group by invoice_id
)
select
    cast(invoice_id as varchar) as document_id,
    customer_id,
    currency,
    customer_country as country,
    if(series = 'imported', cast(issue_date as timestamp), issued_at) as created_at,
    cast(net_amount as double) as net,
    cast(tax_amount as double) as tax,
    cast(total_amount as double) as total,
    cast(tax_rate_pct as double) as tax_rate_pct,
    cast(null as varchar) as bank_account
from fct_invoices
left join rates using (invoice_id)
where kind = 'invoice' and created_at < cast(? as date) + 1
order by created_at, document_id
"""

_LINES = """
select
    cast(invoice_id as varchar) as document_id,
    line_number,
    if(product_id = 'deposit:all', invoice_line_id, coalesce(product_id, product_name)) as product,
    cast(quantity as double) as quantity,
    cast(unit_price as double) / coalesce(nullif(cast(price_base as double), 0), 1) as unit_price,
    cast(fct_invoice_lines.net_amount as double) as net
from fct_invoice_lines
join fct_invoices using (invoice_id)
where
    fct_invoices.kind = 'invoice' and deducts_number is null
    and if(series = 'imported', cast(fct_invoices.issue_date as timestamp), issued_at) < cast(? as date) + 1
order by fct_invoices.issue_date, document_id, line_number
"""

_PAYMENTS = """
select
    cast(payment_id as varchar) as document_id,
    customer_id,
    currency,
    cast(null as varchar) as country,
    cast(value_date as timestamp) as created_at,
    cast(amount as double) as net,
    0.0::double as tax,
    cast(amount as double) as total,
    cast(null as double) as tax_rate_pct,
    payer_account as bank_account
from fct_payments
where kind = 'payment' and amount > 0 and value_date <= cast(? as date)
order by created_at, document_id
"""


@dataclass(frozen=True)
class Frames:
    """What `find_anomalies` reads."""

    documents: pd.DataFrame
    lines: pd.DataFrame


def read_invoices(connection: Connection, as_of: date) -> Frames:
    """Invoices issued up to the end of a day, UTC; credit notes are left out."""
    documents = connection.execute(_INVOICES, [as_of]).df()
    return Frames(documents, connection.execute(_LINES, [as_of]).df())


def read_payments(connection: Connection, as_of: date) -> Frames:
    """Payments with a value date up to a day, each with one line: its amount, at a price of 1.

    So a repeated amount, one ten times the usual and an account never seen before show by the same rules.
    Where accounts are not published, all are null and no rule speaks of them.
    """
    documents = connection.execute(_PAYMENTS, [as_of]).df()
    lines = pd.DataFrame(
        {
            "document_id": documents["document_id"],
            "line_number": 1,
            "product": "payment",
            "quantity": documents["net"],
            "unit_price": 1.0,
            "net": documents["net"],
        }
    )
    return Frames(documents, lines)

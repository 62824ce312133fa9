"""What a torn copy of the ledger would show: a fact in one table without its other half in another.

Everything here is written in one transaction, so a copy with one half and not the other is not of one moment.
"""

from typing import Any

CHECKS = {
    "invoices without their audit entry": """
        select number from ledger.invoices
        where 'invoice:' || number not in (select subject from ledger.audit where action = 'invoice.issued')
    """,
    "audit entries without their invoice": """
        select subject from ledger.audit
        where action = 'invoice.issued'
            and subject not in (select 'invoice:' || number from ledger.invoices)
    """,
    "invoices without their event": """
        select number from ledger.invoices
        where number not in (select subject from ledger.outbox where event = 'invoice.issued')
    """,
    "the audit chain's end is not its last entry": """
        select head.seq from ledger.audit_head as head, (select max(seq) as seq from ledger.audit) as last
        where head.seq <> coalesce(last.seq, 0)
    """,
    "gaps in the audit chain": """
        select count(*) from ledger.audit having count(*) <> coalesce(max(seq), 0)
    """,
    "invoices whose draft is missing": """
        select number from ledger.invoices where draft_id not in (select id from ledger.drafts)
    """,
    "orders issued without invoice, or the other way round": """
        select orders.id from ledger.orders
        left join ledger.invoices on invoices.order_id = orders.id
        where (orders.status = 'issued') <> (invoices.id is not null)
    """,
    "invoices that are not the sum of their lines": """
        select number from ledger.invoices
        where content.line_net_minor <> list_sum(list_transform(content.lines, lambda line: line.net_minor))
            or content.total_minor <> total_minor
    """,
    "the ledger's own sum of invoices differs": """
        select currency from ledger.control_totals full join (
            select currency, kind, count(*) as invoices, sum(total_minor) as total_minor
            from ledger.invoices group by all) as copied using (currency, kind)
        where control_totals.invoices is distinct from copied.invoices
            or control_totals.total_minor is distinct from copied.total_minor
    """,
    "files of payments without all their rows": """
        select files.id from ledger.files
        left join (select file_id, count(*) as landed from ledger.payments group by all) as paid
            on paid.file_id = files.id
        where kind = 'payments' and rows_accepted <> coalesce(landed, 0)
    """,
    "allocations without their payment or invoice": """
        select id from ledger.allocations
        where payment_id not in (select id from ledger.payments)
            or invoice_id not in (select id from ledger.invoices)
    """,
    "payments that are less than what is allocated of them": """
        select payments.id from ledger.payments join (
            select payment_id, sum(amount_minor) as used from ledger.allocations
            where kind in ('payment', 'refund') group by all) as used
            on used.payment_id = payments.id
        where used.used > payments.amount_minor
    """,
    "invoices whose status is not what their allocations say": """
        select number from ledger.invoices
        left join (select invoice_id, sum(amount_minor) as settled from ledger.allocations group by all)
            as settled on settled.invoice_id = invoices.id
        where kind = 'invoice' and payment_status in ('open', 'partial', 'paid')
            and payment_status <> case when coalesce(settled.settled, 0) = 0 and total_minor > 0 then 'open'
                when settled.settled < total_minor then 'partial' else 'paid' end
    """,
}


def torn(connection: Any) -> dict[str, list[Any]]:
    """What is torn, with the first keys; empty for a copy of one moment.

    Args:
        connection: to a DuckDB file that holds schema `ledger`.
    """
    found = {}
    for name, query in CHECKS.items():
        rows = connection.execute(f"{query} limit 5").fetchall()
        if rows:
            found[name] = [row[0] for row in rows]
    return found

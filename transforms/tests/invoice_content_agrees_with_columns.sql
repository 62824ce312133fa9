{# The document that was hashed is unchanged and states the totals that its row states. #}
with
invoices as (
    select * from {{ ref('stg_ledger__invoices') }}
),
differing as (
    select
        invoice_number,
        is_content_intact,
        net_minor,
        content.net_minor as content_net_minor,
        tax_minor,
        content.tax_minor as content_tax_minor,
        total_minor,
        content.total_minor as content_total_minor
    from invoices
    where
        not is_content_intact
        or net_minor is distinct from content.net_minor
        or tax_minor is distinct from content.tax_minor
        or total_minor is distinct from content.total_minor
)
select * from differing

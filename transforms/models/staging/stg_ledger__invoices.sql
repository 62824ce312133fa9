{#
    One row per issued invoice or credit note.
    Renames and casts only; minor units become major units.
#}
with
source as (
    select * from {{ source('ledger', 'invoices') }}
),
renamed as (
    select
        ---------- ids
        id as invoice_id,
        number as invoice_number,
        order_id,
        draft_id,
        customer_id,
        corrects_id as corrects_invoice_id,
        run_id,
        content_sha256,
        ---------- strings
        series,
        kind,
        currency,
        status,
        payment_status,
        ---------- numerics
        seq,
        {{ major_units('net_minor', 'currency') }} as net_amount,
        {{ major_units('tax_minor', 'currency') }} as tax_amount,
        {{ major_units('total_minor', 'currency') }} as total_amount,
        net_minor,
        tax_minor,
        total_minor,
        ---------- booleans
        content_intact as is_content_intact,
        ---------- dates
        issue_date,
        due_date,
        tax_point_date,
        ---------- timestamps, UTC
        issued_at,
        ---------- structures
        content
    from source
)
select * from renamed

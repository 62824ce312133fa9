{#
    How many rows the marts have beside what they are made of, as the seed row_count_rules
    expects: no join lost or doubled a row. A rule about a count that is not here is broken.
#}
{%- set marts = [
    'dim_customer_versions', 'dim_customers', 'dim_dates', 'dim_products', 'fct_ai_calls',
    'fct_allocations', 'fct_anomaly_verdicts', 'fct_cash_expected', 'fct_data_quality', 'fct_drafts',
    'fct_dunning', 'fct_findings', 'fct_intake', 'fct_invoice_balances', 'fct_invoice_lines',
    'fct_invoice_taxes', 'fct_invoices', 'fct_kpi_readings', 'fct_model_runs', 'fct_orders',
    'fct_payments', 'fct_prediction_outcomes', 'fct_predictions',
    'fct_receivables_daily', 'fct_runs', 'kpi_ai_hourly', 'kpi_daily', 'kpi_monthly',
    'publish_info', 'publish_rows',
] %}
with
rules as (
    select * from {{ ref('row_count_rules') }}
),
invoices as (
    select * from {{ ref('fct_invoices') }}
),
publishes as (
    select * from {{ ref('stg_ledger__publishes') }}
),
first_days as (
    select min(issue_date) as first_date
    from invoices
    where kind = 'invoice'
    group by currency
),
counts as (
    {% for mart in marts %}
        select
            '{{ mart }}' as table_name,
            count(*) as row_count
        from {{ ref(mart) }}
        union all
    {% endfor %}
    select
        'ledger.' || table_name as table_name,
        row_count
    from {{ ref('stg_ledger__table_rows') }}
    union all
    select
        'copied tables' as table_name,
        count(*) as row_count
    from {{ ref('stg_ledger__table_rows') }}
    union all
    select
        'one' as table_name,
        1 as row_count
    union all
    select
        'lines that invoices state' as table_name,
        coalesce(sum(line_count), 0) as row_count
    from invoices
    union all
    select
        'tax groups that invoices state' as table_name,
        coalesce(sum(tax_group_count), 0) as row_count
    from invoices
    union all
    select
        'open invoices' as table_name,
        count(*) as row_count
    from invoices
    where kind = 'invoice' and open_amount > 0
    union all
    select
        'runs of invoices' as table_name,
        count(distinct run_id) as row_count
    from invoices
    union all
    select
        'days of invoices' as table_name,
        count(distinct issue_date) as row_count
    from invoices
    union all
    select
        'buckets of days since the first invoice' as table_name,
        coalesce(
            sum(greatest(publishes.made_date - first_days.first_date + 1, 0)), 0
        ) * (select count(*) from {{ ref('aging_buckets') }}) as row_count
    from first_days
    cross join publishes
    union all
    select
        'requests and drafts' as table_name,
        (select count(*) from {{ ref('fct_ai_calls') }})
        + (select count(*) from {{ ref('fct_drafts') }}) as row_count
),
broken as (
    select
        rules.table_name,
        counts.row_count,
        rules.expected,
        rules.other_name,
        compared.row_count as other_row_count
    from rules
    left join counts on rules.table_name = counts.table_name
    left join counts as compared on rules.other_name = compared.table_name
    where
        case rules.expected
            when 'equal' then counts.row_count = compared.row_count
            when 'at_least' then counts.row_count >= compared.row_count
            when 'at_most' then counts.row_count <= compared.row_count
        end is not true
)
select * from broken

{#
    One row per answer and model: the endpoint that gave it. Equal answers of two endpoints go
    to the later one.
#}
with
ai_calls as (
    select * from {{ ref('stg_ledger__ai_calls') }}
),
placed as (
    select
        ---------- ids
        answer_sha256,
        ---------- strings
        model,
        arg_max(endpoint, ai_call_id) as endpoint
    from ai_calls
    where outcome = 'ok' and answer_sha256 is not null
    group by answer_sha256, model
)
select * from placed

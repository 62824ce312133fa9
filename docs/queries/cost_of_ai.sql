-- What the model costs: requests, failures, tokens and cost by day, model and outcome.
select
    cast(started_at as date) as started_date,
    model,
    outcome,
    count(*) as request_count,
    sum(prompt_tokens) as prompt_tokens,
    sum(completion_tokens) as completion_tokens,
    sum(cost_amount) as cost_amount,
    quantile_cont(duration_ms, 0.95) as slowest_5_pct_ms
from fct_ai_calls
group by started_date, model, outcome
order by started_date, model, outcome

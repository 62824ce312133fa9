-- How the AI provider did, hour by hour: success, 429s, timeouts, speed, cost, drafts.
select
    hour_at,
    endpoint,
    model,
    call_count,
    success_pct,
    rate_limit_pct,
    transient_pct,
    timeout_pct,
    invalid_pct,
    ok_p50_ms,
    ok_p95_ms,
    cost_amount,
    proved_draft_count,
    review_draft_count
from kpi_ai_hourly
order by hour_at desc, endpoint asc, model asc

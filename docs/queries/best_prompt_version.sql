-- Which prompt version is proved most, by model; with re-asks, people's changes and cost.
select
    model,
    prompt_version,
    count(*) as draft_count,
    round(100.0 * count(*) filter (where is_proved) / count(*), 2) as proved_pct,
    round(100.0 * count(*) filter (where is_changed_by_person) / count(*), 2)
        as changed_by_person_pct,
    round(avg(reask_count), 2) as reasks_per_draft,
    round(avg(ai_call_count), 2) as calls_per_draft,
    cast(
        sum(ai_cost_amount) / nullif(count(*) filter (where is_proved), 0)
        as decimal(18, 6)
    ) as cost_per_proved_draft,
    median(drafted_after_ms) as median_drafted_after_ms
from fct_drafts
where drafter = 'model' and model is not null
group by model, prompt_version
order by proved_pct desc, draft_count desc

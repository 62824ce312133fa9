-- Drafts of the last 30 days by version of the prompt: how many were proved, how many a person changed.
select coalesce(prompt_version, 'rules') as prompt_version, count(*) as draft_count,
    100.0 * count(*) filter (where is_proved) / count(*) as proved_pct,
    100.0 * count(*) filter (where is_changed_by_person) / count(*) as changed_pct
from fct_drafts, publish_info where drafted_at >= made_date - 30 group by all order by draft_count desc

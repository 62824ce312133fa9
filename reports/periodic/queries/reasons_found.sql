-- Why orders, drafts and rows of the last 30 days are not proved, the most frequent first.
select code, stage, count(*) as finding_count, count(*) filter (where status = 'open') as open_count
from fct_data_quality, publish_info where found_at >= made_date - 30 group by all order by finding_count desc limit 15

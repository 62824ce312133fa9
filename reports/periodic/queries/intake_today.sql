-- Rows of files taken in within 30 days: in = accepted + duplicate + quarantined.
select count(*) as file_count, coalesce(sum(rows_in), 0) as rows_in, coalesce(sum(rows_accepted), 0) as rows_accepted,
    coalesce(sum(rows_duplicate), 0) as rows_duplicate, coalesce(sum(rows_quarantined), 0) as rows_quarantined,
    coalesce(sum(open_quarantine_count), 0) as open_count
from fct_intake, publish_info where received_at >= made_date - 30

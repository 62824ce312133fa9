-- The newest run of each model with all that is known of it.
select runs.*, (
        select count(*) from fct_predictions as made where made.model_run_id = runs.model_run_id
    ) as prediction_count
from fct_model_runs as runs
where runs.is_latest
order by runs.model

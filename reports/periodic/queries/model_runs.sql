-- The newest run of each model, with what its backtest measured.
select model, state, message, baseline, scores, as_of_date from fct_model_runs where is_latest

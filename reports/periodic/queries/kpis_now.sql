-- Key figures as they were read last, with the levels from which they are told.
select kpi, currency, state, kpi_value, warning_level, critical_level, sentence
from fct_kpi_readings where is_latest order by kpi, currency

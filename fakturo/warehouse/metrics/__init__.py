"""Metrics of the semantic layer: defined once in the dbt project, compiled to SQL by MetricFlow."""

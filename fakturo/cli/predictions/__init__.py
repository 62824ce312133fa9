"""Verbs of what models say: predict, look at anomalies, judge them."""

"""Rows that were set aside: what waits and why, and what became of those that were taken in again."""

"""Payments from banks and processors: one reader a format; each gives payments, refusals and skipped rows."""

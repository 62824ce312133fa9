"""Reports of a week or month, or on demand: figures, charts and lists from the published warehouse."""

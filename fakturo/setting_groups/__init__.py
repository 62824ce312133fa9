"""The groups of the settings that have rules of their own; `fakturo.settings` puts all together."""

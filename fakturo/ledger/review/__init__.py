"""Orders that wait for a person, and what persons decide."""

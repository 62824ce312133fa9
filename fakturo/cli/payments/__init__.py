"""`fakturo payments`."""

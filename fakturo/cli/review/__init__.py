"""`fakturo review`."""

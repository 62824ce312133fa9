"""`fakturo orders`, and why an order waits."""

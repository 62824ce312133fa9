"""`fakturo sql` and `fakturo metric`."""

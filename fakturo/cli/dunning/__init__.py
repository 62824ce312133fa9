"""`fakturo dunning`."""

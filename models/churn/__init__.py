"""Which customers do not come back: probability that no invoice follows within 90 days."""

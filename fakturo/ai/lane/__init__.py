"""What all processes share about each provider: whose turn it is, whether it lives, what it has cost."""

"""Who pays late, when money comes in, whom to call first."""

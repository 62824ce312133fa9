"""What the AI step shares between processes: calls, answers, spending, the state of endpoints."""

"""Events of the outbox on their way to receivers: claimed, tried, settled, sent again."""

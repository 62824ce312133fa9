"""Whether what analysts read is ever torn or damaged: beside writers, beside publishes, under kill -9."""

"""A seeded OpenAI-compatible server with faults, for the demo, the tests and load tests. It is no model."""

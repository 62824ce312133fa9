"""What models predict, and what persons say of it."""

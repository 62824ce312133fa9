"""What is overdue, what a letter may ask for, and why none leaves: pure functions of facts."""

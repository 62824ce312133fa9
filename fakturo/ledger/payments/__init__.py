"""Which payment settles which invoice: allocation, balances, what persons decide."""

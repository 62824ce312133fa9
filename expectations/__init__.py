"""Great Expectations suites as Python, one file a table, and what runs and shows them."""

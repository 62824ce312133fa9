"""Tables of any format: rows read, judged with all their reasons, and put together to orders."""

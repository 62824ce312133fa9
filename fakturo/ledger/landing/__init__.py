"""What comes in with a file, one transaction a file: orders, customers, payments, past invoices."""

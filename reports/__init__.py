"""What people read: invoices as PDF. Nothing here changes a business fact but the row that a file exists."""

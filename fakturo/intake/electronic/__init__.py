"""Documents that a machine wrote, as XML or within a PDF: orders, and invoices of suppliers."""

"""`fakturo verify`: invoices as PDF and XML, own or foreign, held against the official rules."""

"""What pays what: pure rules from payments and invoices to allocations. No database, no clock."""

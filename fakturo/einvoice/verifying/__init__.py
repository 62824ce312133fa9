"""Verify invoices, own or foreign: profile, schema, rules, exact totals, and the PDF around them."""

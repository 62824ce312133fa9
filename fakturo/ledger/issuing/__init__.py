"""From an order to an issued invoice: prepared, numbered and kept in one transaction."""

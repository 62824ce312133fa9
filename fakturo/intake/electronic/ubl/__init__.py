"""UBL 2.1 orders: read by name, and whatever may change what is owed is shown to a person."""

"""An invoice as its business terms, and as the XML that says them."""

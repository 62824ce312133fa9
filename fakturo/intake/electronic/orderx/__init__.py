"""Order-X 1.0: purchase orders in the syntax of UN/CEFACT, alone or within a PDF."""

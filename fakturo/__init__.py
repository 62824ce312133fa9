"""Fakturo's core: what an order, an invoice and a cent are.

No Prefect, Great Expectations, scikit-learn, pandas or WeasyPrint in here: floors point down.
"""

__version__ = "0.1.0"

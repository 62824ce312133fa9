"""What may not stand in the file of a supply outside the scope of tax (category O)."""

from typing import Any

from fakturo.invoice import Invoice


def without_vat_id(party: dict[str, Any], invoice: Invoice) -> dict[str, Any]:
    """A party without BT-31 or BT-48 where a line is outside the scope of tax, which BR-O-02 to 04 forbid.

    The page still bears both, as the law asks of a service that is taxed where the customer is.
    """
    if all(group.category != "O" for group in invoice.tax_groups):
        return party
    return {key: value for key, value in party.items() if key != "vat_identifier"}

"""What the rules that a clerk meets mean, and what to do; the official words stand in for all others."""

_BOTH_IDS = "needs the VAT ids of both seller and buyer; complete the customer's record."
_SELLER_ID = (
    "needs the seller's tax number: set FAKTURO_SELLER_VAT_ID, or FAKTURO_SELLER_TAX_NUMBER where the law "
    "lets it stand instead."
)
_OF_CATEGORY = {
    "S": f"Tax category S (standard) {_SELLER_ID}",
    "Z": f"Tax category Z (zero-rated) {_SELLER_ID}",
    "E": f"Tax category E (exempt) {_SELLER_ID}",
    "G": f"Tax category G (export) {_SELLER_ID}",
    "AE": f"Tax category AE (reverse charge) {_BOTH_IDS}",
    "IC": f"Tax category K (intra-Community supply) {_BOTH_IDS}",
}
"""Rules BR-S-02 to 04 and their siblings: who must be known to the tax office."""
_NO_COUNTRY = (
    "The buyer's country is not known, or not understood; write its two letters (DE) into the order or into "
    "the customer's record."
)
_WORDS = {
    "BR-10": _NO_COUNTRY,  # CII has no address without a country
    "BR-11": _NO_COUNTRY,
    "BR-CO-09": (
        "A VAT id does not start with its country's two letters (DE123456789); correct it in the order, in "
        "the customer's record or in FAKTURO_SELLER_VAT_ID."
    ),
    "BR-CO-26": (
        "The seller cannot be told apart: set FAKTURO_SELLER_VAT_ID or FAKTURO_SELLER_LEGAL_ID; the latter "
        "where the supply is outside the scope of tax (O), because no VAT id may stand in its file."
    ),
    "BR-CL-23": "A unit is none of UN/ECE Recommendation 20; write C62 (piece), KGM, HUR, MTR and so on.",
    "BR-IC-11": "A supply to another state of the EU needs its day of delivery or its period.",
    "BR-IC-12": "A supply to another state of the EU needs the country that it was delivered to.",
}


def in_plain_words(rule: str) -> str | None:
    """What a broken rule means and what to do, in one sentence; None where only the official words exist."""
    _, _, rest = rule.partition("-")
    category, _, number = rest.partition("-")
    if number in {"02", "03", "04"} and category in _OF_CATEGORY:
        return _OF_CATEGORY[category]
    return _WORDS.get(rule)

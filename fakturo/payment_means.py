"""How an invoice is paid: by the customer, or by the seller from the customer's account or card. Pure.

What the order says goes first, then what is agreed with the customer, then a transfer to the seller's
account. Source: EN 16931-1, BG-16 to BG-19; UNTDID 4461; SEPA Core Direct Debit Rulebook, AT-01 and AT-02.
"""

from fakturo.finding import Finding
from fakturo.order import Means, Order
from fakturo.seller import Seller
from fakturo.tax import Client
from fakturo.trade import Payee, PaymentMeans

CARD, DIRECT_DEBIT, SEPA_DIRECT_DEBIT = "48", "49", "59"


def agreed(order: Order, client: Client, seller: Seller) -> tuple[PaymentMeans | None, list[Finding]]:
    """How an order is paid, None being a transfer; and what is missing for that.

    A mandate and its account belong together: both are taken from the order, or both from the customer.
    """
    told = _told(order) or client.payment_means
    if told == "card":
        return PaymentMeans(code=CARD, card_number=order.card_number), []
    if told != "direct_debit":
        return None, []
    mandate, account = order.mandate_id, order.debited_iban
    if not (mandate or account):
        mandate, account = client.mandate_id, client.debited_iban
    is_sepa = order.currency == "EUR"
    means = PaymentMeans(
        code=SEPA_DIRECT_DEBIT if is_sepa else DIRECT_DEBIT,
        mandate_id=mandate,
        creditor_id=seller.creditor_id,
        debited_iban=account,
    )
    needed = {"a mandate_id": mandate, "a debited_iban": account}
    if is_sepa:
        needed["the seller's creditor_id (FAKTURO_SELLER_CREDITOR_ID)"] = seller.creditor_id
    missing = [what for what, value in needed.items() if not value]
    if not missing:
        return means, []
    message = (
        f"It is paid by direct debit, and {' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} "
        "missing; complete the order, the customer's record (`fakturo import customers`) or the setting, or "
        "say payment_means: transfer."
    )
    return means, [Finding(code="direct_debit_incomplete", message=message, place="payment_means")]


def payee(seller: Seller) -> Payee | None:
    """Who is paid in the seller's place, if anybody (BG-10)."""
    if not seller.payee_name:
        return None
    return Payee(name=seller.payee_name, id=seller.payee_id, legal_id=seller.payee_legal_id)


def _told(order: Order) -> Means | None:
    """What the order says, in so many words or by what it gives."""
    if order.payment_means:
        return order.payment_means
    if order.mandate_id or order.debited_iban:
        return "direct_debit"
    return "card" if order.card_number else None

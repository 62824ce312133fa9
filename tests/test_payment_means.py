"""How an invoice is paid: the order's word, then the customer's, then a transfer; what is missing is said."""

from datetime import date

import pytest
from pydantic import ValidationError

from fakturo.issue import propose
from fakturo.order import Order
from fakturo.payment_means import agreed, payee
from fakturo.seller import Seller
from fakturo.tax import Client
from fakturo.trade import EarlyPayment, Payee, PaymentMeans

IBAN, OTHER = "DE02120300000000202051", "DE89370400440532013000"
CREDITOR = "DE98ZZZ09999999999"
DEBITED = Client(payment_means="direct_debit", mandate_id="M-1", debited_iban=IBAN)
COLLECTING = Seller(creditor_id=CREDITOR)


def debit(code="59", mandate="M-1", account=IBAN, creditor=CREDITOR):
    return PaymentMeans(code=code, mandate_id=mandate, debited_iban=account, creditor_id=creditor)


@pytest.mark.parametrize(
    ("told", "client", "means"),
    [
        ({}, Client(), None),
        ({}, Client(mandate_id="M-1", debited_iban=IBAN), None),  # a mandate that is not used
        ({}, DEBITED, debit()),
        ({"payment_means": "transfer"}, DEBITED, None),
        ({"payment_means": "card"}, DEBITED, PaymentMeans(code="48")),
        ({"card_number": "1234"}, Client(), PaymentMeans(code="48", card_number="1234")),
        ({"payment_means": "direct_debit"}, DEBITED._replace(payment_means=None), debit()),
        ({"mandate_id": "M-9", "debited_iban": OTHER}, DEBITED, debit(mandate="M-9", account=OTHER)),
        ({"mandate_id": "M-9", "debited_iban": OTHER}, Client(), debit(mandate="M-9", account=OTHER)),
        ({"currency": "GBP"}, DEBITED, debit(code="49")),
    ],
)
def test_who_says_how_it_is_paid(order, told, client, means):
    asked = Order.model_validate(order.model_dump() | {"currency": "EUR"} | told)
    assert agreed(asked, client, COLLECTING) == (means, [])


@pytest.mark.parametrize(
    ("told", "client", "seller", "missing"),
    [
        (
            {},
            DEBITED._replace(mandate_id=None, debited_iban=None),
            COLLECTING,
            "a mandate_id and a debited_iban are",
        ),
        ({"mandate_id": "M-9"}, DEBITED, COLLECTING, "a debited_iban is"),  # the account of another mandate
        ({}, DEBITED, Seller(), "the seller's creditor_id (FAKTURO_SELLER_CREDITOR_ID) is"),
        ({"currency": "GBP"}, DEBITED._replace(debited_iban=None), Seller(), "a debited_iban is"),
    ],
)
def test_a_direct_debit_that_lacks_something_waits(order, told, client, seller, missing):
    asked = Order.model_validate(order.model_dump() | {"currency": "EUR"} | told)
    _, [finding] = agreed(asked, client, seller)
    assert finding.code == "direct_debit_incomplete"
    assert f"and {missing} missing; complete the order" in finding.message


def test_who_is_collected_from_is_offered_no_discount_for_paying_early(order):
    seller = COLLECTING.model_copy(update={"early_payments": (EarlyPayment(days=10, percent="2"),)})
    known = {"buyer": order.customer, "seller": seller, "issue_date": date(2026, 3, 2)}
    by_transfer, by_debit = (propose(order, client=each, **known).invoice for each in (Client(), DEBITED))
    assert by_transfer.early_payments == seller.early_payments
    assert (by_debit.early_payments, by_debit.payment) == ((), debit(code="49"))


def test_a_payee_stands_on_every_invoice(order):
    seller = Seller(payee_name="Factor Bank AG", payee_legal_id="HRB 1")
    known = {"buyer": order.customer, "client": Client(), "issue_date": date(2026, 3, 2)}
    assert propose(order, seller=seller, **known).invoice.payee == Payee(
        name="Factor Bank AG", legal_id="HRB 1"
    )
    assert payee(Seller()) is None


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ({"creditor_id": "DE99ZZZ09999999999"}, "check digits"),
        ({"payee_name": "Factor", "iban": None}, "needs the payee's account"),
        ({"payee_id": "7"}, "need a payee_name"),
        ({"payee_name": "Sample Wholesale Ltd"}, "BR-17"),
    ],
)
def test_a_setting_that_cannot_be_is_told(setting, said):
    with pytest.raises(ValidationError, match=said):
        Seller(**setting)


def test_identifiers_are_kept_without_spaces(order):
    asked = Order.model_validate(order.model_dump() | {"debited_iban": "DE02 1203 0000 0000 2020 51"})
    assert asked.debited_iban == IBAN
    assert Seller(creditor_id="DE98 ZZZ0 9999 9999 99").creditor_id == CREDITOR


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"debited_iban": "DE03120300000000202051"}, "an IBAN whose check digits are right"),
        ({"card_number": "4111111111111111"}, "pattern"),
        ({"mandate_id": "M" * 36}, "at most 35"),
    ],
)
def test_an_order_that_cannot_be_is_refused(order, told, said):
    with pytest.raises(ValidationError, match=said):
        Order.model_validate(order.model_dump() | told)

"""How the page says what is paid: by transfer, by direct debit, by card, to another payee."""

from datetime import date
from decimal import Decimal

import pytest

from fakturo.languages import LANGUAGES
from fakturo.order import Order, Party
from fakturo.seller import Seller
from fakturo.trade import EarlyPayment
from reports.language import language
from reports.letterhead import details
from reports.payment import bank, pay_early, please_pay
from reports.payment_code import payment_code
from reports.pdf import make

EURO = Seller(
    name="Nordlicht GmbH",
    street="Hafenstr. 5a",
    city="Leipzig",
    postcode="04109",
    country="DE",
    language="de",
    currency="EUR",
    tax_rate=Decimal(19),
    iban="DE89370400440532013000",
    bic="COBADEFFXXX",
    creditor_id="DE98ZZZ09999999999",
    early_payments=(EarlyPayment(days=10, percent=Decimal(2)),),
)
DEBIT = {"payment_means": "direct_debit", "mandate_id": "M-1", "debited_iban": "DE02120300000000202051"}
CARD = {"payment_means": "card", "card_number": "1234"}


def said(invoice):
    say = language(invoice.language, invoice.seller.country, invoice.currency)
    code = payment_code(invoice)
    rows = {row.label: row.value.replace("\N{NO-BREAK SPACE}", " ") for row in bank(invoice, say, code)}
    return please_pay(invoice, say).replace("\N{NO-BREAK SPACE}", " "), rows, pay_early(invoice, say), code


def test_a_transfer_names_the_account_and_bears_a_code(make_invoice):
    """6 x 2.55 + 14.70 = 30.00, and 19 % = 5.70."""
    sentence, rows, early, code = said(make_invoice(EURO, currency="EUR"))
    assert sentence.startswith("Bitte zahlen Sie 35,70 € bis zum 1. April 2026")
    assert rows["Kontoinhaber"] == "Nordlicht GmbH"
    assert len(early) == 1
    assert code.kind == "epc"


def test_what_is_collected_names_mandate_creditor_and_account_and_asks_for_nothing(make_invoice):
    sentence, rows, early, code = said(make_invoice(EURO, currency="EUR", **DEBIT))
    assert sentence == "Wir ziehen 35,70 € am 1. April 2026 per Lastschrift von Ihrem Konto ein."
    assert rows == {
        "Mandatsreferenz": "M-1",
        "Gläubiger-ID": "DE98ZZZ09999999999",
        "Belastetes Konto": "DE02 1203 0000 0000 2020 51",
    }
    assert (early, code) == ((), None)


def test_a_card_is_told_by_its_last_four_digits(make_invoice):
    sentence, rows, early, code = said(make_invoice(EURO, currency="EUR", **CARD))
    assert (sentence, rows) == ("Wir belasten Ihre Karte mit 35,70 €.", {"Karte": "•••• 1234"})
    assert (early, code) == ((), None)
    assert said(make_invoice(EURO, currency="EUR", payment_means="card"))[1] == {}


def test_a_payee_holds_the_account_on_page_and_code(make_invoice):
    seller = EURO.model_copy(update={"payee_name": "Factor Bank AG"})
    invoice = make_invoice(seller, currency="EUR")
    _, rows, _, code = said(invoice)
    assert rows["Kontoinhaber"] == "Factor Bank AG"
    assert code.kind == "epc"
    assert code.picture != payment_code(make_invoice(EURO, currency="EUR")).picture


def test_a_swiss_code_would_need_the_payees_address(make_invoice):
    swiss = EURO.model_copy(update={"country": "CH", "iban": "CH5800791123000889012", "bic": None})
    assert said(make_invoice(swiss, currency="CHF"))[3].kind == "swiss"
    other = swiss.model_copy(update={"payee_name": "Factor Bank AG"})
    _, rows, _, code = said(make_invoice(other, currency="CHF"))
    assert (rows["Kontoinhaber"], code) == ("Factor Bank AG", None)


@pytest.mark.parametrize("code", LANGUAGES)
def test_each_language_says_who_moves_the_money(make_invoice, code):
    seller = EURO.model_copy(update={"language": code})
    sentences = [said(make_invoice(seller, currency="EUR", **each))[0] for each in ({}, DEBIT, CARD)]
    assert len(set(sentences)) == 3
    assert ["2026" in each for each in sentences] == [True, True, False]


@pytest.mark.parametrize("what", [DEBIT, CARD, {}])
def test_the_page_is_set(make_invoice, text_of, what):
    (text,) = text_of(make(make_invoice(EURO, currency="EUR", **what)).data)
    assert ("M-1" in text, "•••• 1234" in text, "Verwendungszweck" in text) == (
        what is DEBIT,
        what is CARD,
        not what,
    )


def labels(invoice):
    say = language(invoice.language, invoice.seller.country, invoice.currency)
    return {row.label: row.value.replace("\N{NO-BREAK SPACE}", " ") for row in details(invoice, say)}


def test_a_clerk_finds_what_to_file_it_by(make_invoice):
    far = Party(id="L-1", name="Dépôt Sud", street="Quai 5", city="Lyon", postcode="69001", country="FR")
    invoice = make_invoice(
        EURO,
        buyer_reference="04011000-12345-03",
        contract="RV 7",
        project="Halle Nord",
        period_first=date(2026, 2, 1),
        period_last=date(2026, 2, 28),
        deliver_to=far,
    )
    found = labels(invoice)
    assert found["Leistungszeitraum"] == "1.\N{EN DASH}28. Feb. 2026"
    assert found["Geliefert an"] == "Dépôt Sud, Quai 5, 69001 Lyon, FRANKREICH"
    assert (found["Ihre Referenz"], found["Vertrag"], found["Projekt"]) == (
        "04011000-12345-03",
        "RV 7",
        "Halle Nord",
    )
    assert "Leistungsdatum" not in found


def test_a_day_of_delivery_stands_beside_a_period_and_the_buyers_own_address_is_not_repeated(make_invoice):
    on = {
        "period_first": date(2026, 2, 1),
        "period_last": date(2026, 2, 28),
        "delivered_on": date(2026, 2, 20),
    }
    found = labels(make_invoice(EURO, **on))
    assert found["Leistungsdatum"] == "20. Februar 2026"
    assert found["Leistungszeitraum"] == "1.\N{EN DASH}28. Feb. 2026"
    assert "Geliefert an" not in found


def test_a_line_is_known_by_what_the_buyer_calls_it(make_invoice, order, text_of):
    first = order.lines[0].model_copy(
        update={"buyer_code": "X-77", "gtin": "4012345000009", "order_line": "10"}
    )
    invoice = make_invoice(EURO, lines=(Order.model_validate(order.model_dump()).lines[1], first))
    (text,) = text_of(make(invoice).data)
    assert "Ihre Pos. 10 · Ihre Artikelnr. X-77" in text.replace("\N{NO-BREAK SPACE}", " ")
    assert text.count("GTIN") == 1
